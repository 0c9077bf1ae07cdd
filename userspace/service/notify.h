/* SPDX-License-Identifier: GPL-2.0-only */
/* notify.h - tell the service manager how we are: sd_notify(3)'s protocol, a datagram to the socket
 * named in $NOTIFY_SOCKET, connected before the sandbox closes. */
#ifndef TELPROBE_SERVICE_NOTIFY_H
#define TELPROBE_SERVICE_NOTIFY_H

#include <stdbool.h>

void notify_open(void); /* nothing to tell without $NOTIFY_SOCKET */
/** notify() - Return: false: nobody listens, or has no room for it now */
bool notify(const char *state);
bool notify_is_open(void); /* does anybody listen? */
/** notify_reloading() - until the next READY=1 the configuration is being exchanged */
void notify_reloading(void);
/** notify_watchdog_ms() - WATCHDOG=1 is due within that time, or the manager ends us; 0: it does not */
int notify_watchdog_ms(void);

#endif
