/* SPDX-License-Identifier: GPL-2.0-only */
/* places_judge.h - which directories the service trusts; for places.c, which takes them, and
 * places_examine.c, which only looks. */
#ifndef TELPROBE_SERVICE_PLACES_JUDGE_H
#define TELPROBE_SERVICE_PLACES_JUDGE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "service/places.h"

/** places_name() - the paths of *out, from @options */
int places_name(const struct serve_options *options, struct places *out, struct error *error);

/** places_judge_directory() - nobody else may write it, or it is sticky and not @is_ours */
int places_judge_directory(const char *path, const struct stat *status, bool is_ours,
			   struct error *error);

/** places_judge_chain() - @directory and every one above it, as the kernel resolves it */
int places_judge_chain(const char *directory, struct error *error);

/** places_judge_lock() - a plain file of root's, or of whom its directory belongs to, with no other
 * name elsewhere */
int places_judge_lock(const char *path, const struct stat *status, struct error *error);

/** places_is_listened_on() - does somebody accept connections on the socket @path? */
bool places_is_listened_on(const char *path);

#endif
