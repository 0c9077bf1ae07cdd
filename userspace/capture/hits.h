/* SPDX-License-Identifier: GPL-2.0-only */
/* hits.h - how often places of files are hit while this is open, by whomever; nothing else is known of
 * a hit. Needs what capture_open() needs, and no service. */
#ifndef TELPROBE_CAPTURE_HITS_H
#define TELPROBE_CAPTURE_HITS_H

#include "capture/capture.h"

struct hits;

enum { HITS_PROBES = 8192 }; /* of all files */

struct hits_place {
	uint64_t file_offset;
	uint64_t semaphore_offset; /* 0: none */
};

/** hits_open() - load the program. Return: 0; as capture_open(). */
int hits_open(struct hits **out, struct error *error);
void hits_close(struct hits *hits); /* NULL is fine; detaches */

/**
 * hits_attach() - to @count places of the file behind @fd, which stays the caller's
 * @places: found since hits_lease() said that nobody writes the file
 * @out_first: the number of the first of them; the others follow
 * Return: 0; -ENOSPC: too many; -EINVAL, -EPERM, -ENOMEM as capture_attach(). */
int hits_attach(struct hits *hits, int fd, const char *path, const struct hits_place *places,
		size_t count, uint32_t *out_first, struct error *error);

/** hits_lease() - hold off who wants to write the file, until hits_close(): at most as long as the
 * caller waits. Return: descriptor of the file, which is of @hits; -EBUSY, -ENOTSUP as lease_take(). */
int hits_lease(struct hits *hits, int fd, const char *path, struct error *error);

/** hits_count() - of one place. Return: how often it was hit so far. */
uint64_t hits_count(const struct hits *hits, uint32_t number);

#endif
