/* SPDX-License-Identifier: GPL-2.0-only */
/* inspector_child.h - the process behind an inspector: gives up everything, then reads files.
 * Under an address sanitizer, which needs more than a parser does, the limit on address space and
 * the system call filter are left out; everything else is as in a release. */
#ifndef TELPROBE_INSPECT_INSPECTOR_CHILD_H
#define TELPROBE_INSPECT_INSPECTOR_CHILD_H

#if defined(__SANITIZE_ADDRESS__)
#define INSPECTOR_HAS_FILTER 0
#else
#define INSPECTOR_HAS_FILTER 1
#endif

/**
 * inspector_child_confine() - end what this process may do, for good
 * Closes all descriptors but @socket, which becomes descriptor 0; leaves the session, so that a
 * terminal's signals do not reach it; drops ids (to 65534, where they were root's) and all
 * capabilities; no_new_privs, not dumpable, ended with its parent; limits; a filter that kills it
 * for any system call but those that read descriptors, answer on descriptor 0 and get memory.
 * Return: 0 or a negative errno; *@out_step then says what failed. */
int inspector_child_confine(int socket, const char **out_step);

/** inspector_child_run() - confine, say so, answer until the parent closes its end */
void inspector_child_run(int socket) __attribute__((noreturn));

#endif
