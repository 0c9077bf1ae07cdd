/* SPDX-License-Identifier: GPL-2.0-only */
/* functions.c - where probes on a function may sit, told from its instructions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inspect/decode.h"
#include "inspect/elf.h"
#include "inspect/inspect.h"
#include "inspect/symbols.h"

enum {
	CODE_BYTES = 1 << 20, /* of a function that are looked at */
	PROLOGUE_BYTES = 32, /* within which a cheaper place than its first instruction may stand */
};

struct code { /* of one function */
	const struct elf *elf;
	unsigned char *bytes;
	uint64_t count;
	uint64_t file_offset;
	uint32_t place;
	int is_whole; /* else where it ends is not known, or too far away */
};

static struct inspect_point point_at(const struct code *code, uint64_t at)
{
	struct decoded decoded;

	decode_instruction(code->elf->machine, code->bytes + at, code->count - at, &decoded);
	return (struct inspect_point){
		.file_offset = code->file_offset + at,
		.place = code->place + (uint32_t)at,
		.cost = decoded.cost,
	};
}

static uint32_t reason_at(const struct code *code, uint64_t at)
{
	struct decoded decoded;

	decode_instruction(code->elf->machine, code->bytes + at, code->count - at, &decoded);
	if (decoded.is_own_layout || decoded.is_replaced)
		return INSPECT_REPLACED_NOP;
	return decoded.is_refused ? INSPECT_BAD_INSTRUCTION : INSPECT_USABLE;
}

static int is_dear(const struct code *code, uint64_t at)
{
	return reason_at(code, at) != INSPECT_USABLE ||
	       point_at(code, at).cost == INSPECT_COST_STEPPED;
}

/* The whole function, instruction by instruction. Return: 0; what decode_step() or @visit returned. */
static int walk(const struct code *code,
		int (*visit)(void *, uint64_t at, const struct decoded_step *), void *context)
{
	struct decoded_step step;
	uint64_t at;
	int ret;

	for (at = 0; at < code->count; at += step.bytes) {
		ret = decode_step(code->elf->machine, code->bytes + at, code->count - at, &step);
		if (!ret)
			ret = visit(context, at, &step);
		if (ret)
			return ret;
	}
	return 0;
}

static uint64_t target_of(uint64_t at, const struct decoded_step *step)
{
	return at + step->bytes + (uint64_t)step->distance;
}

struct prologue {
	uint64_t to; /* nothing may lead to a place from 1 to here */
};

static int visit_jump(void *context, uint64_t at, const struct decoded_step *step)
{
	const struct prologue *prologue = context;
	uint64_t target = target_of(at, step);

	if (!step->is_jump || step->is_computed)
		return 0;
	return target > 0 && target <= prologue->to;
}

/* Behind instructions that change neither arguments nor stack pointer comes mostly a push, which the
 * kernel emulates. It is reached once a call unless a loop of the function leads back to it. */
static uint64_t choose_entry(const struct code *code)
{
	struct decoded_step step;
	struct prologue prologue = { 0 };

	while (prologue.to < PROLOGUE_BYTES && prologue.to < code->count &&
	       is_dear(code, prologue.to)) {
		if (decode_step(code->elf->machine, code->bytes + prologue.to,
				code->count - prologue.to, &step) ||
		    !step.is_plain)
			return 0;
		prologue.to += step.bytes;
	}
	if (prologue.to >= code->count || is_dear(code, prologue.to))
		return 0;
	return prologue.to && (!code->is_whole || walk(code, visit_jump, &prologue)) ? 0
										     : prologue.to;
}

struct returns {
	const struct code *code;
	struct inspect_function *function;
	uint32_t reason;
};

static int visit_return(void *context, uint64_t at, const struct decoded_step *step)
{
	struct returns *returns = context;
	struct inspect_function *function = returns->function;

	if (step->is_jump && (step->is_computed || target_of(at, step) >= returns->code->count))
		return INSPECT_LEFT_BY_JUMP;
	if (!step->is_return)
		return 0;
	if (reason_at(returns->code, at))
		return (int)reason_at(returns->code, at);
	if (function->return_count == INSPECT_RETURNS)
		return INSPECT_MANY_RETURNS;
	function->returns[function->return_count++] = point_at(returns->code, at);
	return 0;
}

static uint32_t find_returns(const struct code *code, struct inspect_function *function)
{
	struct returns returns = { .code = code, .function = function };
	int ret;

	if (!code->is_whole)
		return INSPECT_NO_SIZE;
	ret = walk(code, visit_return, &returns);
	if (ret < 0)
		return INSPECT_NOT_DECODED;
	if (!ret && !function->return_count)
		return INSPECT_NO_RETURN;
	return (uint32_t)ret;
}

/* Return: enum inspect_reason; -EIO, -ENOMEM. */
static int read_code(const struct elf *elf, const struct symbol *symbol, struct code *out)
{
	const struct elf_segment *segment =
		elf_segment_holding(elf, symbol->address, 1, PF_X, PF_W);
	uint64_t left;
	ssize_t got;

	if (!segment)
		return INSPECT_OUTSIDE_CODE;
	left = segment->file_bytes - (symbol->address - segment->address);
	out->elf = elf;
	out->is_whole = symbol->bytes && symbol->bytes <= left && symbol->bytes <= CODE_BYTES;
	out->count = out->is_whole ? symbol->bytes : PROLOGUE_BYTES;
	if (out->count > left)
		out->count = left;
	out->file_offset = symbol->address - segment->address + segment->file_offset;
	out->place = (uint32_t)(symbol->address - elf->base);
	out->bytes = malloc(out->count);
	if (!out->bytes)
		return -ENOMEM;
	got = elf_read(elf, out->file_offset, out->bytes, out->count);
	if (got == (ssize_t)out->count)
		return 0;
	free(out->bytes);
	return got < 0 ? -EIO : INSPECT_OUTSIDE_CODE;
}

static int look(const struct elf *elf, const struct symbol *symbol, struct inspect_function *out)
{
	struct code code = { 0 };
	int ret = read_code(elf, symbol, &code);

	if (ret < 0)
		return ret;
	out->entry_reason = out->return_reason = (uint32_t)ret;
	if (ret)
		return 0;
	out->entry = point_at(&code, choose_entry(&code));
	out->entry_reason = reason_at(&code, out->entry.file_offset - code.file_offset);
	out->return_reason = find_returns(&code, out);
	free(code.bytes);
	return 0;
}

static uint32_t judge(const struct symbol *symbol)
{
	if (!symbol->matches)
		return INSPECT_NO_FUNCTION;
	if (symbol->matches > 1)
		return INSPECT_MANY_FUNCTIONS;
	return symbol->is_resolver ? INSPECT_RESOLVER : INSPECT_USABLE;
}

int inspect_function(int fd, const char *name, struct inspect_function *out)
{
	struct symbol symbol;
	struct elf elf;
	int ret;

	memset(out, 0, sizeof(*out));
	if (strlen(name) >= INSPECT_SYMBOL)
		return -E2BIG;
	ret = elf_open(&elf, fd, NULL);
	if (!ret)
		ret = symbols_find(&elf, name, &symbol);
	if (ret)
		return ret;
	out->matches = symbol.matches;
	out->entry_reason = out->return_reason = judge(&symbol);
	return out->entry_reason ? 0 : look(&elf, &symbol, out);
}
