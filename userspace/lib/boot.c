/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int boot_id(uint8_t out[BOOT_ID], struct error *error)
{
	char text[40] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	size_t i, digits = 0;

	if (fd >= 0)
		close(fd);
	memset(out, 0, BOOT_ID);
	for (i = 0; got > 0 && i < (size_t)got && digits < 2 * BOOT_ID; i++) {
		unsigned int digit;
		char one[2] = { text[i], '\0' };

		if (text[i] == '-' || sscanf(one, "%x", &digit) != 1)
			continue;
		out[digits / 2] |= (uint8_t)(digit << (digits % 2 ? 0 : 4));
		digits++;
	}
	if (digits != 2 * BOOT_ID)
		return error_set(error, -EIO, "cannot read the boot id from /proc");
	return 0;
}
