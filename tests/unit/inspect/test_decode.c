/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <string.h>

#include "inspect/decode.h"

struct expected {
	const char *code;
	size_t bytes;
	int is_refused;
	enum inspect_cost cost;
};

#define CODE(text) text, sizeof(text) - 1

static void check(uint16_t machine, const struct expected *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct decoded decoded;

		decode_instruction(machine, (const unsigned char *)rows[i].code, rows[i].bytes,
				   &decoded);
		if (decoded.is_refused != rows[i].is_refused ||
		    (!decoded.is_refused && decoded.cost != rows[i].cost))
			fail_msg("row %zu: refused %u, cost %u", i, decoded.is_refused,
				 decoded.cost);
		assert_false(decoded.is_own_layout);
	}
}

static void decode_instruction_x86_costs_as_uprobes_do(void **state)
{
	static const struct expected rows[] = {
		{ CODE("\x90"), 0, INSPECT_COST_NOP },
		{ CODE("\x66\x90"), 0, INSPECT_COST_EMULATED },
		{ CODE("\xf3\x90"), 0, INSPECT_COST_EMULATED },		    /* pause */
		{ CODE("\x55"), 0, INSPECT_COST_EMULATED },		    /* push %rbp */
		{ CODE("\x41\x57"), 0, INSPECT_COST_EMULATED },		    /* push %r15 */
		{ CODE("\xe8\x00\x00\x00\x00"), 0, INSPECT_COST_EMULATED }, /* call */
		{ CODE("\xe9\x00\x00\x00\x00"), 0, INSPECT_COST_EMULATED }, /* jmp */
		{ CODE("\xeb\x00"), 0, INSPECT_COST_EMULATED },
		{ CODE("\x74\x05"), 0, INSPECT_COST_EMULATED },			/* je */
		{ CODE("\x0f\x84\x00\x00\x00\x00"), 0, INSPECT_COST_EMULATED }, /* je, far */
		{ CODE("\xf3\x0f\x1e\xfa"), 0, INSPECT_COST_STEPPED },		/* endbr64 */
		{ CODE("\x0f\x1f\x40\x00"), 0, INSPECT_COST_STEPPED },		/* nop4 */
		{ CODE("\x48\x89\xe5"), 0, INSPECT_COST_STEPPED },		/* mov */
		{ CODE("\xc3"), 0, INSPECT_COST_STEPPED },			/* ret */
		{ CODE("\xff\xd0"), 0, INSPECT_COST_STEPPED },			/* call *%rax */
	};

	(void)state;
	check(EM_X86_64, rows, sizeof(rows) / sizeof(rows[0]));
}

static void decode_instruction_x86_refused_as_uprobes_do(void **state)
{
	static const struct expected rows[] = {
		{ CODE("\xcc"), 1, 0 },					    /* int3 */
		{ CODE("\xcd\x80"), 1, 0 },				    /* int 0x80 */
		{ CODE("\xf4"), 1, 0 },					    /* hlt */
		{ CODE("\xfa"), 1, 0 },					    /* cli */
		{ CODE("\xec"), 1, 0 },					    /* in */
		{ CODE("\x2e\x90"), 1, 0 },				    /* cs nop */
		{ CODE("\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00"), 1, 0 }, /* nop10 */
		{ CODE("\x3e\xff\xe0"), 1, 0 },				    /* notrack jmp */
		{ CODE("\xf0\x48\x0f\xb1\x0a"), 1, 0 },			    /* lock cmpxchg */
		{ CODE("\x66\xe8\x00\x00\x00\x00"), 1, 0 },		    /* callw */
		{ CODE("\x8e\xd0"), 1, 0 },				    /* mov %eax,%ss */
		{ CODE("\x41\x90"), 1, 0 },				    /* xchg %r8,%rax */
		{ CODE("\x49\x90"), 1, 0 },				    /* xchg %rax,%r8 */
		{ CODE("\x06"), 1, 0 },					    /* none in 64-bit */
		{ CODE("\x48"), 1, 0 },					    /* cut short */
		{ CODE(""), 1, 0 },
	};

	(void)state;
	check(EM_X86_64, rows, sizeof(rows) / sizeof(rows[0]));
}

static void decode_instruction_knows_nops_that_become_calls(void **state)
{
	static const struct {
		const char *code;
		size_t bytes;
		uint8_t is_replaced;
	} rows[] = {
		{ CODE("\x0f\x1f\x44\x00\x00"), 1 },
		{ CODE("\x0f\x1f\x44\x08\x00"), 1 },			 /* another register */
		{ CODE("\x66\x0f\x1f\x40\x00"), 1 },			 /* of a prefix */
		{ CODE("\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00"), 1 }, /* nop10 */
		{ CODE("\x66\x66\x66\x66\x90"), 1 },
		{ CODE("\xe9\x00\x00\x00\x00"), 1 }, /* jmp to the next */
		{ CODE("\x48\x8d\x64\x24\x00"), 1 }, /* lea 0(%rsp), %rsp */
		{ CODE("\x66\x66\x66\x89\xc0"), 1 }, /* mov %ax, %ax */
		{ CODE("\xe9\x01\x00\x00\x00"), 0 },
		{ CODE("\x48\x8d\x64\x24\x08"), 0 },
		{ CODE("\x90\x0f\x1f\x44\x00\x00"), 0 },
		{ CODE("\x0f\x1f\x40\x00"), 0 },
		{ CODE("\x66\x0f\x1f\x84\x00\x00\x00\x00\x00"), 0 }, /* nop9 */
		{ CODE("\xe8\x00\x00\x00\x00"), 0 },
		{ CODE("\x0f\x1f\x44\x00"), 0 }, /* cut short */
	};
	struct decoded decoded;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decode_instruction(EM_X86_64, (const unsigned char *)rows[i].code, rows[i].bytes,
				   &decoded);
		if (decoded.is_replaced != rows[i].is_replaced)
			fail_msg("row %zu: replaced %u", i, decoded.is_replaced);
	}
}

static void decode_instruction_own_layout_only_when_whole(void **state)
{
	static const unsigned char own[] = { 0x90, 0x0f, 0x1f, 0x44, 0, 0, 0x66, 0x2e, 0x0f,
					     0x1f, 0x84, 0,    0,    0, 0, 0,	 0xc3 };
	unsigned char code[sizeof(own)];
	struct decoded decoded;

	(void)state;
	decode_instruction(EM_X86_64, own, sizeof(own), &decoded);
	assert_true(decoded.is_own_layout);
	assert_int_equal(decoded.cost, INSPECT_COST_FAST);
	decode_instruction(EM_X86_64, own, sizeof(own) - 1, &decoded);
	assert_false(decoded.is_own_layout);
	assert_int_equal(decoded.cost, INSPECT_COST_NOP);
	for (size_t i = 0; i < sizeof(own); i++) {
		memcpy(code, own, sizeof(own));
		code[i] ^= 0x80;
		decode_instruction(EM_X86_64, code, sizeof(code), &decoded);
		assert_false(decoded.is_own_layout);
	}
	decode_instruction(EM_AARCH64, own, sizeof(own), &decoded);
	assert_false(decoded.is_own_layout);
}

static void decode_instruction_arm64_knows_nop(void **state)
{
	static const struct expected rows[] = {
		{ CODE("\x1f\x20\x03\xd5"), 0, INSPECT_COST_NOP },
		{ CODE("\xfd\x7b\xbf\xa9"), 0, INSPECT_COST_STEPPED }, /* stp x29, x30 */
		{ CODE("\x1f\x20\x03"), 1, 0 },
	};

	(void)state;
	check(EM_AARCH64, rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decode_instruction_x86_costs_as_uprobes_do),
		cmocka_unit_test(decode_instruction_x86_refused_as_uprobes_do),
		cmocka_unit_test(decode_instruction_knows_nops_that_become_calls),
		cmocka_unit_test(decode_instruction_own_layout_only_when_whole),
		cmocka_unit_test(decode_instruction_arm64_knows_nop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
