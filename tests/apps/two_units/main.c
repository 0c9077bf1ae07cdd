/* SPDX-License-Identifier: GPL-2.0-only */
/* two_units/main.c - the same name and the same markers in two source files, built with -O0.
 * Expected: command two-units here ok, command two-units there ok; one site for each marker; an end
 * in one file closes what was begun in the other: command two-units both ok. */
#include <stddef.h>

#include "telprobe.h"
#include "two_units/other.h"

int main(void)
{
	TELPROBE_COMMAND_BEGIN("two-units", "here", NULL, 0);
	TELPROBE_COMMAND_END("two-units", TELPROBE_OK, NULL, 0);
	other_pair();
	TELPROBE_COMMAND_BEGIN("two-units", "both", NULL, 0);
	other_end();
	return 0;
}
