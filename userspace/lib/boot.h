/* SPDX-License-Identifier: GPL-2.0-only */
/* boot.h - which start of the machine this is. */
#ifndef TELPROBE_LIB_BOOT_H
#define TELPROBE_LIB_BOOT_H

#include <stdint.h>

#include "lib/error.h"

enum { BOOT_ID = 16 };

/** boot_id() - the random number the kernel gave this start of the machine. Return: 0, -EIO. */
int boot_id(uint8_t out[BOOT_ID], struct error *error);

#endif
