/* SPDX-License-Identifier: GPL-2.0-only */
/* elf.h - bounded reading of one 64-bit ELF file by pread, with checked arithmetic.
 * The file is never mapped: one that is cut while it is read would kill the reader with SIGBUS.
 * Nothing is allocated and nothing kept open. Program headers alone say what is loaded where;
 * section headers, which may be stripped or lie, only say where to look for notes. */
#ifndef TELPROBE_INSPECT_ELF_H
#define TELPROBE_INSPECT_ELF_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/error.h"

enum {
	ELF_SEGMENTS = 128,	/* most program headers; linkers write some 15 */
	ELF_SECTIONS = 1 << 16, /* most section headers looked at */
	ELF_SECTION_NAME = 32,	/* bytes of a section's name that are kept, with the NUL */
	ELF_PAGE = 4096,	/* unit in which the lowest loaded address is rounded down */
};

struct elf_segment {
	uint64_t address;
	uint64_t file_offset;
	uint64_t file_bytes;
	uint64_t memory_bytes; /* >= file_bytes of a PT_LOAD */
	uint64_t alignment;
	uint32_t type;
	uint32_t flags;
};

struct elf {
	int fd; /* the caller's */
	uint16_t machine;
	uint16_t type;
	uint64_t base;	      /* lowest loaded address, rounded down to a page */
	uint32_t image_bytes; /* from there to the highest loaded address */
	uint32_t code_start;  /* lowest executable segment, from base; 0 where there is none */
	uint64_t section_offset;
	uint32_t section_count; /* 0: stripped, or not to be trusted */
	uint32_t name_section;
	size_t segment_count;
	struct elf_segment segments[ELF_SEGMENTS];
};

struct elf_section {
	char name[ELF_SECTION_NAME];
	uint64_t address;
	uint64_t file_offset;
	uint64_t bytes;
	uint64_t alignment;
	uint32_t type;
	uint32_t link; /* number of the section it refers to: of a symbol table, its names */
};

/** elf_open() - read and check the headers. Return: as inspect_open() */
int elf_open(struct elf *elf, int fd, struct error *error);

/**
 * elf_read() - up to @bytes bytes at @offset
 * Return: bytes read, less than asked at the end of the file; -EIO and other errors of pread(). */
ssize_t elf_read(const struct elf *elf, uint64_t offset, void *buffer, size_t bytes);

/**
 * elf_segment_holding() - the PT_LOAD whose file part holds @bytes bytes at @address
 * @wanted, @unwanted: PF_ flags it must and must not have
 * Return: NULL where there is none. */
const struct elf_segment *elf_segment_holding(const struct elf *elf, uint64_t address,
					      uint64_t bytes, uint32_t wanted, uint32_t unwanted);

/** elf_segment_of() - the first segment of @type, or NULL */
const struct elf_segment *elf_segment_of(const struct elf *elf, uint32_t type);

/**
 * elf_sections() - call @visit for each section, in the order of their numbers
 * Sections that cannot be read end the walk; that is no error: none are needed.
 * Return: 0, -ENOMEM, or what @visit returned other than 0, which ends the walk. */
int elf_sections(const struct elf *elf, int (*visit)(void *, const struct elf_section *),
		 void *context);

#endif
