/* SPDX-License-Identifier: GPL-2.0-only */
/* asks_only.c - asks whether anybody listens and has no marker. */
#include "telprobe.h"

int main(void)
{
	return TELPROBE_IS_ON(command_begin);
}
