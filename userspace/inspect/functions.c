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

/* What a walk along all ways through a function found. Only what can be reached is looked at: between
 * instructions there may be data, in which a breakpoint would change what the program computes. */
struct ways {
	const struct code *code;
	struct inspect_function *function; /* takes the returns */
	uint8_t *states;		   /* of each byte: enum state */
	uint32_t *open;			   /* places to go on from */
	size_t open_count;
	uint64_t lowest_target; /* of a jump inside the function; its end: there is none */
	uint32_t return_reason;
	int has_computed; /* jumps that may lead anywhere */
};

enum state { STATE_UNKNOWN, STATE_OPEN, STATE_BEGIN, STATE_INSIDE };

static uint64_t target_of(uint64_t at, const struct decoded_step *step)
{
	return at + step->bytes + (uint64_t)step->distance;
}

static void refuse_returns(struct ways *ways, uint32_t reason)
{
	if (!ways->return_reason)
		ways->return_reason = reason;
}

/* Each place is entered once at most, so there is room for all. */
static int go_on_from(struct ways *ways, uint64_t at)
{
	if (ways->states[at] == STATE_INSIDE)
		return -EBADMSG;
	if (ways->states[at] == STATE_UNKNOWN) {
		ways->states[at] = STATE_OPEN;
		ways->open[ways->open_count++] = (uint32_t)at;
	}
	return 0;
}

static int take_jump(struct ways *ways, uint64_t at, const struct decoded_step *step)
{
	uint64_t target = target_of(at, step);

	if (step->is_computed) {
		ways->has_computed = 1;
		refuse_returns(ways, INSPECT_LEFT_BY_JUMP);
		return 0;
	}
	if (target >= ways->code->count) {
		refuse_returns(ways, INSPECT_LEFT_BY_JUMP);
		return 0;
	}
	if (target < ways->lowest_target)
		ways->lowest_target = target;
	return go_on_from(ways, target);
}

static void take_return(struct ways *ways, uint64_t at)
{
	struct inspect_function *function = ways->function;
	uint32_t reason = reason_at(ways->code, at);

	if (reason)
		refuse_returns(ways, reason);
	else if (function->return_count == INSPECT_RETURNS)
		refuse_returns(ways, INSPECT_MANY_RETURNS);
	else
		function->returns[function->return_count++] = point_at(ways->code, at);
}

/* What a call leads to may never come back, and then behind it stands something else. */
static int take_next(struct ways *ways, uint64_t at, const struct decoded_step *step)
{
	uint64_t behind = at + step->bytes;

	if (step->is_last)
		return 0;
	if (behind < ways->code->count)
		return go_on_from(ways, behind);
	if (!step->is_call)
		refuse_returns(ways, INSPECT_LEFT_BY_JUMP);
	return 0;
}

static int take_step(struct ways *ways, uint64_t at)
{
	const struct code *code = ways->code;
	struct decoded_step step;
	uint64_t i;
	int ret;

	if (ways->states[at] == STATE_INSIDE)
		return -EBADMSG;
	ret = decode_step(code->elf->machine, code->bytes + at, code->count - at, &step);
	if (ret)
		return ret;
	ways->states[at] = STATE_BEGIN;
	for (i = at + 1; i < at + step.bytes; i++) {
		if (ways->states[i] != STATE_UNKNOWN)
			return -EBADMSG; /* another way has it that an instruction begins there */
		ways->states[i] = STATE_INSIDE;
	}
	if (step.is_return)
		take_return(ways, at);
	ret = step.is_jump ? take_jump(ways, at, &step) : 0;
	return ret ? ret : take_next(ways, at, &step);
}

static void order_returns(struct inspect_function *function)
{
	for (uint32_t i = 1; i < function->return_count; i++) {
		struct inspect_point point = function->returns[i];
		uint32_t at = i;

		for (; at && function->returns[at - 1].place > point.place; at--)
			function->returns[at] = function->returns[at - 1];
		function->returns[at] = point;
	}
}

/* Between what was reached may lie what an exception leads to, or data. Whoever returns from there is not
 * seen. Return: whether somebody does, or it is no code. */
static int gap_returns(const struct ways *ways, uint64_t from, uint64_t to)
{
	struct decoded_step step;

	for (; from < to; from += step.bytes)
		if (decode_step(ways->code->elf->machine, ways->code->bytes + from, to - from,
				&step) ||
		    step.is_return)
			return 1;
	return 0;
}

static void look_into_gaps(struct ways *ways)
{
	const uint64_t count = ways->code->count;
	uint64_t from = 0, to;

	while (from < count) {
		for (to = from; to < count && ways->states[to] == STATE_UNKNOWN; to++)
			;
		if (gap_returns(ways, from, to))
			refuse_returns(ways, INSPECT_NOT_DECODED);
		from = to + 1;
	}
}

/* Return: 0, *ways tells; -EBADMSG: these are no instructions; -ENOTSUP; -ENOMEM. */
static int walk(struct ways *ways)
{
	int ret = 0;

	ways->states = calloc(ways->code->count, sizeof(*ways->states));
	ways->open = calloc(ways->code->count, sizeof(*ways->open));
	ways->lowest_target = ways->code->count;
	if (!ways->states || !ways->open)
		ret = -ENOMEM;
	if (!ret)
		ret = go_on_from(ways, 0);
	while (!ret && ways->open_count)
		ret = take_step(ways, ways->open[--ways->open_count]);
	if (!ret)
		look_into_gaps(ways);
	free(ways->states);
	free(ways->open);
	order_returns(ways->function);
	if (!ret && !ways->function->return_count)
		refuse_returns(ways, INSPECT_NO_RETURN);
	return ret;
}

/* Whether a call passes by there once. A loop that leads back to a push would fill the stack, so no
 * jump whose aim is not known leads there. */
static int is_once(const struct code *code, const struct ways *ways, uint64_t at)
{
	struct decoded_step step;

	if (!decode_step(code->elf->machine, code->bytes + at, code->count - at, &step) &&
	    step.is_push && ways->lowest_target > at)
		return 1;
	return code->is_whole && ways->lowest_target > at && !ways->has_computed &&
	       (!at || ways->return_reason != INSPECT_LEFT_BY_JUMP);
}

/* Behind instructions that change neither arguments nor stack pointer comes mostly a push, which the
 * kernel emulates. Return: where a cheap place is; 0: at the beginning, or nowhere. */
static uint64_t cheap_entry(const struct code *code)
{
	struct decoded_step step;
	uint64_t at = 0;

	while (at < PROLOGUE_BYTES && at < code->count && is_dear(code, at)) {
		if (decode_step(code->elf->machine, code->bytes + at, code->count - at, &step) ||
		    !step.is_plain)
			return 0;
		at += step.bytes;
	}
	return at < code->count && !is_dear(code, at) ? at : 0;
}

static void choose_entry(const struct code *code, const struct ways *ways,
			 struct inspect_function *function)
{
	uint64_t at = cheap_entry(code);

	if (at && !is_once(code, ways, at))
		at = 0;
	function->entry = point_at(code, at);
	function->entry_reason = reason_at(code, at);
	if (function->entry_reason || is_once(code, ways, at))
		return;
	function->entry_reason = INSPECT_LOOPED;
	if (!code->is_whole || function->return_reason == INSPECT_NOT_DECODED)
		function->entry_reason = function->return_reason;
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

/* Without its whole, what begins a function is all that is known of it. */
static int look_through(const struct code *code, struct inspect_function *out)
{
	struct ways ways = { .code = code, .function = out };
	int ret = -EBADMSG;

	ways.lowest_target = code->count;
	out->return_reason = INSPECT_NO_SIZE;
	if (code->is_whole) {
		ret = walk(&ways);
		if (ret == -ENOMEM)
			return ret;
		out->return_reason = ret ? INSPECT_NOT_DECODED : ways.return_reason;
		ways.has_computed |= ret != 0; /* who knows */
	}
	if (out->return_reason)
		out->return_count = 0;
	choose_entry(code, &ways, out);
	return 0;
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
	ret = look_through(&code, out);
	free(code.bytes);
	return ret;
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
