/* SPDX-License-Identifier: GPL-2.0-only */
/* notes.h - walks the notes in a part of a file. Bounded: at most NOTES_BYTES in all calls with one
 * budget, whatever the headers claim. */
#ifndef TELPROBE_INSPECT_NOTES_H
#define TELPROBE_INSPECT_NOTES_H

#include "inspect/elf.h"

enum {
	NOTES_BYTES = 8 << 20, /* read of one file */
	NOTES_OWNER = 8,       /* bytes of an owner's name that are kept, with the NUL */
	NOTES_CONTENT = 4096,  /* a larger note's content is cut */
};

struct note {
	uint32_t type;
	char owner[NOTES_OWNER];      /* "" where it is longer or not terminated */
	size_t bytes;		      /* of content, at most NOTES_CONTENT */
	const unsigned char *content; /* valid during the visit */
};

/**
 * notes_walk() - call @visit for each note in @bytes bytes of the file at @offset
 * @alignment: of the section or segment; 8 or, for everything else, 4
 * @budget: bytes that may still be read, reduced by what was walked
 * Notes after one that does not fit are not seen.
 * Return: 0, or what @visit returned other than 0, which ends the walk. */
int notes_walk(const struct elf *elf, uint64_t offset, uint64_t bytes, uint64_t alignment,
	       uint64_t *budget, int (*visit)(void *, const struct note *), void *context);

#endif
