/* SPDX-License-Identifier: GPL-2.0-only */
/* names.c - which functions a file has. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "inspect/elf.h"
#include "inspect/inspect.h"
#include "inspect/symbols.h"

struct collecting {
	const char *pattern;
	struct inspect_names *names;
};

/* Where @name stands, or would have to. By hand: qsort(3) asks the system for its memory, which who
 * reads files may not. */
static size_t place_of(const struct inspect_names *names, const char *name)
{
	size_t low = 0, high = names->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(names->names[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first ones in order are kept, when there are too many. */
static int collect(void *context, const char *name)
{
	const struct collecting *collecting = context;
	struct inspect_names *names = collecting->names;
	size_t at;

	if (fnmatch(collecting->pattern, name, 0))
		return 0;
	at = place_of(names, name);
	if (at < names->count && !strcmp(names->names[at], name))
		return 0;
	names->total++;
	if (at == INSPECT_FUNCTIONS)
		return 0;
	if (names->count == INSPECT_FUNCTIONS)
		names->count--;
	memmove(names->names[at + 1], names->names[at],
		(names->count - at) * sizeof(names->names[0]));
	memcpy(names->names[at], name, strlen(name) + 1);
	names->count++;
	return 0;
}

int inspect_names(int fd, const char *pattern, struct inspect_names *out)
{
	struct collecting collecting = { pattern, out };
	struct elf elf;
	int ret;

	memset(out, 0, sizeof(*out));
	out->names = calloc(INSPECT_FUNCTIONS, sizeof(out->names[0]));
	if (!out->names)
		return -ENOMEM;
	ret = elf_open(&elf, fd, NULL);
	if (!ret)
		ret = symbols_each(&elf, collect, &collecting);
	if (ret)
		inspect_names_clear(out);
	return ret;
}

void inspect_names_clear(struct inspect_names *names)
{
	free(names->names);
	memset(names, 0, sizeof(*names));
}
