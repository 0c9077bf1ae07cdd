/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/libraries.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspect/elf.h"

enum {
	DYNAMIC_ENTRIES = 1024,
	NEEDED = 256, /* most libraries one file asks for */
	FOUND = 1,    /* what ends a search; not an errno */
};

struct dynamic {
	struct elf elf;
	uint64_t strings; /* offset in the file; 0: none */
	uint64_t string_bytes;
	uint64_t rpath; /* in strings; 0: none */
	uint64_t runpath;
	size_t needed_count;
	uint64_t needed[NEEDED];
};

struct search {
	struct libraries *libraries;
	const struct dynamic *dynamic;
	size_t index; /* of the file that needs the library */
	const char *name;
	int is_found;
};

static void take_entry(struct dynamic *dynamic, const Elf64_Dyn *entry, uint64_t *address)
{
	uint64_t value = entry->d_un.d_val;

	switch (entry->d_tag) {
	case DT_STRTAB:
		*address = value;
		break;
	case DT_STRSZ:
		dynamic->string_bytes = value;
		break;
	case DT_RPATH:
		dynamic->rpath = value;
		break;
	case DT_RUNPATH:
		dynamic->runpath = value;
		break;
	case DT_NEEDED:
		if (dynamic->needed_count < NEEDED)
			dynamic->needed[dynamic->needed_count++] = value;
		break;
	}
}

static void read_dynamic(struct dynamic *dynamic)
{
	Elf64_Dyn entries[DYNAMIC_ENTRIES];
	const struct elf_segment *segment = elf_segment_of(&dynamic->elf, PT_DYNAMIC);
	uint64_t address = 0;
	ssize_t got;

	if (!segment)
		return;
	got = elf_read(&dynamic->elf, segment->file_offset, entries,
		       segment->file_bytes < sizeof(entries) ? (size_t)segment->file_bytes
							     : sizeof(entries));
	for (ssize_t i = 0; i < got / (ssize_t)sizeof(entries[0]); i++) {
		if (entries[i].d_tag == DT_NULL)
			break;
		take_entry(dynamic, &entries[i], &address);
	}
	segment = elf_segment_holding(&dynamic->elf, address, 1, 0, 0);
	if (address && segment)
		dynamic->strings = address - segment->address + segment->file_offset;
}

/* Return: 0 and a terminated string of 1 to PATH_MAX - 1 bytes, or -ENOENT */
static int read_string(const struct dynamic *dynamic, uint64_t at, char out[PATH_MAX])
{
	uint64_t left;
	ssize_t got;

	if (!dynamic->strings || at >= dynamic->string_bytes)
		return -ENOENT;
	left = dynamic->string_bytes - at;
	got = elf_read(&dynamic->elf, dynamic->strings + at, out,
		       left < PATH_MAX ? (size_t)left : PATH_MAX);
	if (got <= 0 || !memchr(out, '\0', (size_t)got) || !out[0])
		return -ENOENT;
	return 0;
}

static int is_same_machine(const char *path, const struct elf *elf)
{
	Elf64_Ehdr header;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got;

	if (fd < 0)
		return 0;
	got = pread(fd, &header, sizeof(header), 0);
	close(fd);
	return got == sizeof(header) && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
	       header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_machine == elf->machine;
}

/* Return: FOUND, 0, -ENOMEM */
static int try_path(void *context, const char *path)
{
	struct search *search = context;
	struct program_list *list = search->libraries->list;
	int ret;

	if (!is_same_machine(path, &search->dynamic->elf))
		return 0;
	ret = program_list_add(list, path, (int)search->index, list->entries[search->index].depth);
	search->is_found = 1;
	return ret == -ENOMEM ? ret : FOUND;
}

/* All of the cache's builds of a library are taken. */
static int try_cached(void *context, const char *path)
{
	int ret = try_path(context, path);

	return ret == FOUND ? 0 : ret;
}

/* Every directory of a list with ':' (or ';') between; an empty one is where we are. */
static int try_directories(struct search *search, const char *directories)
{
	char path[PATH_MAX];
	int ret = 0;

	while (directories && *directories && !ret) {
		size_t length = strcspn(directories, ":;");
		int written = snprintf(path, sizeof(path), "%.*s/%s", length ? (int)length : 1,
				       length ? directories : ".", search->name);

		if (written > 0 && written < (int)sizeof(path))
			ret = try_path(search, path);
		directories += length;
		directories += *directories != '\0';
	}
	return ret;
}

/* $ORIGIN is the directory of the file that names it. Return: a new string, or NULL */
static char *replace_origin(const char *directories, const char *path)
{
	char text[2 * PATH_MAX];
	size_t used = 0;
	int directory = (int)(strrchr(path, '/') - path);

	while (*directories && used < sizeof(text) - PATH_MAX) {
		size_t skip = strncmp(directories, "${ORIGIN}", 9) == 0 ? 9
			      : strncmp(directories, "$ORIGIN", 7) == 0 ? 7
									: 0;
		if (!skip) {
			text[used++] = *directories++;
			continue;
		}
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s", directory, path);
		if (used >= sizeof(text))
			return NULL;
		directories += skip;
	}
	return strndup(text, used);
}

/* Return: the string at @at as directories, or NULL for none */
static char *read_directories(const struct dynamic *dynamic, uint64_t at, const char *path)
{
	char text[PATH_MAX];

	if (!at || read_string(dynamic, at, text))
		return NULL;
	return replace_origin(text, path);
}

/* DT_RPATH of the file and of those that needed it, unless the file has a DT_RUNPATH. */
static int try_rpaths(struct search *search)
{
	const struct program_entry *entries = search->libraries->list->entries;
	int ret = 0;

	if (search->dynamic->runpath)
		return 0;
	for (int i = (int)search->index; i >= 0 && !ret; i = entries[i].parent)
		ret = try_directories(search, entries[i].rpath);
	return ret;
}

static int try_defaults(struct search *search)
{
	static const char x86_64[] = "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:"
				     "/lib64:/usr/lib64:/lib:/usr/lib";
	static const char aarch64[] = "/lib/aarch64-linux-gnu:/usr/lib/aarch64-linux-gnu:"
				      "/lib64:/usr/lib64:/lib:/usr/lib";
	int is_x86 = search->dynamic->elf.machine == EM_X86_64;

	return try_directories(search, is_x86 ? x86_64 : aarch64);
}

static int find_library(struct search *search, const char *runpath)
{
	struct libraries *libraries = search->libraries;
	int ret;

	search->is_found = 0;
	if (strchr(search->name, '/'))
		return try_path(search, search->name);
	ret = try_rpaths(search);
	if (!ret)
		ret = try_directories(search, libraries->library_path);
	if (!ret)
		ret = try_directories(search, runpath);
	if (!ret)
		ret = loader_cache_find(&libraries->cache, search->name,
					search->dynamic->elf.machine, try_cached, search);
	if (!ret && !search->is_found)
		ret = try_defaults(search);
	return ret;
}

static int find_loader(struct search *search)
{
	const struct elf *elf = &search->dynamic->elf;
	const struct elf_segment *segment = elf_segment_of(elf, PT_INTERP);
	char path[PATH_MAX];
	ssize_t got;

	if (!segment || segment->file_bytes > sizeof(path))
		return 0;
	got = elf_read(elf, segment->file_offset, path, (size_t)segment->file_bytes);
	if (got <= 0 || path[got - 1] || !path[0])
		return 0;
	return try_path(search, path);
}

static int find_all(struct search *search, const char *runpath)
{
	const struct dynamic *dynamic = search->dynamic;
	char name[PATH_MAX];
	int ret = find_loader(search);

	for (size_t i = 0; i < dynamic->needed_count && ret >= 0; i++) {
		if (read_string(dynamic, dynamic->needed[i], name))
			continue;
		search->name = name;
		ret = find_library(search, runpath);
	}
	search->name = NULL;
	return ret < 0 ? ret : 0;
}

int libraries_follow(struct libraries *libraries, size_t index, int fd)
{
	struct program_entry *entry = &libraries->list->entries[index];
	struct dynamic dynamic;
	struct search search = { .libraries = libraries, .dynamic = &dynamic, .index = index };
	char *runpath;
	int ret;

	memset(&dynamic, 0, sizeof(dynamic));
	if (elf_open(&dynamic.elf, fd, NULL))
		return 0;
	read_dynamic(&dynamic);
	entry->rpath = read_directories(&dynamic, dynamic.runpath ? 0 : dynamic.rpath, entry->path);
	runpath = read_directories(&dynamic, dynamic.runpath, entry->path);
	ret = find_all(&search, runpath);
	free(runpath);
	return ret;
}
