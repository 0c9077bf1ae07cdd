/* SPDX-License-Identifier: GPL-2.0-only */
/* loader_cache.h - /etc/ld.so.cache: which file a library's name stands for.
 * The format is glibc's since 2.2 (sysdeps/generic/dl-cache.h), alone or behind the older one. */
#ifndef TELPROBE_INSPECT_LOADER_CACHE_H
#define TELPROBE_INSPECT_LOADER_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct loader_cache { /* all zero: not read */
	char *bytes;
	size_t size;
	int was_read;
};

/**
 * loader_cache_find() - call @visit with each path the cache has for @name
 * @machine: EM_X86_64 or EM_AARCH64; entries for others are passed over
 * More than one: builds for certain processors; which one is loaded is not judged here.
 * A cache that is absent or damaged has no entries. Return: 0, -ENOMEM, what @visit returned. */
int loader_cache_find(struct loader_cache *cache, const char *name, uint16_t machine,
		      int (*visit)(void *, const char *path), void *context);
void loader_cache_clear(struct loader_cache *cache);

#endif
