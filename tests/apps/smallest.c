/* SPDX-License-Identifier: GPL-2.0-only */
/* smallest.c - a pair of markers as the first thing in main, nothing touched before: the pages of
 * the names are not in memory yet. Expected: command_begin smallest run balanced,
 * command_end smallest ok. */
#include <stddef.h>

#include "telprobe.h"

int main(void)
{
	TELPROBE_COMMAND_BEGIN("smallest", "run", "balanced", 0);
	TELPROBE_COMMAND_END("smallest", TELPROBE_OK, NULL, 0);
	return 0;
}
