/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/elf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "telprobe/record.h"

ssize_t elf_read(const struct elf *elf, uint64_t offset, void *buffer, size_t bytes)
{
	size_t done = 0;

	while (done < bytes) {
		uint64_t position;
		ssize_t ret;

		if (__builtin_add_overflow(offset, done, &position) || position > INT64_MAX)
			break;
		ret = pread(elf->fd, (char *)buffer + done, bytes - done, (off_t)position);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return -errno;
		if (ret == 0)
			break;
		done += (size_t)ret;
	}
	return (ssize_t)done;
}

static int check_kind(const Elf64_Ehdr *header, struct error *error)
{
	const unsigned char *ident = header->e_ident;

	if (ident[EI_CLASS] != ELFCLASS64)
		return error_set(error, -ENOTSUP,
				 "a 32-bit program: only 64-bit ones can be "
				 "probed");
	if (ident[EI_DATA] != ELFDATA2LSB)
		return error_set(error, -ENOTSUP, "a program of another byte order");
	if (header->e_machine != EM_X86_64 && header->e_machine != EM_AARCH64)
		return error_set(error, -ENOTSUP, "a program for another machine (ELF machine %u)",
				 header->e_machine);
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return error_set(error, -ENOTSUP,
				 "an object file or core dump, not a program or "
				 "library");
	return 0;
}

static int read_header(struct elf *elf, Elf64_Ehdr *header, struct error *error)
{
	ssize_t got = elf_read(elf, 0, header, sizeof(*header));

	/* Pipes and directories are no ELF files either. */
	if (got == -ESPIPE || got == -EISDIR || got == -EINVAL || got == -ENXIO)
		return error_set(error, -ENOEXEC, "not a regular file");
	if (got < 0)
		return error_set(error, (int)got == -ENOMEM ? -ENOMEM : -EIO, "cannot read it: %s",
				 error_text((int)got));
	if (got < SELFMAG || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return error_set(error, -ENOEXEC, "not an ELF file");
	if (got < (ssize_t)sizeof(*header))
		return error_set(error, -EBADMSG, "cut short within its first header");
	return check_kind(header, error);
}

/* What the kernel would not map, or not where the header says, contradicts itself. */
static int check_segment(const struct elf *elf, const struct elf_segment *segment,
			 struct error *error)
{
	uint64_t end;
	char last;

	if (__builtin_add_overflow(segment->file_offset, segment->file_bytes, &end) ||
	    __builtin_add_overflow(segment->address, segment->memory_bytes, &end))
		return error_set(error, -EBADMSG, "a segment reaches beyond all addresses");
	if (segment->file_bytes > segment->memory_bytes)
		return error_set(error, -EBADMSG, "a segment is larger in the file than in memory");
	if (!segment->file_bytes)
		return 0;
	if ((segment->address - segment->file_offset) % ELF_PAGE)
		return error_set(error, -EBADMSG,
				 "a segment's address and offset differ within "
				 "the page");
	if (elf_read(elf, segment->file_offset + segment->file_bytes - 1, &last, 1) != 1)
		return error_set(error, -EBADMSG,
				 "cut short: a segment reaches beyond the end of "
				 "the file");
	return 0;
}

static void take_segment(struct elf *elf, const Elf64_Phdr *header)
{
	elf->segments[elf->segment_count++] = (struct elf_segment){
		.address = header->p_vaddr,
		.file_offset = header->p_offset,
		.file_bytes = header->p_filesz,
		.memory_bytes = header->p_memsz,
		.alignment = header->p_align,
		.type = header->p_type,
		.flags = header->p_flags,
	};
}

static int read_segments(struct elf *elf, const Elf64_Ehdr *header, struct error *error)
{
	Elf64_Phdr headers[ELF_SEGMENTS];
	size_t bytes = header->e_phnum * sizeof(headers[0]);
	int ret;

	if (header->e_phentsize != sizeof(headers[0]) || header->e_phnum == 0)
		return error_set(error, -EBADMSG, "no program headers of the right size");
	if (header->e_phnum > ELF_SEGMENTS)
		return error_set(error, -EBADMSG, "%u program headers; %d are the most looked at",
				 header->e_phnum, ELF_SEGMENTS);
	if (elf_read(elf, header->e_phoff, headers, bytes) != (ssize_t)bytes)
		return error_set(error, -EBADMSG, "program headers beyond the end of the file");
	for (size_t i = 0; i < header->e_phnum; i++) {
		take_segment(elf, &headers[i]);
		if (headers[i].p_type != PT_LOAD)
			continue;
		ret = check_segment(elf, &elf->segments[i], error);
		if (ret)
			return ret;
	}
	return 0;
}

/* mm->start_code is the lowest executable p_vaddr, not rounded (fs/binfmt_elf.c): code_start must
 * be comparable with it. */
static int measure_image(struct elf *elf, struct error *error)
{
	uint64_t lowest = UINT64_MAX, highest = 0, code = UINT64_MAX;

	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];

		if (segment->type != PT_LOAD || !segment->memory_bytes)
			continue;
		if (segment->address < lowest)
			lowest = segment->address;
		if (segment->address + segment->memory_bytes > highest)
			highest = segment->address + segment->memory_bytes;
		if ((segment->flags & PF_X) && segment->address < code)
			code = segment->address;
	}
	if (!highest)
		return error_set(error, -EBADMSG, "no segment is loaded");
	elf->base = lowest & ~(uint64_t)(ELF_PAGE - 1);
	if (highest - elf->base >= TP_PLACE_UNDECLARED)
		return error_set(error, -ENOTSUP, "an image of 4 GiB or more");
	elf->image_bytes = (uint32_t)(highest - elf->base);
	elf->code_start = code == UINT64_MAX ? 0 : (uint32_t)(code - elf->base);
	return 0;
}

/* Counts that do not fit into the header stand in the first section. */
static void find_sections(struct elf *elf, const Elf64_Ehdr *header)
{
	Elf64_Shdr first;
	uint64_t count = header->e_shnum;

	if (!header->e_shoff || header->e_shentsize != sizeof(first))
		return;
	if (elf_read(elf, header->e_shoff, &first, sizeof(first)) != sizeof(first))
		return;
	if (!count)
		count = first.sh_size;
	elf->section_offset = header->e_shoff;
	elf->section_count = count > ELF_SECTIONS ? ELF_SECTIONS : (uint32_t)count;
	elf->name_section = header->e_shstrndx == SHN_XINDEX ? first.sh_link : header->e_shstrndx;
}

int elf_open(struct elf *elf, int fd, struct error *error)
{
	Elf64_Ehdr header;
	int ret;

	memset(elf, 0, offsetof(struct elf, segments));
	elf->fd = fd;
	ret = read_header(elf, &header, error);
	if (ret)
		return ret;
	elf->machine = header.e_machine;
	elf->type = header.e_type;
	ret = read_segments(elf, &header, error);
	if (ret)
		return ret;
	find_sections(elf, &header);
	return measure_image(elf, error);
}

const struct elf_segment *elf_segment_holding(const struct elf *elf, uint64_t address,
					      uint64_t bytes, uint32_t wanted, uint32_t unwanted)
{
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];

		if (segment->type != PT_LOAD || (segment->flags & wanted) != wanted ||
		    (segment->flags & unwanted))
			continue;
		if (address < segment->address || bytes > segment->file_bytes)
			continue;
		if (address - segment->address <= segment->file_bytes - bytes)
			return segment;
	}
	return NULL;
}

const struct elf_segment *elf_segment_of(const struct elf *elf, uint32_t type)
{
	for (size_t i = 0; i < elf->segment_count; i++)
		if (elf->segments[i].type == type)
			return &elf->segments[i];
	return NULL;
}

enum { NAMES_BYTES = 1 << 20 }; /* most of the section names' table that is read */

/* Return: the table, of *@out_bytes bytes, NUL-terminated; NULL only for want of memory */
static char *read_section_names(const struct elf *elf, size_t *out_bytes)
{
	Elf64_Shdr header = { 0 };
	uint64_t position = elf->name_section * (uint64_t)sizeof(header);
	size_t bytes = 0;
	ssize_t got;
	char *names;

	if (elf->name_section < elf->section_count &&
	    !__builtin_add_overflow(position, elf->section_offset, &position) &&
	    elf_read(elf, position, &header, sizeof(header)) == sizeof(header))
		bytes = header.sh_size > NAMES_BYTES ? NAMES_BYTES : (size_t)header.sh_size;
	names = malloc(bytes + 1);
	if (!names)
		return NULL;
	got = elf_read(elf, header.sh_offset, names, bytes);
	*out_bytes = got > 0 ? (size_t)got : 0;
	names[*out_bytes] = '\0';
	return names;
}

static int visit_section(const Elf64_Shdr *header, const char *names, size_t names_bytes,
			 int (*visit)(void *, const struct elf_section *), void *context)
{
	struct elf_section section = {
		.address = header->sh_addr,
		.file_offset = header->sh_offset,
		.bytes = header->sh_size,
		.alignment = header->sh_addralign,
		.type = header->sh_type,
		.link = header->sh_link,
	};
	size_t length;

	if (header->sh_name < names_bytes) {
		length = strnlen(names + header->sh_name, names_bytes - header->sh_name);
		if (length >= sizeof(section.name))
			length = sizeof(section.name) - 1;
		memcpy(section.name, names + header->sh_name, length);
	}
	return visit(context, &section);
}

int elf_sections(const struct elf *elf, int (*visit)(void *, const struct elf_section *),
		 void *context)
{
	Elf64_Shdr headers[64];
	size_t names_bytes;
	uint32_t left = elf->section_count;
	uint64_t position = elf->section_offset;
	char *names;
	int ret = 0;

	if (!left)
		return 0;
	names = read_section_names(elf, &names_bytes);
	if (!names)
		return -ENOMEM;
	while (left && !ret) {
		size_t count = left < 64 ? left : 64;
		ssize_t got = elf_read(elf, position, headers, count * sizeof(headers[0]));

		if (got < (ssize_t)sizeof(headers[0]))
			break;
		count = (size_t)got / sizeof(headers[0]);
		for (size_t i = 0; i < count && !ret; i++)
			ret = visit_section(&headers[i], names, names_bytes, visit, context);
		position += count * sizeof(headers[0]);
		left -= (uint32_t)count;
	}
	free(names);
	return ret;
}
