/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions are this program's own: it looks into its own file. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "inspect/inspect.h"

#if defined(__x86_64__)
#define FUNCTION(name, code)                                                               \
	__asm__(".pushsection .text\n.globl " #name "\n.type " #name ", @function\n" #name \
		":\n" code "\n.size " #name ", . - " #name "\n.popsection")

FUNCTION(of_push, "push %rbp\npop %rbp\nret");
FUNCTION(of_marked_push, "endbr64\npush %rbp\npop %rbp\nret");
FUNCTION(of_plain_then_push, "mov %rdi, %rax\nxor %r10d, %r10d\npush %rbx\npop %rbx\nret");
FUNCTION(of_stack_first, "sub $24, %rsp\ncall of_push\nadd $24, %rsp\nret");
FUNCTION(of_argument_first, "xor %edi, %edi\npush %rbx\npop %rbx\nret");
FUNCTION(of_loop, "mov %rdi, %rax\n1: push %rbx\npop %rbx\ndec %rax\njnz 1b\nret");
FUNCTION(of_two_returns, "push %rbx\ntest %rdi, %rdi\njz 1f\npop %rbx\nret\n1: pop %rbx\nrepz ret");
FUNCTION(of_tail_call, "push %rbx\npop %rbx\njmp of_push");
FUNCTION(of_conditional_tail, "push %rbx\npop %rbx\ntest %rdi, %rdi\njz of_push\nret");
FUNCTION(of_computed_jump, "push %rbx\npop %rbx\njmp *%rax");
FUNCTION(of_no_return, "push %rbx\ncall abort");
FUNCTION(of_lock, "lock incl (%rdi)\nret");
FUNCTION(of_wide_nop, ".byte 0x0f, 0x1f, 0x44, 0, 0\nret");
FUNCTION(of_wide_nop_then_push, ".byte 0x0f, 0x1f, 0x44, 0, 0\npush %rbx\npop %rbx\nret");
FUNCTION(of_garbage, "push %rbx\n.byte 0x06\nret");
#define RETURNS(count) \
	"push %rbx\npop %rbx\n.rept " #count "\ntest %rdi, %rdi\njz 1f\nret\n1:\n.endr\nud2"
FUNCTION(of_17_returns, RETURNS(17));
FUNCTION(of_16_returns, RETURNS(16));
FUNCTION(of_constants, "push %rbx\njmp 1f\n2: .byte 0x48, 0xc3, 0xc3, 0xc3\n1: mov 2b(%rip), %eax\n"
		       "pop %rbx\nret");
FUNCTION(of_landing_pad,
	 "push %rbx\ncall of_push\npop %rbx\nret\nnop\nmov $1, %eax\npop %rbx\nret");
FUNCTION(of_landing_jump, "push %rbx\ncall of_push\n1: pop %rbx\nret\nnop\nmov $1, %eax\njmp 1b");
FUNCTION(of_two_readings,
	 "push %rbx\ntest %rdi, %rdi\njz 1f + 1\n1: mov $0xc3c3c3c3, %eax\npop %rbx\n"
	 "ret");
FUNCTION(of_open_end, "push %rbx\ntest %rdi, %rdi\njz 1f\npop %rbx\nret\n1: pop %rbx");
FUNCTION(of_whole_loop, "1: sub $1, %rdi\njnz 1b\nret");
FUNCTION(of_push_in_loop, "1: push %rbx\npop %rbx\nsub $1, %rdi\njnz 1b\nret");
FUNCTION(of_early_jump, "mov (%rdi), %eax\ntest %eax, %eax\nje of_early_jump\nret");
FUNCTION(of_table, "mov (%rdi), %eax\ncmp $7, %eax\nja 1f\njmp *%rax\n1: ret");
FUNCTION(of_table_after_push, "push %rbx\npop %rbx\ncmp $7, %eax\nja 1f\njmp *%rax\n1: ret");
__asm__(".pushsection .text\n.globl of_no_size\n.type of_no_size, @function\nof_no_size: push "
	"%rbx\n"
	"pop %rbx\nret\n.popsection");
__asm__(".pushsection .text\n.globl of_resolver\n.type of_resolver, @gnu_indirect_function\n"
	"of_resolver: mov %rdi, %rax\nret\n.size of_resolver, . - of_resolver\n.popsection");
__asm__(".pushsection .data\n.globl of_data\n.type of_data, @function\nof_data: ret\n.size "
	"of_data, 1\n"
	".popsection");

static int look(const char *name, struct inspect_function *out)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), ret;

	assert_true(fd >= 0);
	ret = inspect_function(fd, name, out);
	close(fd);
	return ret;
}

static void inspect_function_finds_the_cheapest_place_before_arguments_change(void **state)
{
	static const struct {
		const char *name;
		uint32_t to_return; /* bytes from the place to the return; 0: that is not known */
		uint32_t cost;
	} cases[] = {
		{ "of_push", 2, INSPECT_COST_EMULATED },
		{ "of_marked_push", 2, INSPECT_COST_EMULATED },
		{ "of_plain_then_push", 2, INSPECT_COST_EMULATED },
		{ "of_stack_first", 13, INSPECT_COST_STEPPED },
		{ "of_argument_first", 4, INSPECT_COST_STEPPED },
		{ "of_loop", 10, INSPECT_COST_STEPPED },
		{ "of_wide_nop_then_push", 2, INSPECT_COST_EMULATED },
		{ "of_no_size", 0, INSPECT_COST_EMULATED },
	};
	struct inspect_function found;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(look(cases[i].name, &found), 0);
		assert_int_equal(found.matches, 1);
		assert_int_equal(found.entry_reason, INSPECT_USABLE);
		if (found.entry.cost != cases[i].cost || !found.return_count != !cases[i].to_return)
			fail_msg("%s: cost %u", cases[i].name, found.entry.cost);
		if (!cases[i].to_return)
			continue;
		assert_int_equal(found.returns[0].place - found.entry.place, cases[i].to_return);
		assert_int_equal(found.returns[0].file_offset - found.entry.file_offset,
				 cases[i].to_return);
	}
}

static void inspect_function_tells_by_which_instructions_it_returns(void **state)
{
	static const struct {
		const char *name;
		uint32_t returns, reason;
	} cases[] = {
		{ "of_push", 1, INSPECT_USABLE },
		{ "of_two_returns", 2, INSPECT_USABLE },
		{ "of_loop", 1, INSPECT_USABLE },
		{ "of_16_returns", 16, INSPECT_USABLE },
		{ "of_17_returns", 0, INSPECT_MANY_RETURNS },
		{ "of_tail_call", 0, INSPECT_LEFT_BY_JUMP },
		{ "of_conditional_tail", 0, INSPECT_LEFT_BY_JUMP },
		{ "of_computed_jump", 0, INSPECT_LEFT_BY_JUMP },
		{ "of_no_return", 0, INSPECT_NO_RETURN },
		{ "of_garbage", 0, INSPECT_NOT_DECODED },
		{ "of_no_size", 0, INSPECT_NO_SIZE },
		{ "of_constants", 0, INSPECT_NOT_DECODED },
		{ "of_landing_pad", 0, INSPECT_NOT_DECODED },
		{ "of_landing_jump", 1, INSPECT_USABLE },
		{ "of_two_readings", 0, INSPECT_NOT_DECODED },
		{ "of_open_end", 0, INSPECT_LEFT_BY_JUMP },
	};
	struct inspect_function found;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(look(cases[i].name, &found), 0);
		if (found.return_reason != cases[i].reason ||
		    found.return_count != cases[i].returns)
			fail_msg("%s: %u returns, %s", cases[i].name, found.return_count,
				 inspect_reason_text(found.return_reason));
	}
}

static void inspect_function_without_a_place_says_why(void **state)
{
	static const struct {
		const char *name;
		uint32_t reason;
	} cases[] = {
		{ "of_nothing", INSPECT_NO_FUNCTION }, /* no symbol */
		{ "of_pus", INSPECT_NO_FUNCTION },     /* the beginning of one */
		{ "f_push", INSPECT_NO_FUNCTION },     /* the end of one */
		{ "", INSPECT_NO_FUNCTION },
		{ "abort", INSPECT_NO_FUNCTION }, /* another file's */
		{ "environ", INSPECT_NO_FUNCTION },
		{ "of_resolver", INSPECT_RESOLVER },
		{ "of_data", INSPECT_OUTSIDE_CODE },
		{ "of_lock", INSPECT_BAD_INSTRUCTION },
		{ "of_wide_nop", INSPECT_REPLACED_NOP },
		{ "of_whole_loop", INSPECT_LOOPED },
		{ "of_push_in_loop", INSPECT_LOOPED },
		{ "of_early_jump", INSPECT_LOOPED },
		{ "of_table", INSPECT_LOOPED },
		{ "of_table_after_push", INSPECT_USABLE },
	};
	char name[INSPECT_SYMBOL + 1];
	struct inspect_function found;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(look(cases[i].name, &found), 0);
		if (found.entry_reason != cases[i].reason)
			fail_msg("'%s': %s", cases[i].name,
				 inspect_reason_text(found.entry_reason));
	}
	memset(name, 'x', sizeof(name));
	name[INSPECT_SYMBOL] = '\0';
	assert_int_equal(look(name, &found), -E2BIG);
	name[INSPECT_SYMBOL - 1] = '\0';
	assert_int_equal(look(name, &found), 0);
}

static void inspect_function_of_no_program_is_refused(void **state)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	struct inspect_function found;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(inspect_function(fd, "main", &found), -ENOEXEC);
	close(fd);
}

static void inspect_symbol_is_the_function_that_holds_an_offset(void **state)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), text = open("/etc/passwd", O_RDONLY);
	struct inspect_symbol symbol;
	struct inspect_function found;
	uint64_t start;

	(void)state;
	assert_true(fd >= 0 && text >= 0);
	assert_int_equal(look("of_two_returns", &found), 0);
	start = found.entry.file_offset; /* its first instruction is the push */
	assert_int_equal(inspect_symbol(fd, start, &symbol), 0);
	assert_string_equal(symbol.name, "of_two_returns");
	assert_int_equal(symbol.distance, 0);
	assert_int_equal(inspect_symbol(fd, start + 5, &symbol), 0);
	assert_string_equal(symbol.name, "of_two_returns");
	assert_int_equal(symbol.distance, 5);
	assert_int_equal(look("of_no_size", &found), 0);
	assert_int_equal(inspect_symbol(fd, found.entry.file_offset, &symbol), -ENOENT);
	assert_int_equal(inspect_symbol(fd, 0, &symbol), -ENOENT); /* no code */
	assert_int_equal(inspect_symbol(fd, UINT64_MAX, &symbol), -ENOENT);
	assert_int_equal(inspect_symbol(text, 0, &symbol), -ENOEXEC);
	close(fd);
	close(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inspect_function_finds_the_cheapest_place_before_arguments_change),
		cmocka_unit_test(inspect_function_tells_by_which_instructions_it_returns),
		cmocka_unit_test(inspect_function_without_a_place_says_why),
		cmocka_unit_test(inspect_function_of_no_program_is_refused),
		cmocka_unit_test(inspect_symbol_is_the_function_that_holds_an_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
	puts("functions are looked into on x86-64 alone");
	return 77;
}
#endif
