/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/loader_cache.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CACHE_BYTES = 8 << 20, /* most that is read; distributions have 100 to 300 KiB */
	FLAG_X86_64 = 0x0303,  /* glibc library, 64-bit x86 */
	FLAG_AARCH64 = 0x0a03,
};

static const char old_magic[] = "ld.so-1.7.0";
static const char new_magic[] = "glibc-ld.so.cache1.1";

struct old_header {
	char magic[12];
	uint32_t count; /* of entries of OLD_ENTRY bytes */
};

enum { OLD_ENTRY = 12 };

struct new_header {
	char magic[20];
	uint32_t count;
	uint32_t string_bytes;
	uint32_t rest[5];
};

struct entry {
	int32_t flags;
	uint32_t name; /* from the new header */
	uint32_t path;
	uint32_t kernel;
	uint64_t hardware;
};

static int read_cache(struct loader_cache *cache)
{
	int fd = open("/etc/ld.so.cache", O_RDONLY | O_CLOEXEC);
	ssize_t got = 0;

	cache->was_read = 1;
	if (fd < 0)
		return 0;
	cache->bytes = malloc(CACHE_BYTES);
	if (!cache->bytes) {
		close(fd);
		return -ENOMEM;
	}
	while (cache->size < CACHE_BYTES - 1) {
		got = read(fd, cache->bytes + cache->size, CACHE_BYTES - 1 - cache->size);
		if (got <= 0)
			break;
		cache->size += (size_t)got;
	}
	close(fd);
	cache->bytes[cache->size++] = '\0'; /* each string in it ends */
	return 0;
}

/* Return: offset of the new header; size of the cache where there is none */
static size_t find_header(const struct loader_cache *cache)
{
	struct old_header old;
	uint64_t start = 0;

	if (cache->size < sizeof(struct new_header))
		return cache->size;
	memcpy(&old, cache->bytes, sizeof(old));
	if (memcmp(old.magic, old_magic, strlen(old_magic)) == 0)
		start = (sizeof(old) + (uint64_t)old.count * OLD_ENTRY + 7) & ~7ull;
	if (start > cache->size - sizeof(struct new_header) ||
	    memcmp(cache->bytes + start, new_magic, strlen(new_magic)) != 0)
		return cache->size;
	return (size_t)start;
}

int loader_cache_find(struct loader_cache *cache, const char *name, uint16_t machine,
		      int (*visit)(void *, const char *path), void *context)
{
	int32_t flags = machine == EM_X86_64 ? FLAG_X86_64 : FLAG_AARCH64;
	struct new_header header;
	size_t start, room;
	struct entry entry;
	int ret = cache->was_read ? 0 : read_cache(cache);

	if (ret)
		return ret;
	start = find_header(cache);
	if (start == cache->size)
		return 0;
	memcpy(&header, cache->bytes + start, sizeof(header));
	room = cache->size - start;
	for (size_t i = 0; i < header.count && !ret; i++) {
		size_t offset = sizeof(header) + i * sizeof(entry);

		if (offset + sizeof(entry) > room)
			break;
		memcpy(&entry, cache->bytes + start + offset, sizeof(entry));
		if (entry.flags == flags && entry.name < room && entry.path < room &&
		    strcmp(cache->bytes + start + entry.name, name) == 0)
			ret = visit(context, cache->bytes + start + entry.path);
	}
	return ret;
}

void loader_cache_clear(struct loader_cache *cache)
{
	free(cache->bytes);
	memset(cache, 0, sizeof(*cache));
}
