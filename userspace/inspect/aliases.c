/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/aliases.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum byte_class {
	END,	/* NUL */
	NAME,	/* may stand in a name */
	NUMBER, /* no text, or how doubles around 1 end: a constant may start after it */
	TEXT,	/* printable, but in no name */
};

/* Names are told apart by 64 bits of hash: a file made to collide misleads only about itself. */
struct slot {
	uint64_t hash; /* 0: free */
	uint32_t place;
};

struct run { /* of name bytes */
	uint64_t hash;
	uint32_t place;
	uint32_t bytes; /* 0: none */
	int is_name;	/* starts as a name does */
};

struct search {
	const struct elf *elf;
	uint64_t budget; /* bytes that may still be searched */
	unsigned char class[256];
	int may_start; /* the byte before is no text */
	struct run run;
	struct run
		aligned; /* the part of run from an 8-byte boundary, behind a number's last bytes */
	struct slot *slots;
	size_t used;
	struct inspect_alias *found;
	size_t found_count;
	size_t found_room;
};

static void classify(unsigned char class[256])
{
	for (int c = 0; c < 256; c++) {
		int is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (is_letter || (c >= '0' && c <= '9') || (c && strchr("_.:+-", c)))
			class[c] = NAME;
		else if (c == '?' || c == '@' || c < 0x20 || c > 0x7e)
			class[c] = NUMBER; /* 0x3f, 0x40: the high bytes of small doubles */
		else
			class[c] = TEXT;
	}
	class[0] = END;
}

static int add_alias(struct search *search, uint32_t place, uint32_t first)
{
	if (search->found_count == INSPECT_ALIASES)
		return 0;
	if (search->found_count == search->found_room) {
		size_t room = search->found_room ? 2 * search->found_room : 64;
		void *found = realloc(search->found, room * sizeof(search->found[0]));

		if (!found)
			return -ENOMEM;
		search->found = found;
		search->found_room = room;
	}
	search->found[search->found_count++] = (struct inspect_alias){ place, first };
	return 0;
}

static int end_run(struct search *search, const struct run *run)
{
	uint64_t hash = run->hash | 1;
	size_t i = (size_t)((hash * 0x9e3779b97f4a7c15ull) >> 32) % ALIASES_TABLE;

	if (!run->is_name || run->bytes >= INSPECT_NAME)
		return 0;
	for (; search->slots[i].hash; i = (i + 1) % ALIASES_TABLE)
		if (search->slots[i].hash == hash)
			return add_alias(search, run->place, search->slots[i].place);
	/* A quarter stays free: a full table would have to be walked for each name. */
	if (search->used >= ALIASES_TABLE / 4 * 3)
		return 0;
	search->used++;
	search->slots[i] = (struct slot){ hash, run->place };
	return 0;
}

static void extend(struct run *run, unsigned char byte)
{
	run->hash = (run->hash ^ byte) * 0x100000001b3ull; /* FNV-1a */
	run->bytes++;
}

static void begin(struct run *run, uint32_t place, unsigned char byte)
{
	*run = (struct run){ .hash = 0xcbf29ce484222325ull,
			     .place = place,
			     .is_name = isalnum(byte) != 0 };
	extend(run, byte);
}

static void take_name_byte(struct search *search, uint32_t place, unsigned char byte)
{
	struct run *run = &search->run;

	if (search->aligned.bytes)
		extend(&search->aligned, byte);
	else if (place % 8 == 0 && (run->bytes == 1 || run->bytes == 2))
		begin(&search->aligned, place, byte);
	if (run->bytes)
		extend(run, byte);
	else if (search->may_start)
		begin(run, place, byte);
	search->may_start = 0;
}

static int take_bytes(struct search *search, uint32_t place, const unsigned char *bytes,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned char class = search->class[bytes[i]];
		int ret = 0;

		if (class == NAME) {
			take_name_byte(search, place + (uint32_t)i, bytes[i]);
			continue;
		}
		if (class == END && search->run.bytes)
			ret = end_run(search, &search->run);
		if (class == END && search->aligned.bytes && !ret)
			ret = end_run(search, &search->aligned);
		if (ret)
			return ret;
		search->run.bytes = 0;
		search->aligned.bytes = 0;
		search->may_start = class != TEXT;
	}
	return 0;
}

static int search_range(struct search *search, uint64_t address, uint64_t offset, uint64_t bytes)
{
	unsigned char window[65536];
	uint64_t left = bytes < search->budget ? bytes : search->budget;
	uint32_t place = (uint32_t)(address - search->elf->base);
	int ret = 0;

	search->run.bytes = 0;
	search->aligned.bytes = 0;
	search->may_start = 1;
	while (left && !ret) {
		size_t wanted = left < sizeof(window) ? (size_t)left : sizeof(window);
		ssize_t got = elf_read(search->elf, offset, window, wanted);

		if (got <= 0)
			return got < 0 ? -EIO : 0;
		ret = take_bytes(search, place, window, (size_t)got);
		offset += (uint64_t)got;
		place += (uint32_t)got;
		left -= (uint64_t)got;
		search->budget -= (uint64_t)got;
	}
	return ret;
}

/* Where compilers put constants; a section header is believed as far as a segment bears it out. */
static int visit_section(void *context, const struct elf_section *section)
{
	struct search *search = context;
	const struct elf_segment *segment;

	if (section->type != SHT_PROGBITS || !section->bytes ||
	    strncmp(section->name, ".rodata", strlen(".rodata")) != 0)
		return 0;
	segment = elf_segment_holding(search->elf, section->address, section->bytes, PF_R, PF_W);
	if (!segment)
		return 0;
	return search_range(search, section->address,
			    section->address - segment->address + segment->file_offset,
			    section->bytes);
}

static int search_segments(struct search *search, uint32_t unwanted)
{
	int ret = 0;

	for (size_t i = 0; i < search->elf->segment_count && !ret; i++) {
		const struct elf_segment *segment = &search->elf->segments[i];

		if (segment->type == PT_LOAD && (segment->flags & PF_R) &&
		    !(segment->flags & unwanted))
			ret = search_range(search, segment->address, segment->file_offset,
					   segment->file_bytes);
	}
	return ret;
}

/* Without section headers constants may stand anywhere in the read-only segments; with the code
 * only where the linker, asked to save pages, made no segment of their own. */
static int search_everything(struct search *search)
{
	uint64_t whole = search->budget;
	int ret = elf_sections(search->elf, visit_section, search);

	if (!ret && search->budget == whole)
		ret = search_segments(search, PF_W | PF_X);
	if (!ret && search->budget == whole)
		ret = search_segments(search, PF_W);
	return ret;
}

int aliases_find(const struct elf *elf, struct inspect_alias **out, size_t *out_count)
{
	struct search search = { .elf = elf, .budget = ALIASES_BYTES };
	int ret;

	classify(search.class);
	search.slots = calloc(ALIASES_TABLE, sizeof(search.slots[0]));
	if (!search.slots)
		return -ENOMEM;
	ret = search_everything(&search);
	free(search.slots);
	if (ret) {
		free(search.found);
		return ret;
	}
	*out = search.found;
	*out_count = search.found_count;
	return 0;
}
