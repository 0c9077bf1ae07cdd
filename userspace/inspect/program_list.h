/* SPDX-License-Identifier: GPL-2.0-only */
/* program_list.h - the files programs_find() has come upon, each once.
 * Owns the paths while it grows, and what is needed to go on from each file. */
#ifndef TELPROBE_INSPECT_PROGRAM_LIST_H
#define TELPROBE_INSPECT_PROGRAM_LIST_H

#include <sys/stat.h>

#include "inspect/programs.h"

struct program_entry {
	char *path;  /* absolute */
	char *rpath; /* DT_RPATH with $ORIGIN replaced; NULL: none */
	dev_t device;
	ino_t inode;
	int parent; /* entry that needs this library; -1: none */
	int depth;  /* of scripts that led here */
};

struct program_list {
	size_t count;
	struct program_entry entries[PROGRAMS_MAX];
};

/**
 * program_list_add() - a file, unless it is known
 * @path: made absolute; NUL-terminated
 * Return: 0: it is in the list, or the list is full; -ENOENT, -EACCES (and what stat() says); or
 * -EACCES where it is no regular file; -ENOMEM. */
int program_list_add(struct program_list *list, const char *path, int parent, int depth);

/** program_list_give() - move the paths to @out, forget the rest. Return: 0, -ENOMEM */
int program_list_give(struct program_list *list, struct programs *out);
void program_list_clear(struct program_list *list);

#endif
