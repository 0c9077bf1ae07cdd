/* SPDX-License-Identifier: GPL-2.0-only */
/* filter.h - the system calls a role is left with (seccomp).
 * A name allows the call, but not all it can do: filter.c has the table of what some of them are
 * narrowed to, for every role alike; "clone process" and "clone thread" are two ways to narrow one. Made for a role whose uid and files are confined already: it
 * is there to keep the kernel's own surface small and to close what uids do not. */
#ifndef TELPROBE_SERVICE_FILTER_H
#define TELPROBE_SERVICE_FILTER_H

/** filter_enter() - for this process and what it forks, for good
 * @names: allowed calls, NULL-terminated. What a library may try and do without is refused with
 * EPERM (clone3: ENOSYS, so that fork() falls back); everything else kills the process.
 * Return: 0 or -errno. */
int filter_enter(const char *const *names);

#endif
