/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/symbols.h"

#include <errno.h>
#include <string.h>

#include "inspect/inspect.h"

enum {
	TABLES = 4,	/* of symbols that are looked at; linkers write two */
	SPELLINGS = 64, /* places of the name in a string table: longer names may end in it */
	STRINGS_BYTES = 1 << 28, /* of a string table that are looked through */
	SYMBOLS = 1 << 24,	 /* of a table that are looked at */
	PART_BYTES = 1 << 16,	 /* read at a time */
	A_PART = PART_BYTES / sizeof(Elf64_Sym),
};

struct table {
	uint64_t offset, bytes;
	uint32_t link; /* number of the section with its strings */
	uint64_t strings_offset, strings_bytes;
};

struct tables {
	struct table items[TABLES];
	size_t count;
	uint32_t section; /* that is visited next */
};

static int visit_table(void *context, const struct elf_section *section)
{
	struct tables *tables = context;

	if ((section->type == SHT_SYMTAB || section->type == SHT_DYNSYM) && tables->count < TABLES)
		tables->items[tables->count++] = (struct table){
			.offset = section->file_offset,
			.bytes = section->bytes,
			.link = section->link,
		};
	return 0;
}

static int visit_strings(void *context, const struct elf_section *section)
{
	struct tables *tables = context;
	uint32_t number = tables->section++;

	if (section->type != SHT_STRTAB)
		return 0;
	for (size_t i = 0; i < tables->count; i++)
		if (tables->items[i].link == number) {
			tables->items[i].strings_offset = section->file_offset;
			tables->items[i].strings_bytes = section->bytes;
		}
	return 0;
}

struct spellings { /* where in a string table the name stands, as symbols refer to it */
	uint32_t at[SPELLINGS];
	size_t count;
};

static void add_spellings(struct spellings *spellings, const char *part, size_t got,
			  uint64_t offset, const char *name, size_t bytes)
{
	const char *at = part;

	while (spellings->count < SPELLINGS &&
	       (at = memmem(at, got - (size_t)(at - part), name, bytes)) != NULL) {
		spellings->at[spellings->count++] = (uint32_t)(offset + (uint64_t)(at - part));
		at++;
	}
}

/* Parts overlap by what could begin before. */
static int find_spellings(const struct elf *elf, const struct table *table, const char *name,
			  struct spellings *out)
{
	const size_t bytes = strlen(name) + 1;
	char part[PART_BYTES];
	uint64_t end = table->strings_bytes < STRINGS_BYTES ? table->strings_bytes : STRINGS_BYTES;

	out->count = 0;
	for (uint64_t offset = 0; offset + bytes <= end; offset += sizeof(part) - (bytes - 1)) {
		uint64_t left = end - offset;
		ssize_t got = elf_read(elf, table->strings_offset + offset, part,
				       left < sizeof(part) ? (size_t)left : sizeof(part));

		if (got < 0)
			return -EIO;
		add_spellings(out, part, (size_t)got, offset, name, bytes);
		if ((size_t)got < sizeof(part))
			break;
	}
	return 0;
}

static int is_spelled(const struct spellings *spellings, uint32_t at)
{
	for (size_t i = 0; i < spellings->count; i++)
		if (spellings->at[i] == at)
			return 1;
	return 0;
}

static void take_symbol(const Elf64_Sym *symbol, struct symbol *out)
{
	int type = ELF64_ST_TYPE(symbol->st_info);

	if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol->st_shndx == SHN_UNDEF)
		return;
	if (out->matches && out->address == symbol->st_value) {
		if (!out->bytes)
			out->bytes = symbol->st_size;
		return; /* the other table has it, too */
	}
	if (out->matches++)
		return;
	out->address = symbol->st_value;
	out->bytes = symbol->st_size;
	out->is_resolver = type == STT_GNU_IFUNC;
}

static int search_table(const struct elf *elf, const struct table *table,
			const struct spellings *spellings, struct symbol *out)
{
	Elf64_Sym symbols[A_PART];
	uint64_t left = table->bytes / sizeof(symbols[0]), offset = table->offset;

	if (left > SYMBOLS)
		left = SYMBOLS;
	while (left) {
		size_t count = left < A_PART ? (size_t)left : A_PART;
		ssize_t got = elf_read(elf, offset, symbols, count * sizeof(symbols[0]));

		if (got < 0)
			return -EIO;
		count = (size_t)got / sizeof(symbols[0]);
		if (!count)
			break;
		for (size_t i = 0; i < count; i++)
			if (is_spelled(spellings, symbols[i].st_name))
				take_symbol(&symbols[i], out);
		left -= count;
		offset += count * sizeof(symbols[0]);
	}
	return 0;
}

int symbols_find(const struct elf *elf, const char *name, struct symbol *out)
{
	struct tables tables = { 0 };
	struct spellings spellings;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = elf_sections(elf, visit_table, &tables);
	if (!ret)
		ret = elf_sections(elf, visit_strings, &tables);
	for (size_t i = 0; i < tables.count && !ret; i++) {
		ret = find_spellings(elf, &tables.items[i], name, &spellings);
		if (!ret && spellings.count)
			ret = search_table(elf, &tables.items[i], &spellings, out);
	}
	return ret;
}
