/* SPDX-License-Identifier: GPL-2.0-only */
/* crash_group.h - which crashes are the same one: by where in its code the program was.
 * Version 1 is BLAKE2b over the signal and at most five innermost frames, each as build id and offset: of
 * those in the program's own code, or, where there is none, of those there are. What called the runtime's
 * code, or a library's, tells more than where in it a program ended, and that moves with each update of
 * the library; so crashes in a library that the program calls from one place are one group. It has no key:
 * it is made of positions in code and says nothing of a person, and a team can compare. */
#ifndef TELPROBE_SERVICE_CRASH_GROUP_H
#define TELPROBE_SERVICE_CRASH_GROUP_H

#include "telprobe/record.h"

enum { CRASH_GROUP_TEXT = 19 }; /* "1:" and 16 hex digits */

/** crash_group() - what the group of @crash is called */
void crash_group(const struct tp_crash *crash, char out[CRASH_GROUP_TEXT]);

#endif
