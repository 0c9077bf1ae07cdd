/* SPDX-License-Identifier: GPL-2.0-only */
#include "two_units/other.h"

#include <stddef.h>

#include "telprobe.h"

void other_pair(void)
{
	TELPROBE_COMMAND_BEGIN("two-units", "there", NULL, 0);
	TELPROBE_COMMAND_END("two-units", TELPROBE_OK, NULL, 0);
}

void other_end(void)
{
	TELPROBE_COMMAND_END("two-units", TELPROBE_OK, NULL, 0);
}
