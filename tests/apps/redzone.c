/* SPDX-License-Identifier: GPL-2.0-only */
/* redzone.c [COUNT] - does a marker change anything but what it is meant to?
 * Each round (a) calls a marker's function with every register, the vector registers, the flags and
 * the stack above filled, and compares them all; (b) keeps words on the stack, which a compiler
 * puts into the red zone of a function without calls, and live values in registers, around a
 * command pair. Prints `ok COUNT`, or what differs first, and exits with 1. Built as C and as C++.
 * Expected: COUNT times command redzone ok; COUNT times counter redzone.count 1. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "telprobe.h"

#ifdef __x86_64__
enum { REGISTERS = 15, FLAGS = REGISTERS, VECTORS = 16, STACK = VECTORS + 32, WORDS = STACK + 16 };

#ifdef __cplusplus
extern "C" {
#endif
/* State by word: 15 registers, flags, 16 vector registers, 16 words of stack above the call. */
uint64_t redzone_in[WORDS] __attribute__((used, aligned(16), visibility("hidden")));
uint64_t redzone_out[WORDS] __attribute__((used, aligned(16), visibility("hidden")));
void redzone_call(void) __attribute__((visibility("hidden")));
#ifdef __cplusplus
}
#endif

static const char *word_name(int word)
{
	static const char *const registers[] = { "rdi", "rsi", "rdx", "rax",  "rbx", "rcx",
						 "rbp", "r8",  "r9",  "r10",  "r11", "r12",
						 "r13", "r14", "r15", "flags" };

	return word <= FLAGS ? registers[word] : word < STACK ? "vector register" : "stack";
}

#define VECTORS_AT(op, from, to)                                                                \
	op(0, from, to) op(1, from, to) op(2, from, to) op(3, from, to) op(4, from, to)         \
		op(5, from, to) op(6, from, to) op(7, from, to) op(8, from, to) op(9, from, to) \
			op(10, from, to) op(11, from, to) op(12, from, to) op(13, from, to)     \
				op(14, from, to) op(15, from, to)
#define LOAD_VECTOR(n, from, to)  "movdqa 128+16*" #n "+" from "(%rip), %xmm" #n "\n"
#define STORE_VECTOR(n, from, to) "movdqa %xmm" #n ", 128+16*" #n "+" to "(%rip)\n"

/* redzone_call: all in from redzone_in, call the marker's function, all out to redzone_out.
 * rsp cannot be filled; that we come back tells that it is right. */
__asm__(".text\n"
	".globl redzone_call\n"
	".hidden redzone_call\n"
	".type redzone_call,@function\n"
	"redzone_call:\n"
	".cfi_startproc\n"
	"push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
	"sub $136, %rsp\n"
	".cfi_adjust_cfa_offset 184\n"
	"cld\n"
	"lea 384+redzone_in(%rip), %rsi\n mov %rsp, %rdi\n mov $16, %ecx\n rep movsq\n" VECTORS_AT(
		LOAD_VECTOR, "redzone_in",
		"") "pushq 120+redzone_in(%rip)\n popfq\n"
		    "mov 0+redzone_in(%rip), %rdi\n mov 8+redzone_in(%rip), %rsi\n"
		    "mov 16+redzone_in(%rip), %rdx\n mov 24+redzone_in(%rip), %rax\n"
		    "mov 32+redzone_in(%rip), %rbx\n mov 40+redzone_in(%rip), %rcx\n"
		    "mov 48+redzone_in(%rip), %rbp\n mov 56+redzone_in(%rip), %r8\n"
		    "mov 64+redzone_in(%rip), %r9\n mov 72+redzone_in(%rip), %r10\n"
		    "mov 80+redzone_in(%rip), %r11\n mov 88+redzone_in(%rip), %r12\n"
		    "mov 96+redzone_in(%rip), %r13\n mov 104+redzone_in(%rip), %r14\n"
		    "mov 112+redzone_in(%rip), %r15\n"
		    "call telprobe_at_count\n"
		    "mov %rdi, 0+redzone_out(%rip)\n mov %rsi, 8+redzone_out(%rip)\n"
		    "mov %rdx, 16+redzone_out(%rip)\n mov %rax, 24+redzone_out(%rip)\n"
		    "mov %rbx, 32+redzone_out(%rip)\n mov %rcx, 40+redzone_out(%rip)\n"
		    "mov %rbp, 48+redzone_out(%rip)\n mov %r8, 56+redzone_out(%rip)\n"
		    "mov %r9, 64+redzone_out(%rip)\n mov %r10, 72+redzone_out(%rip)\n"
		    "mov %r11, 80+redzone_out(%rip)\n mov %r12, 88+redzone_out(%rip)\n"
		    "mov %r13, 96+redzone_out(%rip)\n mov %r14, 104+redzone_out(%rip)\n"
		    "mov %r15, 112+redzone_out(%rip)\n"
		    "pushfq\n popq 120+redzone_out(%rip)\n"
		    "cld\n" VECTORS_AT(STORE_VECTOR, "",
				       "redzone_out") "mov %rsp, %rsi\n lea 384+redzone_out(%rip), "
						      "%rdi\n mov $16, %ecx\n rep movsq\n"
						      "add $136, %rsp\n"
						      "pop %r15\n pop %r14\n pop %r13\n pop %r12\n "
						      "pop %rbp\n pop %rbx\n"
						      ".cfi_adjust_cfa_offset -184\n"
						      "ret\n"
						      ".cfi_endproc\n"
						      ".size redzone_call,.-redzone_call\n");

static int registers_differ(uint64_t round)
{
	/* every arithmetic flag and the direction flag, changing from round to round */
	const uint64_t flags[] = { 0x202, 0x8d7 | 0x200, 0x246 | 0x400, 0x202 | 0x801 };
	uint64_t value = round * 0x9e3779b97f4a7c15u;

	for (int i = 0; i < WORDS; i++) {
		value = value * 6364136223846793005u + 1442695040888963407u;
		redzone_in[i] = value;
	}
	redzone_in[0] = (uint64_t)(uintptr_t) "redzone.count";
	redzone_in[1] = 1;
	redzone_in[2] = 0;
	redzone_in[FLAGS] = flags[round % 4];
	redzone_call();
	for (int i = 0; i < WORDS; i++) {
		if (redzone_in[i] == redzone_out[i])
			continue;
		printf("round %llu: %s (word %d): %016llx became %016llx\n",
		       (unsigned long long)round, word_name(i), i,
		       (unsigned long long)redzone_in[i], (unsigned long long)redzone_out[i]);
		return 1;
	}
	return 0;
}
#else
static int registers_differ(uint64_t round)
{
	(void)round; /* only x86-64 has a red zone to lose */
	return 0;
}
#endif

/* Many values live across the markers, and a stack array without address: of all functions here
 * the one that would use the red zone if a marker were not a call. */
__attribute__((noinline)) static uint64_t stack_after(uint64_t seed)
{
	volatile uint64_t words[14];
	uint64_t a = seed * 3, b = seed ^ 0x5555, c = seed + 7, d = ~seed, e = seed << 9;
	double f = (double)(seed & 0xffff) * 0.5;

	for (int i = 0; i < 14; i++)
		words[i] = seed + (uint64_t)i;
	TELPROBE_COMMAND_BEGIN("redzone", NULL, NULL, 0);
	a += words[0];
	TELPROBE_COMMAND_END("redzone", TELPROBE_OK, NULL, 0);
	for (int i = 0; i < 14; i++)
		if (words[i] != seed + (uint64_t)i)
			return (uint64_t)i + 1;
	if (a != seed * 4 || b != (seed ^ 0x5555) || c != seed + 7 || d != ~seed ||
	    e != seed << 9 || f + f != (double)(seed & 0xffff))
		return 15;
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;

	TELPROBE_COUNT("redzone.rounds", (int64_t)count, 0);
	for (uint64_t round = 0; round < count; round++) {
		uint64_t word = stack_after(round * 0x9e3779b97f4a7c15u);

		if (word) {
			printf("round %llu: word %llu of the stack differs\n",
			       (unsigned long long)round, (unsigned long long)word - 1);
			return 1;
		}
		if (registers_differ(round))
			return 1;
	}
	printf("ok %llu\n", (unsigned long long)count);
	return 0;
}
