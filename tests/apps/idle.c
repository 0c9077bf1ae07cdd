/* SPDX-License-Identifier: GPL-2.0-only */
/* idle.c - a session begins, then nothing until the input ends. Expected: session_begin idle 1.0. */
#include <stddef.h>
#include <unistd.h>

#include "telprobe.h"

int main(void)
{
	char byte;

	TELPROBE_SESSION_BEGIN("idle", "1.0");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return 0;
}
