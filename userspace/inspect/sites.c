/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/sites.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "inspect/decode.h"
#include "telprobe/record.h"

struct addresses { /* as a 64-bit note starts */
	uint64_t location;
	uint64_t base;
	uint64_t semaphore; /* 0: none */
};

static int find_marker(const struct inspect_site *site)
{
	static const char *const names[TP_MARKERS] = {
#define TP_X(constant, name, level, category) #name,
		TP_MARKERS_TABLE(TP_X)
#undef TP_X
	};

	if (strcmp(site->provider, "telprobe") != 0)
		return -1;
	for (int i = 0; i < TP_MARKERS; i++)
		if (strcmp(site->name, names[i]) == 0)
			return i;
	return -1;
}

/* The next NUL-terminated string of a note; its control bytes are made harmless to look at.
 * Return: bytes of the string without its NUL, or -1 where none ends within the note */
static int take_string(const unsigned char **content, size_t *left, char *out, size_t out_bytes)
{
	size_t length = strnlen((const char *)*content, *left);
	size_t kept = length < out_bytes ? length : out_bytes - 1;

	if (length == *left)
		return -1;
	for (size_t i = 0; i < kept; i++) {
		unsigned char c = (*content)[i];

		out[i] = c < 0x20 || c > 0x7e ? '?' : (char)c;
	}
	out[kept] = '\0';
	*content += length + 1;
	*left -= length + 1;
	return (int)length;
}

static int is_name(const char *name, int length)
{
	return length > 0 && length < INSPECT_NAME && !strpbrk(name, " ?");
}

static int read_strings(const unsigned char *content, size_t bytes, struct inspect_site *out)
{
	int length;

	length = take_string(&content, &bytes, out->provider, sizeof(out->provider));
	if (!is_name(out->provider, length))
		return -EBADMSG;
	length = take_string(&content, &bytes, out->name, sizeof(out->name));
	if (!is_name(out->name, length))
		return -EBADMSG;
	if (take_string(&content, &bytes, out->arguments, sizeof(out->arguments)) < 0)
		return -EBADMSG;
	return 0;
}

/* Uprobes look for the semaphore in the first writable mapping of its file page. */
static int shares_page(const struct elf *elf, const struct elf_segment *own, uint64_t offset)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t start = offset / page;

	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *other = &elf->segments[i];

		if (other == own || other->type != PT_LOAD || !(other->flags & PF_W) ||
		    !other->file_bytes)
			continue;
		if (start >= other->file_offset / page &&
		    start <= (other->file_offset + other->file_bytes - 1) / page)
			return 1;
	}
	return 0;
}

static uint8_t find_semaphore(const struct elf *elf, uint64_t address, struct inspect_site *out)
{
	const struct elf_segment *segment;

	segment = elf_segment_holding(elf, address, sizeof(uint16_t), PF_W, 0);
	if (!segment)
		return INSPECT_OUTSIDE_DATA;
	out->semaphore_offset = address - segment->address + segment->file_offset;
	if (shares_page(elf, segment, out->semaphore_offset))
		return INSPECT_SHARED_PAGE;
	return INSPECT_USABLE;
}

/* Uprobes are not set in mappings that are writable when they are made. */
static uint8_t find_code(const struct elf *elf, uint64_t address, struct inspect_site *out)
{
	unsigned char code[DECODE_BYTES];
	const struct elf_segment *segment;
	struct decoded decoded;
	uint64_t left;
	ssize_t got;

	segment = elf_segment_holding(elf, address, 1, PF_X, PF_W);
	if (!segment)
		return INSPECT_OUTSIDE_CODE;
	out->file_offset = address - segment->address + segment->file_offset;
	out->place = (uint32_t)(address - elf->base);
	left = segment->file_bytes - (address - segment->address);
	got = elf_read(elf, out->file_offset, code,
		       left < sizeof(code) ? (size_t)left : sizeof(code));
	decode_instruction(elf->machine, code, got > 0 ? (size_t)got : 0, &decoded);
	out->cost = decoded.cost;
	out->is_own_layout = decoded.is_own_layout;
	if (decoded.is_replaced)
		return INSPECT_REPLACED_NOP;
	return decoded.is_refused ? INSPECT_BAD_INSTRUCTION : INSPECT_USABLE;
}

int sites_read(const struct elf *elf, uint64_t base, const unsigned char *content, size_t bytes,
	       struct inspect_site *out)
{
	struct addresses addresses;
	uint64_t moved = 0;
	uint8_t reason = INSPECT_USABLE;
	int ret;

	memset(out, 0, sizeof(*out));
	if (bytes < sizeof(addresses))
		return -EBADMSG;
	memcpy(&addresses, content, sizeof(addresses));
	ret = read_strings(content + sizeof(addresses), bytes - sizeof(addresses), out);
	if (ret)
		return ret;
	out->marker = find_marker(out);
	if (base && addresses.base)
		moved = base - addresses.base;
	out->cost = INSPECT_COST_STEPPED;
	out->reason = INSPECT_OUTSIDE_CODE; /* location 0: --gc-sections dropped the code */
	if (addresses.location)
		out->reason = find_code(elf, addresses.location + moved, out);
	if (addresses.semaphore)
		reason = find_semaphore(elf, addresses.semaphore + moved, out);
	if (!out->reason)
		out->reason = reason;
	return 0;
}
