/* SPDX-License-Identifier: GPL-2.0-only */
/* deep.c - spans twelve deep; eight are kept on a thread.
 * Expected: step level.1 to level.8 ok, each inside the one before; four begins refused for depth
 * and their four ends too; then command deep ok, at the top. */
#include <stddef.h>

#include "telprobe.h"

static const char *const levels[] = { "level.1", "level.2",  "level.3",	 "level.4",
				      "level.5", "level.6",  "level.7",	 "level.8",
				      "level.9", "level.10", "level.11", "level.12" };

int main(void)
{
	int depth = sizeof(levels) / sizeof(levels[0]);

	for (int i = 0; i < depth; i++)
		TELPROBE_SPAN_BEGIN(TELPROBE_STEP, levels[i], 0);
	for (int i = depth - 1; i >= 0; i--)
		TELPROBE_SPAN_END(TELPROBE_STEP, levels[i], TELPROBE_OK, NULL, 0);
	TELPROBE_COMMAND_BEGIN("deep", NULL, NULL, 0);
	TELPROBE_COMMAND_END("deep", TELPROBE_OK, NULL, 0);
	return 0;
}
