/* SPDX-License-Identifier: GPL-2.0-only */
/* decode.h - what a probe on an instruction would cost, and whether uprobes take it at all.
 * The only place that knows the instruction decoder (libZydis). */
#ifndef TELPROBE_INSPECT_DECODE_H
#define TELPROBE_INSPECT_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "inspect/inspect.h"

enum { DECODE_BYTES = 17 }; /* as long as a marker's function; longer than any instruction */

struct decoded {
	uint8_t is_refused;  /* uprobes refuse it, or run something else in its place */
	uint8_t is_replaced; /* a nop some kernels replace by a call of their own */
	uint8_t is_own_layout;
	uint8_t cost; /* enum inspect_cost */
};

/**
 * decode_instruction() - judge the instruction at @code
 * @machine: EM_X86_64 or EM_AARCH64
 * @bytes: that can be read at @code, at most DECODE_BYTES are looked at */
void decode_instruction(uint16_t machine, const unsigned char *code, size_t bytes,
			struct decoded *out);

struct decoded_step { /* what an instruction does to the way through a function */
	uint8_t bytes;
	uint8_t is_return;
	uint8_t is_jump; /* also a conditional one */
	uint8_t is_call;
	uint8_t is_push;
	uint8_t is_last; /* nothing goes on behind it: a return, a jump without condition, a trap */
	uint8_t is_computed; /* the jump: where it leads does not stand there */
	uint8_t is_plain;    /* goes on behind itself, arguments and stack pointer as they were */
	int64_t distance;    /* of a jump that is not computed, from behind itself */
};

/** decode_step() - the instruction at @code, of a function
 * Return: 0; -ENOTSUP: not on this machine; -EBADMSG: it is none. */
int decode_step(uint16_t machine, const unsigned char *code, size_t bytes,
		struct decoded_step *out);

#endif
