/* SPDX-License-Identifier: GPL-2.0-only */
/* longjmp.c - three spans skipped by longjmp() out of them.
 * Expected: step first, second, third abandoned by the outer end; command longjmp failed jumped. */
#include <setjmp.h>
#include <stddef.h>

#include "telprobe.h"

static jmp_buf back;

static void third(void)
{
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "third", 0);
	longjmp(back, 1);
}

static void second(void)
{
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "second", 0);
	third();
	TELPROBE_SPAN_END(TELPROBE_STEP, "second", TELPROBE_OK, NULL, 0);
}

int main(void)
{
	TELPROBE_COMMAND_BEGIN("longjmp", NULL, NULL, 0);
	if (!setjmp(back)) {
		TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "first", 0);
		second();
	}
	TELPROBE_COMMAND_END("longjmp", TELPROBE_FAILED, "jumped", 0);
	return 0;
}
