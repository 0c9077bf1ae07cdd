/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/notify.h"

#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clock.h"

static int notify_fd = -1;

void notify_open(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;

	if (!length || length >= sizeof(address.sun_path) || (*path != '/' && *path != '@'))
		return;
	memcpy(address.sun_path, path, length);
	if (*path == '@') /* abstract */
		address.sun_path[0] = '\0';
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify_fd < 0)
		return;
	if (!connect(notify_fd, (struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)))
		return;
	close(notify_fd);
	notify_fd = -1;
}

bool notify_is_open(void)
{
	return notify_fd >= 0;
}

bool notify(const char *state)
{
	const ssize_t bytes = (ssize_t)strlen(state);

	return notify_fd >= 0 &&
	       send(notify_fd, state, (size_t)bytes, MSG_NOSIGNAL | MSG_DONTWAIT) == bytes;
}

void notify_reloading(void)
{
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		 clock_monotonic_ms() * 1000);
	notify(state);
}

int notify_watchdog_ms(void)
{
	const char *time = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
	long long time_us = time ? strtoll(time, NULL, 10) : 0;

	if (notify_fd < 0 || time_us < 1000 || (whose && strtoll(whose, NULL, 10) != getpid()))
		return 0;
	return time_us / 1000 > INT_MAX ? INT_MAX : (int)(time_us / 1000);
}
