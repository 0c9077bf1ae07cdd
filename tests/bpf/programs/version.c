/* SPDX-License-Identifier: GPL-2.0-only */
/* version.c -DVERSION="one" [-DPADDING=N] [-DLIBRARY] - a program of which there are several
 * versions. Prints VERSION if a computation in N steps of straight code came out right, else
 * `wrong`; its command is named version VERSION. The steps of one version stand where another has
 * its markers, so a breakpoint left behind there changes the result. As a library: version_run(). */
#include <stdint.h>
#include <stdio.h>

#include "telprobe.h"

#ifndef PADDING
#define PADDING 0
#endif
#define TEXT_OF(number) #number
#define TEXT(number)	TEXT_OF(number)

const char *version_run(void);

__attribute__((noinline)) static uint64_t compute(uint64_t a)
{
	uint64_t b = 0, i = 0;

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

__attribute__((noinline)) static uint64_t expected(uint64_t a)
{
	uint64_t b = 0;

	for (uint64_t i = 1; i <= PADDING; i++)
		b = (b + a + 3) ^ i;
	return b + PADDING;
}

const char *version_run(void)
{
	volatile uint64_t one = 1;
	int is_right;

	TELPROBE_COMMAND_BEGIN("version", VERSION, NULL, 0);
	is_right = compute(one) == expected(one);
	TELPROBE_COMMAND_END("version", is_right ? TELPROBE_OK : TELPROBE_FAILED, NULL, 0);
	return is_right ? VERSION : "wrong";
}

#ifndef LIBRARY
int main(void)
{
	puts(version_run());
	return 0;
}
#endif
