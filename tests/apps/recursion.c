/* SPDX-License-Identifier: GPL-2.0-only */
/* recursion.c - a span inside itself, five deep and then twenty deep.
 * Expected: step recurse ok 5 times, nested; then 8 times, with 12 begins and 12 ends refused. */
#include <stddef.h>

#include "telprobe.h"

static void recurse(int depth)
{
	if (!depth)
		return;
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "recurse", 0);
	recurse(depth - 1);
	TELPROBE_SPAN_END(TELPROBE_STEP, "recurse", TELPROBE_OK, NULL, 0);
}

int main(void)
{
	recurse(5);
	recurse(20);
	return 0;
}
