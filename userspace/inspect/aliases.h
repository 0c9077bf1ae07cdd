/* SPDX-License-Identifier: GPL-2.0-only */
/* aliases.h - constants whose text stands in a file more than once.
 * At -O0 compilers merge no literals across translation units, so that the begin and the end of a
 * span may name it by two places; the kernel side, which sees places only, is told that they are
 * one. Work and memory are bounded by ALIASES_BYTES and ALIASES_TABLE, whatever the file holds. */
#ifndef TELPROBE_INSPECT_ALIASES_H
#define TELPROBE_INSPECT_ALIASES_H

#include "inspect/elf.h"
#include "inspect/inspect.h"

enum {
	ALIASES_BYTES = 64 << 20, /* of segments that are searched */
	ALIASES_TABLE = 1 << 17,  /* slots for different constants; the rest has no alias */
};

/**
 * aliases_find() - repeated names in the read-only sections or, without those, segments
 * A name is [A-Za-z0-9][A-Za-z0-9_.:+-]{0,62} before a NUL and after a byte that is no text: a NUL,
 * or the end of a number that the compiler put before it. Names that are the tail of a longer
 * constant have no alias: a linker that merges tails has merged equal constants too.
 * Return: 0, -ENOMEM, -EIO. The caller frees *@out. */
int aliases_find(const struct elf *elf, struct inspect_alias **out, size_t *out_count);

#endif
