/* SPDX-License-Identifier: GPL-2.0-only */
/* notify.h - tell the service manager how we are: sd_notify(3)'s protocol, a datagram to the socket
 * named in $NOTIFY_SOCKET, connected before the sandbox closes. */
#ifndef TELPROBE_SERVICE_NOTIFY_H
#define TELPROBE_SERVICE_NOTIFY_H

void notify_open(void); /* nothing to tell without $NOTIFY_SOCKET */
void notify(const char *state);

#endif
