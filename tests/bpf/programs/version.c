/* SPDX-License-Identifier: GPL-2.0-only */
/* version.c -DVERSION="one" [-DPADDING=N] - a program of which there are several versions. Prints
 * VERSION if all of a computation in N steps of straight code came out right, else `wrong`; its
 * command is named version VERSION. The steps stand where another version has its markers. */
#include <stdint.h>
#include <stdio.h>

#include "telprobe.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#ifndef PADDING
#define PADDING 0
#endif

/* Each step is other code: what an instruction out of place does to one is not undone. */
static uint64_t compute(volatile uint64_t *one)
{
	uint64_t a = *one, b = 0, i = 0;

	__asm__ volatile(".rept " TEXT(PADDING) "\n"
			 "lea 3(%0,%1), %1\n"
			 "add $1, %2\n"
			 "xor %2, %1\n"
			 ".endr\n"
			 : "+r"(a), "+r"(b), "+r"(i)
			 :
			 : "cc");
	return b + i;
}

static uint64_t expected(void)
{
	uint64_t b = 0;

	for (uint64_t i = 1; i <= PADDING; i++)
		b = (b + 1 + 3) ^ i;
	return b + PADDING;
}

int main(void)
{
	volatile uint64_t one = 1;
	int is_right;

	TELPROBE_COMMAND_BEGIN("version", VERSION, NULL, 0);
	is_right = compute(&one) == expected();
	TELPROBE_COMMAND_END("version", is_right ? TELPROBE_OK : TELPROBE_FAILED, NULL, 0);
	puts(is_right ? VERSION : "wrong");
	return !is_right;
}
