/* SPDX-License-Identifier: GPL-2.0-only */
/* builds.h - which build of each program its owner executed last. Of a program there is a number alone,
 * under the file's key: whoever has the file and no key cannot try paths. Retention removes what is
 * older than events may be, erasure all. */
#ifndef TELPROBE_STORE_BUILDS_H
#define TELPROBE_STORE_BUILDS_H

#include "store/store.h"

enum { STORE_BUILDS = 1024, STORE_BUILD_VERSION = 64 }; /* programs; bytes with the NUL */

struct store_build {
	uint64_t program; /* as whoever asks numbers them */
	uint8_t id[STORE_BUILD_ID];
	char version[STORE_BUILD_VERSION]; /* "" not known */
	int64_t since_us;		   /* UTC, when a process began to execute it first */
	uint8_t flags;			   /* STORE_MARKED, or 0 */
};

/** store_build_get() - with an open batch. Return: 1; 0: none is known; negative errno. */
int store_build_get(struct store *store, uint64_t program, struct store_build *out,
		    struct error *error);
/** store_build_set() - in the open batch; of more than STORE_BUILDS programs those that were updated last
 * stay. Return: 0, or as store_add(). */
int store_build_set(struct store *store, const struct store_build *build, struct error *error);

#endif
