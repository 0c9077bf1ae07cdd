/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/symbols.h"

#include <errno.h>
#include <string.h>

#include "inspect/inspect.h"

enum {
	TABLES = 4,	  /* of symbols that are looked at; linkers write two */
	SPELLINGS = 4096, /* places of the name in a string table: longer names may end in it */
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

/* In ascending order. Parts overlap by what could begin before. */
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
	size_t low = 0, high = spellings->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (spellings->at[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < spellings->count && spellings->at[low] == at;
}

static int is_function(const Elf64_Sym *symbol)
{
	int type = ELF64_ST_TYPE(symbol->st_info);

	return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol->st_shndx != SHN_UNDEF;
}

static void take_symbol(const Elf64_Sym *symbol, struct symbol *out)
{
	if (!is_function(symbol))
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
	out->is_resolver = ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC;
}

/* Return: 0; what @take returned other than 0. */
static int walk_table(const struct elf *elf, const struct table *table,
		      int (*take)(void *context, const Elf64_Sym *symbol), void *context)
{
	int ret = 0;
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
		for (size_t i = 0; i < count && !ret; i++)
			ret = take(context, &symbols[i]);
		if (ret)
			return ret;
		left -= count;
		offset += count * sizeof(symbols[0]);
	}
	return 0;
}

struct search {
	struct spellings spellings;
	struct symbol *out;
};

static int take_if_spelled(void *context, const Elf64_Sym *symbol)
{
	struct search *search = context;

	if (is_spelled(&search->spellings, symbol->st_name))
		take_symbol(symbol, search->out);
	return 0;
}

static int find_tables(const struct elf *elf, struct tables *out)
{
	int ret = elf_sections(elf, visit_table, out);

	return ret ? ret : elf_sections(elf, visit_strings, out);
}

int symbols_find(const struct elf *elf, const char *name, struct symbol *out)
{
	struct search search = { .out = out };
	struct tables tables = { 0 };
	int ret;

	memset(out, 0, sizeof(*out));
	ret = find_tables(elf, &tables);
	for (size_t i = 0; i < tables.count && !ret; i++) {
		ret = find_spellings(elf, &tables.items[i], name, &search.spellings);
		if (!ret && search.spellings.count)
			ret = walk_table(elf, &tables.items[i], take_if_spelled, &search);
	}
	return ret;
}

static int is_printable(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return 0;
	return length > 0;
}

/* Return: whether @symbol has a name that can be told. */
static int read_name(const struct elf *elf, const struct table *table, const Elf64_Sym *symbol,
		     char name[INSPECT_SYMBOL])
{
	uint64_t left = table->strings_bytes;
	ssize_t got;

	if (symbol->st_name >= left)
		return 0;
	left -= symbol->st_name;
	got = elf_read(elf, table->strings_offset + symbol->st_name, name,
		       left < INSPECT_SYMBOL ? (size_t)left : INSPECT_SYMBOL);
	return got > 0 && memchr(name, '\0', (size_t)got) && is_printable(name, strlen(name));
}

struct listing {
	const struct elf *elf;
	const struct table *table;
	int (*visit)(void *context, const char *name);
	void *context;
};

static int take_name(void *context, const Elf64_Sym *symbol)
{
	const struct listing *listing = context;
	char name[INSPECT_SYMBOL];

	if (!is_function(symbol) || !read_name(listing->elf, listing->table, symbol, name))
		return 0;
	return listing->visit(listing->context, name);
}

int symbols_each(const struct elf *elf, int (*visit)(void *context, const char *name),
		 void *context)
{
	struct listing listing = { .elf = elf, .visit = visit, .context = context };
	struct tables tables = { 0 };
	int ret = find_tables(elf, &tables);

	for (size_t i = 0; i < tables.count && !ret; i++) {
		listing.table = &tables.items[i];
		ret = walk_table(elf, &tables.items[i], take_name, &listing);
	}
	return ret;
}

struct holder {
	const struct elf *elf;
	const struct table *table;
	uint64_t address;
	uint64_t distance;
	char *name;
};

static int take_holder(void *context, const Elf64_Sym *symbol)
{
	struct holder *holder = context;
	char name[INSPECT_SYMBOL];

	if (!is_function(symbol) || holder->address < symbol->st_value ||
	    holder->address - symbol->st_value >= symbol->st_size ||
	    !read_name(holder->elf, holder->table, symbol, name))
		return 0;
	memcpy(holder->name, name, strlen(name) + 1);
	holder->distance = holder->address - symbol->st_value;
	return 1;
}

int symbols_at(const struct elf *elf, uint64_t address, char *out_name, uint64_t *out_distance)
{
	struct holder holder = { .elf = elf, .address = address, .name = out_name };
	struct tables tables = { 0 };
	int ret = find_tables(elf, &tables);

	for (size_t i = 0; i < tables.count && !ret; i++) {
		holder.table = &tables.items[i];
		ret = walk_table(elf, &tables.items[i], take_holder, &holder);
	}
	if (ret != 1)
		return ret ? ret : -ENOENT;
	*out_distance = holder.distance;
	return 0;
}
