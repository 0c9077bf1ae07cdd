/* SPDX-License-Identifier: GPL-2.0-only */
/* symbols.h - the functions that a file's symbol tables list under one name. */
#ifndef TELPROBE_INSPECT_SYMBOLS_H
#define TELPROBE_INSPECT_SYMBOLS_H

#include "inspect/elf.h"

struct symbol {
	uint64_t address;
	uint64_t bytes; /* 0: not known */
	uint32_t
		matches; /* functions called so, at different addresses; of the first is the rest */
	uint32_t is_resolver; /* STT_GNU_IFUNC */
};

/**
 * symbols_find() - both tables are asked, .symtab, which strip(1) removes, and .dynsym
 * @name: not empty, shorter than INSPECT_SYMBOL
 * Return: 0, also where matches is 0; -ENOMEM, -EIO. Of a name in which more than 4,096 others end not all
 * places may be found. */
int symbols_find(const struct elf *elf, const char *name, struct symbol *out);

/**
 * symbols_at() - the function that @address lies in
 * @out_name: INSPECT_SYMBOL bytes; one that is longer, or has others than printable characters, is none
 * Return: 0; -ENOENT: none; -ENOMEM, -EIO. */
int symbols_at(const struct elf *elf, uint64_t address, char *out_name, uint64_t *out_distance);

/**
 * symbols_each() - call @visit with the name of each function of the file, also twice
 * Names of INSPECT_SYMBOL bytes or more, and those with others than printable characters, are passed by.
 * Return: 0; what @visit returned other than 0, which ends the walk; -ENOMEM, -EIO. */
int symbols_each(const struct elf *elf, int (*visit)(void *context, const char *name),
		 void *context);

#endif
