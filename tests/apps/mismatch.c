/* SPDX-License-Identifier: GPL-2.0-only */
/* mismatch.c - ends without begins, begins without ends, wrong order. Expected:
 *	command_end never-begun			unmatched
 *	step outer ok, step inner abandoned	an end closes what is open inside it
 *	step inner end				unmatched: it is closed already
 *	tool same ok, step same abandoned	same name, other kind: it was inside
 *	step one, command mismatch		abandoned by the exit, code 0 */
#include <stddef.h>

#include "telprobe.h"

int main(void)
{
	TELPROBE_COMMAND_END("never-begun", TELPROBE_OK, NULL, 0);
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "outer", 0);
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "inner", 0);
	TELPROBE_SPAN_END(TELPROBE_STEP, "outer", TELPROBE_OK, NULL, 0);
	TELPROBE_SPAN_END(TELPROBE_STEP, "inner", TELPROBE_OK, NULL, 0);
	TELPROBE_SPAN_BEGIN(TELPROBE_TOOL, "same", 0);
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "same", 0);
	TELPROBE_SPAN_END(TELPROBE_TOOL, "same", TELPROBE_OK, NULL, 0);
	TELPROBE_COMMAND_BEGIN("mismatch", NULL, NULL, 0);
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "one", 0);
	return 0;
}
