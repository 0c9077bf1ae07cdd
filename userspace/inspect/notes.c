/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/notes.h"

#include <string.h>

enum { WINDOW = 16384 };

struct reader {
	const struct elf *elf;
	uint64_t offset; /* of the window in the file */
	size_t held;	 /* bytes in the window */
	unsigned char window[WINDOW];
};

/* Return: @bytes bytes of the file at @offset, or NULL; @bytes <= WINDOW */
static const unsigned char *peek(struct reader *reader, uint64_t offset, size_t bytes)
{
	ssize_t got;

	if (offset < reader->offset || offset - reader->offset > reader->held ||
	    reader->held - (offset - reader->offset) < bytes) {
		got = elf_read(reader->elf, offset, reader->window, WINDOW);
		reader->offset = offset;
		reader->held = got > 0 ? (size_t)got : 0;
	}
	if (reader->held - (offset - reader->offset) < bytes)
		return NULL;
	return reader->window + (offset - reader->offset);
}

/* Return: bytes from the note's start to the next one's; 0 when it cannot be read */
static uint64_t read_note(struct reader *reader, uint64_t offset, uint64_t left, uint64_t mask,
			  struct note *note)
{
	const unsigned char *start;
	Elf64_Nhdr header;
	uint64_t content, end;

	*note = (struct note){ 0 };
	if (left < sizeof(header))
		return 0;
	start = peek(reader, offset, sizeof(header));
	if (!start)
		return 0;
	memcpy(&header, start, sizeof(header));
	/* 32-bit sizes in 64-bit sums: no overflow */
	content = (sizeof(header) + header.n_namesz + mask) & ~mask;
	end = content + header.n_descsz;
	if (end > left)
		return 0;
	note->type = header.n_type;
	note->bytes = header.n_descsz < NOTES_CONTENT ? header.n_descsz : NOTES_CONTENT;
	if (header.n_namesz && header.n_namesz <= NOTES_OWNER) {
		start = peek(reader, offset + sizeof(header), header.n_namesz);
		if (start && !start[header.n_namesz - 1])
			memcpy(note->owner, start, header.n_namesz);
	}
	note->content = peek(reader, offset + content, note->bytes);
	return note->content ? (end + mask) & ~mask : 0;
}

int notes_walk(const struct elf *elf, uint64_t offset, uint64_t bytes, uint64_t alignment,
	       uint64_t *budget, int (*visit)(void *, const struct note *), void *context)
{
	struct reader reader = { .elf = elf };
	uint64_t mask = alignment == 8 ? 7 : 3;
	uint64_t left = bytes < *budget ? bytes : *budget;
	struct note note;
	int ret = 0;

	if (offset > INT64_MAX - NOTES_BYTES)
		return 0;
	while (!ret) {
		uint64_t size = read_note(&reader, offset, left, mask, &note);

		if (!size)
			break;
		ret = visit(context, &note);
		if (size > left)
			size = left;
		offset += size;
		left -= size;
		*budget -= size;
	}
	return ret;
}
