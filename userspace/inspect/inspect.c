/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/inspect.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "inspect/aliases.h"
#include "inspect/elf.h"
#include "inspect/notes.h"
#include "inspect/package.h"
#include "inspect/sites.h"
#include "inspect/symbols.h"
#include "telprobe/record.h"

enum { NT_STAPSDT = 3, DYNAMIC_BYTES = 16384, FIND_BYTES = 65536 /* read at a time */ };

struct reading {
	struct elf elf;
	struct inspection *inspection;
	uint64_t stapsdt_base;
	uint64_t budget; /* bytes of notes */
	size_t site_room;
};

static int take_site(struct reading *reading, const struct note *note)
{
	struct inspection *inspection = reading->inspection;

	inspection->site_total++;
	if (inspection->site_count == INSPECT_SITES)
		return 0;
	if (inspection->site_count == reading->site_room) {
		size_t room = reading->site_room ? 2 * reading->site_room : 16;
		void *sites = realloc(inspection->sites, room * sizeof(inspection->sites[0]));

		if (!sites)
			return -ENOMEM;
		inspection->sites = sites;
		reading->site_room = room;
	}
	if (!sites_read(&reading->elf, reading->stapsdt_base, note->content, note->bytes,
			&inspection->sites[inspection->site_count]))
		inspection->site_count++;
	return 0;
}

static int visit_site_note(void *context, const struct note *note)
{
	if (note->type != NT_STAPSDT || strcmp(note->owner, "stapsdt") != 0)
		return 0;
	return take_site(context, note);
}

static int visit_loaded_note(void *context, const struct note *note)
{
	struct inspection *inspection = ((struct reading *)context)->inspection;

	if (strcmp(note->owner, "Go") == 0)
		inspection->has_go = 1;
	if (note->type == NT_GNU_BUILD_ID && strcmp(note->owner, "GNU") == 0 && note->bytes &&
	    note->bytes <= sizeof(inspection->build_id)) {
		memcpy(inspection->build_id, note->content, note->bytes);
		inspection->build_id_bytes = (uint8_t)note->bytes;
	}
	package_version(note, inspection->version);
	return 0;
}

static int walk_note_segments(struct reading *reading, int (*visit)(void *, const struct note *))
{
	int ret = 0;

	for (size_t i = 0; i < reading->elf.segment_count && !ret; i++) {
		const struct elf_segment *segment = &reading->elf.segments[i];

		if (segment->type == PT_NOTE)
			ret = notes_walk(&reading->elf, segment->file_offset, segment->file_bytes,
					 segment->alignment, &reading->budget, visit, reading);
	}
	return ret;
}

static int visit_section_before_notes(void *context, const struct elf_section *section)
{
	struct reading *reading = context;

	if (strcmp(section->name, ".stapsdt.base") == 0)
		reading->stapsdt_base = section->address;
	if (strcmp(section->name, ".gopclntab") == 0 || strcmp(section->name, ".go.buildinfo") == 0)
		reading->inspection->has_go = 1;
	return 0;
}

static int visit_note_section(void *context, const struct elf_section *section)
{
	struct reading *reading = context;

	if (section->type != SHT_NOTE)
		return 0;
	return notes_walk(&reading->elf, section->file_offset, section->bytes, section->alignment,
			  &reading->budget, visit_site_note, reading);
}

/* USDT notes are not loaded, so sections have to be asked where they are. A file that was stripped
 * of its section headers may still hold them in a note segment. */
static int read_notes(struct reading *reading)
{
	int ret;

	reading->budget = NOTES_BYTES;
	ret = walk_note_segments(reading, visit_loaded_note);
	if (!ret)
		ret = elf_sections(&reading->elf, visit_section_before_notes, reading);
	reading->budget = NOTES_BYTES;
	if (!ret)
		ret = elf_sections(&reading->elf, visit_note_section, reading);
	if (!ret && !reading->inspection->site_total)
		ret = walk_note_segments(reading, visit_site_note);
	return ret;
}

static int is_static_pie(const struct elf *elf)
{
	Elf64_Dyn entries[DYNAMIC_BYTES / sizeof(Elf64_Dyn)];
	const struct elf_segment *dynamic = elf_segment_of(elf, PT_DYNAMIC);
	ssize_t got;

	if (!dynamic)
		return 0;
	got = elf_read(elf, dynamic->file_offset, entries,
		       dynamic->file_bytes < sizeof(entries) ? (size_t)dynamic->file_bytes
							     : sizeof(entries));
	for (ssize_t i = 0; i < got / (ssize_t)sizeof(entries[0]); i++) {
		if (entries[i].d_tag == DT_NULL)
			return 0;
		if (entries[i].d_tag == DT_FLAGS_1)
			return (entries[i].d_un.d_val & DF_1_PIE) != 0;
	}
	return 0;
}

static int has_pairs(const struct inspection *inspection)
{
	for (size_t i = 0; i < inspection->site_count; i++)
		switch (inspection->sites[i].marker) {
		case TP_MARKER_COMMAND_BEGIN:
		case TP_MARKER_COMMAND_END:
		case TP_MARKER_SPAN_BEGIN:
		case TP_MARKER_SPAN_END:
			return 1;
		}
	return 0;
}

static int read_all(struct reading *reading, int fd, struct error *error)
{
	struct inspection *inspection = reading->inspection;
	const struct elf *elf = &reading->elf;
	int ret;

	ret = elf_open(&reading->elf, fd, error);
	if (ret)
		return ret;
	inspection->image_bytes = elf->image_bytes;
	inspection->code_start = elf->code_start;
	inspection->machine = elf->machine;
	inspection->is_executable =
		elf->type == ET_EXEC || elf_segment_of(elf, PT_INTERP) || is_static_pie(elf);
	ret = read_notes(reading);
	if (!ret && has_pairs(inspection))
		ret = aliases_find(elf, &inspection->aliases, &inspection->alias_count);
	if (ret)
		return error_set(error, ret, "cannot read what it offers: %s", error_text(ret));
	return 0;
}

int inspect_open(int fd, struct inspection **out, struct error *error)
{
	struct reading reading = { 0 };
	int ret;

	reading.inspection = calloc(1, sizeof(*reading.inspection));
	if (!reading.inspection)
		return error_set(error, -ENOMEM, "out of memory");
	ret = read_all(&reading, fd, error);
	if (ret) {
		inspection_free(reading.inspection);
		return ret;
	}
	*out = reading.inspection;
	return 0;
}

void inspection_free(struct inspection *inspection)
{
	if (!inspection)
		return;
	free(inspection->sites);
	free(inspection->aliases);
	free(inspection);
}

int inspect_text(int fd, uint32_t place, char out[INSPECT_NAME])
{
	const struct elf_segment *segment;
	char text[INSPECT_NAME];
	struct elf elf;
	uint64_t left;
	ssize_t got;
	int ret;

	ret = elf_open(&elf, fd, NULL);
	if (ret)
		return ret;
	if (place == TP_PLACE_ABSENT || place >= elf.image_bytes)
		return -ENOENT;
	segment = elf_segment_holding(&elf, elf.base + place, 1, PF_R, PF_W);
	if (!segment)
		return -ENOENT;
	left = segment->file_bytes - (elf.base + place - segment->address);
	got = elf_read(&elf, elf.base + place - segment->address + segment->file_offset, text,
		       left < sizeof(text) ? (size_t)left : sizeof(text));
	if (got < 0)
		return -EIO;
	if (!memchr(text, '\0', (size_t)got))
		return got == sizeof(text) ? -E2BIG : -ENOENT;
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

/* Does @wanted stand in the file part of a segment? Parts overlap by what could begin before. */
static int find_in_segment(const struct elf *elf, const struct elf_segment *segment,
			   const char *wanted, size_t bytes)
{
	char part[FIND_BYTES];
	uint64_t offset = 0;
	ssize_t got;

	while (offset + bytes <= segment->file_bytes) {
		uint64_t left = segment->file_bytes - offset;

		got = elf_read(elf, segment->file_offset + offset, part,
			       left < sizeof(part) ? (size_t)left : sizeof(part));
		if (got < 0)
			return -EIO;
		if (memmem(part, (size_t)got, wanted, bytes))
			return 0;
		if ((size_t)got < sizeof(part))
			break;
		offset += sizeof(part) - (bytes - 1);
	}
	return -ENOENT;
}

int inspect_find(int fd, const char *text)
{
	const struct elf_segment *segment;
	struct elf elf;
	size_t i;
	int ret;

	ret = elf_open(&elf, fd, NULL);
	if (ret)
		return ret;
	ret = -ENOENT;
	for (i = 0; i < elf.segment_count && ret == -ENOENT; i++) {
		segment = &elf.segments[i];
		if (segment->type == PT_LOAD && (segment->flags & (PF_R | PF_W)) == PF_R)
			ret = find_in_segment(&elf, segment, text, strlen(text) + 1);
	}
	return ret;
}

static bool address_of_offset(const struct elf *elf, uint64_t file_offset, uint64_t *out)
{
	size_t i;

	for (i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];

		if (segment->type != PT_LOAD || !(segment->flags & PF_X) ||
		    file_offset < segment->file_offset ||
		    file_offset - segment->file_offset >= segment->file_bytes)
			continue;
		*out = segment->address + (file_offset - segment->file_offset);
		return true;
	}
	return false;
}

int inspect_symbol(int fd, uint64_t file_offset, struct inspect_symbol *out)
{
	struct inspect_symbol found = { 0 };
	uint64_t address;
	struct elf elf;
	int ret;

	ret = elf_open(&elf, fd, NULL);
	if (ret)
		return ret;
	if (!address_of_offset(&elf, file_offset, &address))
		return -ENOENT;
	ret = symbols_at(&elf, address, found.name, &found.distance);
	if (!ret)
		*out = found;
	return ret;
}

const char *inspect_reason_text(enum inspect_reason reason)
{
	static const char *const texts[INSPECT_REASONS] = {
		[INSPECT_USABLE] = "usable",
		[INSPECT_OUTSIDE_CODE] = "its address lies in no read-only executable segment; "
					 "the linker dropped its code",
		[INSPECT_BAD_INSTRUCTION] = "the kernel sets no probe on the instruction it names",
		[INSPECT_REPLACED_NOP] =
			"it names a nop that some kernels replace by a call, which would "
			"overwrite data on the program's stack",
		[INSPECT_SHARED_PAGE] = "another writable segment maps its semaphore's file page; "
					"link with -Wl,-z,separate-loadable-segments or bfd",
		[INSPECT_OUTSIDE_DATA] = "its semaphore lies in no writable segment of the file",
		[INSPECT_NO_FUNCTION] = "the file has no function of that name",
		[INSPECT_MANY_FUNCTIONS] = "several functions of the file are called so",
		[INSPECT_RESOLVER] = "it only chooses which function is called in its place",
		[INSPECT_GO] = "functions of Go programs begin anew while their stack grows",
		[INSPECT_NO_SIZE] = "the symbol table does not tell where it ends",
		[INSPECT_NO_RETURN] = "it never returns",
		[INSPECT_MANY_RETURNS] = "it returns at more than 16 places",
		[INSPECT_LEFT_BY_JUMP] =
			"it also ends by a jump, or computes where one leads (a switch)",
		[INSPECT_LOOPED] = "a loop of it may lead back to where it begins",
		[INSPECT_NOT_DECODED] =
			"part of it is reached by exceptions alone, or is not understood",
	};

	return (unsigned int)reason < INSPECT_REASONS ? texts[reason] : "unknown reason";
}

const char *inspect_cost_text(enum inspect_cost cost)
{
	static const char *const texts[INSPECT_COSTS] = {
		[INSPECT_COST_NOP] = "trap on a nop",
		[INSPECT_COST_FAST] = "optimised where the kernel can",
		[INSPECT_COST_EMULATED] = "trap, instruction emulated",
		[INSPECT_COST_STEPPED] = "trap, instruction stepped: dear",
	};

	return (unsigned int)cost < INSPECT_COSTS ? texts[cost] : "unknown cost";
}
