/* SPDX-License-Identifier: GPL-2.0-only */
/* A small program with markers, damaged 20,000 times in a way that is the same at each run: what
 * reads it must neither crash nor loop nor ask for memory without bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "inspect/inspect.h"
#include "telprobe/record.h"
#include "unit/inspect/builder.h"

enum { MUTATIONS = 20000, ROOM = 1 << 16, SLOWEST_MS = 2000, MEMORY_KIB = 64 << 10 };

static const char source[] = "#include <telprobe.h>\n"
			     "int main(void)\n"
			     "{\n"
			     "	TELPROBE_COMMAND_BEGIN(\"alpha\", \"beta\", 0, 0);\n"
			     "	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, \"gamma\", 0);\n"
			     "	TELPROBE_SPAN_END(TELPROBE_STEP, \"gamma\", TELPROBE_OK, 0, 0);\n"
			     "	TELPROBE_COMMAND_END(\"alpha\", TELPROBE_OK, \"timeout\", 0);\n"
			     "	return 0;\n"
			     "}\n";

static uint64_t next_random(uint64_t *state) /* xorshift64, G. Marsaglia 2003 */
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Values at the borders of what is checked, and any. */
static uint64_t lying_value(uint64_t *random, size_t size)
{
	const uint64_t values[] = {
		0,	   1,	       7,	    8,	      size - 1, size,
		size + 1,  0xffff,     0xffffffffu, 1u << 31, 1u << 20, UINT64_MAX,
		INT64_MAX, 1ull << 63, 1ull << 32,  0x1000,   0xfff,	next_random(random),
	};

	return values[next_random(random) % (sizeof(values) / sizeof(values[0]))];
}

/* Where a lie is worth most: file header, program headers, section headers, notes. */
static size_t choose_place(uint64_t *random, const unsigned char *bytes, size_t size, size_t notes)
{
	const Elf64_Ehdr *header = (const void *)bytes;
	uint64_t value = next_random(random);

	switch (value >> 60) {
	case 0 ... 2:
		return (value >> 8) % sizeof(*header);
	case 3 ... 6:
		return header->e_phoff + (value >> 8) % (14 * sizeof(Elf64_Phdr));
	case 7 ... 9:
		return header->e_shoff + (value >> 8) % (32 * sizeof(Elf64_Shdr));
	case 10 ... 13:
		return notes + (value >> 8) % 400;
	default:
		return (value >> 8) % size;
	}
}

static void damage(uint64_t *random, const unsigned char *whole, unsigned char *bytes, size_t size,
		   size_t notes)
{
	size_t count = 1 + next_random(random) % 4;

	memcpy(bytes, whole, size);
	while (count--) {
		size_t place = choose_place(random, whole, size, notes);
		uint64_t value = lying_value(random, size);
		size_t width = 1u << (next_random(random) % 4);

		if (next_random(random) % 2)
			place &= ~(width - 1);
		if (place + width <= size)
			memcpy(bytes + place, &value, width);
	}
}

static void read_everything(int fd, size_t *opened)
{
	struct inspection *inspection = NULL;
	char text[INSPECT_NAME];

	inspect_text(fd, 0x2004, text);
	if (inspect_open(fd, &inspection, NULL))
		return;
	(*opened)++;
	assert_true(inspection->site_count <= INSPECT_SITES);
	assert_true(inspection->alias_count <= INSPECT_ALIASES);
	for (size_t i = 0; i < inspection->site_count; i++) {
		const struct inspect_site *site = &inspection->sites[i];

		assert_true(strlen(site->provider) < INSPECT_NAME && site->provider[0]);
		assert_true(site->marker >= -1 && site->marker < TP_MARKERS);
		assert_true(site->place < inspection->image_bytes);
	}
	for (size_t i = 0; i < inspection->alias_count; i++)
		assert_true(inspection->aliases[i].place < inspection->image_bytes);
	inspection_free(inspection);
}

static void look_at_functions(int fd, size_t *found)
{
	struct inspect_function function;
	struct inspect_names names = { 0 };
	struct inspect_symbol symbol;

	if (inspect_names(fd, "*", &names))
		return;
	assert_true(names.count <= INSPECT_FUNCTIONS && names.total >= names.count);
	for (size_t i = 0; i < names.count; i++) {
		assert_true(strlen(names.names[i]) < INSPECT_SYMBOL && names.names[i][0]);
		assert_true(!i || strcmp(names.names[i - 1], names.names[i]) < 0);
		if (inspect_function(fd, names.names[i], &function) || function.entry_reason)
			continue;
		assert_true(function.return_count <= INSPECT_RETURNS);
		if (!inspect_symbol(fd, function.entry.file_offset, &symbol))
			assert_true(symbol.name[0] && strlen(symbol.name) < INSPECT_SYMBOL);
		*found += 1;
	}
	inspect_names_clear(&names);
}

/* The first section of @type, in the undamaged program. */
static const Elf64_Shdr *section_of(const unsigned char *bytes, uint32_t type)
{
	const Elf64_Ehdr *header = (const void *)bytes;
	const Elf64_Shdr *sections = (const void *)(bytes + header->e_shoff);

	for (size_t i = 0; i < header->e_shnum; i++)
		if (sections[i].sh_type == type)
			return &sections[i];
	return NULL;
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void inspect_damaged_programs_are_survived(void **state)
{
	static unsigned char whole[ROOM], bytes[ROOM];
	uint64_t random = 0x7e15babe5eed1234ull;
	struct rusage before, after;
	double slowest = 0;
	size_t opened = 0;
	const char *note;
	ssize_t size;
	int fd;

	(void)state;
	assert_int_equal(builder_compile("whole", "gcc", "-O0 -s", source), 0);
	fd = builder_open("whole");
	size = read(fd, whole, sizeof(whole));
	close(fd);
	assert_true(size > 4096 && size < ROOM);
	note = memmem(whole, (size_t)size, "stapsdt", 8);
	assert_non_null(note);
	fd = memfd_create("damaged", MFD_CLOEXEC);
	assert_true(fd >= 0);
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < MUTATIONS; i++) {
		double start = now_ms();

		damage(&random, whole, bytes, (size_t)size,
		       (size_t)((const unsigned char *)note - whole));
		assert_int_equal(pwrite(fd, bytes, (size_t)size, 0), size);
		/* Some are cut, too. */
		assert_int_equal(ftruncate(fd, next_random(&random) % 16
						       ? size
						       : (off_t)(next_random(&random) % size)),
				 0);
		read_everything(fd, &opened);
		if (now_ms() - start > slowest)
			slowest = now_ms() - start;
	}
	getrusage(RUSAGE_SELF, &after);
	close(fd);
	print_message("%zu of %d were still read; the slowest took %.1f ms\n", opened, MUTATIONS,
		      slowest);
	assert_true(opened > MUTATIONS / 20 && opened < MUTATIONS);
	assert_true(slowest < SLOWEST_MS);
	assert_true(after.ru_maxrss - before.ru_maxrss < MEMORY_KIB);
}

/* Lies in the table itself: names, addresses, sizes, types; and in the code. */
static void inspect_damaged_functions_are_survived(void **state)
{
	static unsigned char whole[ROOM], bytes[ROOM];
	uint64_t random = 0x7e15babe5eed4321ull;
	const Elf64_Shdr *symbols;
	size_t found = 0;
	double slowest = 0;
	ssize_t size;
	int fd;

	(void)state;
	assert_int_equal(builder_compile("symbols", "gcc", "-O1", source), 0);
	fd = builder_open("symbols");
	size = read(fd, whole, sizeof(whole));
	close(fd);
	assert_true(size > 4096 && size < ROOM);
	symbols = section_of(whole, SHT_SYMTAB);
	assert_non_null(symbols);
	fd = memfd_create("damaged", MFD_CLOEXEC);
	for (int i = 0; i < MUTATIONS / 4; i++) {
		double start = now_ms();

		memcpy(bytes, whole, (size_t)size);
		for (int k = 0; k < 4; k++) {
			uint64_t value = lying_value(&random, (size_t)size);
			uint64_t place = next_random(&random) % 4
						 ? symbols->sh_offset +
							   next_random(&random) % symbols->sh_size
						 : next_random(&random) % (uint64_t)size;

			if (place + sizeof(value) <= (uint64_t)size)
				memcpy(bytes + place, &value, sizeof(value));
		}
		assert_int_equal(pwrite(fd, bytes, (size_t)size, 0), size);
		look_at_functions(fd, &found);
		if (now_ms() - start > slowest)
			slowest = now_ms() - start;
	}
	close(fd);
	print_message("%zu functions were found; the slowest file took %.1f ms\n", found, slowest);
	assert_true(found > MUTATIONS / 4);
	assert_true(slowest < SLOWEST_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inspect_damaged_programs_are_survived),
		cmocka_unit_test(inspect_damaged_functions_are_survived),
	};

	return cmocka_run_group_tests(tests, builder_setup, builder_teardown);
}
