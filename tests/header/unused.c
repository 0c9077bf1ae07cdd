/* SPDX-License-Identifier: GPL-2.0-only */
/* unused.c - includes the header and uses nothing. */
#include "telprobe.h"

int unused_function(void);
int unused_function(void)
{
	return 0;
}
