/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <errno.h>

#include "inspect/inspect.h"
#include "telprobe/record.h"
#include "unit/inspect/builder.h"

static const char marker_source[] =
	"#include <telprobe.h>\n"
	"#include <stdio.h>\n"
	"int main(void)\n"
	"{\n"
	"	TELPROBE_COMMAND_BEGIN(\"alpha-command\", \"beta\", 0, 0);\n"
	"	TELPROBE_COUNT(\"tokens.input\", 3, 0);\n"
	"	TELPROBE_COMMAND_END(\"alpha-command\", TELPROBE_OK, \"timeout\", 0);\n"
	"	return 0;\n"
	"}\n";

static struct inspection *look(const char *name)
{
	struct inspection *inspection = NULL;
	struct error error = { 0 };
	int fd = builder_open(name);

	assert_true(fd >= 0);
	if (inspect_open(fd, &inspection, &error))
		fail_msg("%s: %s", name, error.what);
	close(fd);
	return inspection;
}

static int look_fails(const char *name)
{
	struct inspection *inspection = NULL;
	struct error error = { 0 };
	int fd = builder_open(name);
	int ret;

	assert_true(fd >= 0);
	ret = inspect_open(fd, &inspection, &error);
	close(fd);
	assert_null(inspection);
	assert_int_equal(error.code, ret);
	assert_true(error.what[0] != '\0');
	return ret;
}

static const struct inspect_site *site_of(const struct inspection *inspection, const char *provider,
					  const char *name)
{
	for (size_t i = 0; i < inspection->site_count; i++)
		if (strcmp(inspection->sites[i].provider, provider) == 0 &&
		    strcmp(inspection->sites[i].name, name) == 0)
			return &inspection->sites[i];
	fail_msg("no site %s:%s", provider, name);
	return NULL;
}

/* Linkers load what stands at an offset of the file some whole pages from there.
 * Return: the place at which inspect_text() finds @text, 0 for none */
static uint32_t place_of(const char *name, const struct inspection *inspection, const char *text)
{
	static char bytes[1 << 21];
	int fd = builder_open(name);
	ssize_t got = read(fd, bytes, sizeof(bytes));
	char *at = bytes, found[INSPECT_NAME];
	uint32_t place = 0;

	assert_true(got > 0);
	while (!place && (at = memmem(at, (size_t)(bytes + got - at), text, strlen(text) + 1))) {
		for (uint32_t i = 0; i < 16 && !place; i++) {
			uint32_t guess = (uint32_t)(at - bytes) + i * 4096;

			if (!inspect_text(fd, guess, found) && strcmp(found, text) == 0)
				place = guess;
		}
		at++;
	}
	close(fd);
	assert_true(place < inspection->image_bytes);
	return place;
}

static void check_markers(const char *name)
{
	struct inspection *inspection = look(name);
	const struct inspect_site *site;

	assert_int_equal(inspection->machine, EM_X86_64);
	assert_true(inspection->is_executable);
	assert_false(inspection->has_go);
	assert_int_equal(inspection->site_count, inspection->site_total);
	site = site_of(inspection, "telprobe", "command_begin");
	assert_int_equal(site->marker, TP_MARKER_COMMAND_BEGIN);
	assert_int_equal(site->reason, INSPECT_USABLE);
	assert_int_equal(site->cost, INSPECT_COST_FAST);
	assert_true(site->is_own_layout);
	assert_true(site->semaphore_offset != 0);
	assert_true(site->place >= inspection->code_start);
	assert_true(site->place < inspection->image_bytes);
	assert_int_equal(site_of(inspection, "telprobe", "count")->marker, TP_MARKER_COUNT);
	assert_int_not_equal(place_of(name, inspection, "alpha-command"), 0);
	assert_int_not_equal(place_of(name, inspection, "tokens.input"), 0);
	inspection_free(inspection);
}

static void inspect_open_every_build_finds_markers(void **state)
{
	static const struct {
		const char *name, *compiler, *flags;
	} builds[] = {
		{ "o0", "gcc", "-O0" },
		{ "o2", "gcc", "-O2 -s" },
		{ "nopie", "gcc", "-O2 -no-pie" },
		{ "static", "gcc", "-O2 -static" },
		{ "static-pie", "gcc", "-O2 -static-pie" },
		{ "lto", "gcc", "-O3 -flto -Wl,--gc-sections" },
		{ "together", "gcc", "-O2 -Wl,-z,noseparate-code" },
		{ "gold", "gcc", "-O2 -fuse-ld=gold" },
		{ "lld", "clang", "-O2 -fuse-ld=lld" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++) {
		assert_int_equal(builder_compile(builds[i].name, builds[i].compiler,
						 builds[i].flags, marker_source),
				 0);
		check_markers(builds[i].name);
	}
}

static void inspect_open_library_is_not_executable(void **state)
{
	struct inspection *inspection;

	(void)state;
	assert_int_equal(builder_compile("lib.so", "gcc", "-O2 -shared -fPIC", marker_source), 0);
	inspection = look("lib.so");
	assert_false(inspection->is_executable);
	assert_true(inspection->site_count >= 3);
	inspection_free(inspection);
}

static void inspect_open_tells_build_id(void **state)
{
	struct inspection *inspection;

	(void)state;
	assert_int_equal(builder_compile("id", "gcc", "-Wl,--build-id=0xa1b2c3d4",
					 "int main(void) { return 0; }"),
			 0);
	inspection = look("id");
	assert_int_equal(inspection->build_id_bytes, 4);
	assert_memory_equal(inspection->build_id, "\xa1\xb2\xc3\xd4", 4);
	assert_int_equal(inspection->site_total, 0);
	assert_int_equal(inspection->alias_count, 0);
	inspection_free(inspection);
}

/* The place of a literal and of a site count from the same address: their distance is that of the
 * running program, which prints it. */
static void inspect_open_places_have_the_distance_of_addresses(void **state)
{
	static const char source[] =
		"#include <stdio.h>\n"
		"static const char name[] __attribute__((used)) = \"distance-name\";\n"
		"void site(void);\n"
		"__asm__(\".globl site\\nsite: 990: nop\\nret\\n\"\n"
		"\".pushsection .note.stapsdt,\\\"\\\",@note\\n.balign 4\\n.4byte 8,2f-1f,3\\n\"\n"
		"\".asciz \\\"stapsdt\\\"\\n1: .8byte 990b,0,0\\n\"\n"
		"\".asciz \\\"x\\\"\\n.asciz \\\"y\\\"\\n.asciz \\\"\\\"\\n2: .balign 4\\n\"\n"
		"\".popsection\\n\");\n"
		"int main(void) { printf(\"%ld\", name - (char *)site); return 0; }\n";
	struct inspection *inspection;
	char text[32] = "";
	FILE *program;
	long distance;

	(void)state;
	assert_int_equal(builder_compile("distance", "gcc", "-O2", source), 0);
	program = popen(builder_path("distance"), "r");
	assert_non_null(program);
	assert_non_null(fgets(text, sizeof(text), program));
	pclose(program);
	inspection = look("distance");
	distance = (long)place_of("distance", inspection, "distance-name") -
		   (long)site_of(inspection, "x", "y")->place;
	assert_int_equal(distance, strtol(text, NULL, 10));
	inspection_free(inspection);
}

static void inspect_open_foreign_usdt_is_listed(void **state)
{
	static const char source[] = "#define _SDT_HAS_SEMAPHORES 1\n"
				     "unsigned short other_on_semaphore "
				     "__attribute__((section(\".probes\")));\n"
				     "#include <sys/sdt.h>\n"
				     "int main(int c, char **v)\n"
				     "{ STAP_PROBE2(other, on, c, v); return 0; }\n";
	struct inspection *inspection;
	const struct inspect_site *site;

	(void)state;
	if (builder_compile("sdt", "gcc", "-O2", source)) {
		print_message("sys/sdt.h is missing (systemtap-sdt-dev)\n");
		skip();
	}
	inspection = look("sdt");
	site = site_of(inspection, "other", "on");
	assert_int_equal(site->marker, -1);
	assert_false(site->is_own_layout);
	assert_int_equal(site->cost, INSPECT_COST_NOP);
	assert_int_equal(site->reason, INSPECT_USABLE);
	assert_int_not_equal(site->semaphore_offset, 0);
	assert_non_null(strchr(site->arguments, '@'));
	inspection_free(inspection);
}

/* ld.lld maps the end of one writable segment and the start of the next from one file page. */
static void inspect_open_shared_semaphore_page_is_told(void **state)
{
	static const char source[] = "#define _SDT_HAS_SEMAPHORES 1\n"
				     "unsigned short other_on_semaphore "
				     "__attribute__((section(\".probes\")));\n"
				     "#include <sys/sdt.h>\n"
				     "int main(int c, char **v)\n"
				     "{ STAP_PROBE2(other, on, c, v); return 0; }\n";
	struct inspection *inspection;

	(void)state;
	if (builder_compile("shared", "clang", "-O2 -fuse-ld=lld", source)) {
		print_message("clang, ld.lld or sys/sdt.h is missing\n");
		skip();
	}
	inspection = look("shared");
	assert_int_equal(site_of(inspection, "other", "on")->reason, INSPECT_SHARED_PAGE);
	inspection_free(inspection);
	assert_int_equal(builder_compile("apart", "clang",
					 "-O2 -fuse-ld=lld -Wl,-z,separate-loadable-segments",
					 source),
			 0);
	inspection = look("apart");
	assert_int_equal(site_of(inspection, "other", "on")->reason, INSPECT_USABLE);
	inspection_free(inspection);
}

/* One note of each kind of lie, before one that is true. */
#define NOTE(location, semaphore, strings)                                            \
	".balign 4\\n.4byte 8,2f-1f,3\\n.asciz \\\"stapsdt\\\"\\n1: .8byte " location \
	",0," semaphore "\\n" strings "2: .balign 4\\n"
#define STRINGS(name) ".asciz \\\"lies\\\"\\n.asciz \\\"" name "\\\"\\n.asciz \\\"\\\"\\n"

static const char lies_source[] =
	"int data = 5;\n"
	"char in_bss[64];\n"
	"void site(void);\n"
	"__asm__(\".text\\n.globl site\\nsite: nop\\nret\\n.byte 0x2e,0x90,"
	"0x66,0x2e,0x0f,0x1f,0x84,0,0,0,0,0\\n\"\n"
	"\".pushsection .note.stapsdt,\\\"\\\",@note\\n" NOTE("0", "0", STRINGS("dropped")) NOTE(
		"0x7fffffffffff", "0",
		STRINGS("beyond")) NOTE("data", "0",
					STRINGS("in_data")) NOTE("site+2", "0",
								 STRINGS("prefixed_nop"))
		NOTE("site+4", "0", STRINGS("long_nop")) NOTE(
			"site", "site",
			STRINGS("semaphore_in_code")) NOTE("site", "in_bss",
							   STRINGS("semaphore_in_bss"))
			NOTE("site", "0xfffffffffffffff0", STRINGS("semaphore_beyond")) NOTE(
				"site", "0",
				".ascii \\\"unterminated\\\"\\n") NOTE("site", "0",
								       ".asciz \\\"\\\"\\n.asciz "
								       "\\\"n\\\"\\n.asciz "
								       "\\\"\\\"\\n")
				NOTE("site", "0",
				     ".asciz \\\"a\\\\033b\\\"\\n.asciz \\\"n\\\"\\n.asciz "
				     "\\\"\\\"\\n")
					NOTE("site", "data",
					     STRINGS("true")) ".4byte "
							      "0xffffffff,0xffffffff,3\\n.asciz "
							      "\\\"stapsdt\\\"\\n.8byte 1,2,3\\n"
							      "\"\n\".popsection\\n\");\n"
							      "int main(void) { return 0; }\n";

static void inspect_open_lying_notes_are_told_apart(void **state)
{
	struct inspection *inspection;

	(void)state;
	assert_int_equal(builder_compile("lies", "gcc", "-O0 -no-pie", lies_source), 0);
	inspection = look("lies");
#define REASON(name) site_of(inspection, "lies", name)->reason
	assert_int_equal(REASON("dropped"), INSPECT_OUTSIDE_CODE);
	assert_int_equal(REASON("beyond"), INSPECT_OUTSIDE_CODE);
	assert_int_equal(REASON("in_data"), INSPECT_OUTSIDE_CODE);
	assert_int_equal(REASON("prefixed_nop"), INSPECT_BAD_INSTRUCTION);
	assert_int_equal(REASON("long_nop"), INSPECT_REPLACED_NOP);
	assert_int_equal(REASON("semaphore_in_code"), INSPECT_OUTSIDE_DATA);
	assert_int_equal(REASON("semaphore_in_bss"), INSPECT_OUTSIDE_DATA);
	assert_int_equal(REASON("semaphore_beyond"), INSPECT_OUTSIDE_DATA);
	assert_int_equal(REASON("true"), INSPECT_USABLE);
#undef REASON
	assert_int_equal(inspection->site_count, 9);
	assert_int_equal(inspection->site_total, 12); /* the last, endless one cannot be counted */
	inspection_free(inspection);
}

static void inspect_open_many_notes_are_counted(void **state)
{
	static const char source[] =
		"__asm__(\"site: nop\\nret\\n.pushsection .note.stapsdt,\\\"\\\",@note\\n\"\n"
		"\".rept 5000\\n.balign 4\\n.4byte 8,30,3\\n.asciz \\\"stapsdt\\\"\\n\"\n"
		"\".8byte site,0,0\\n.asciz \\\"a\\\"\\n.asciz \\\"bb\\\"\\n.asciz \\\"\\\"\\n\"\n"
		"\".balign 4\\n.endr\\n.popsection\\n\");\n"
		"int main(void) { return 0; }\n";
	struct inspection *inspection;

	(void)state;
	assert_int_equal(builder_compile("many", "gcc", "-O0 -no-pie", source), 0);
	inspection = look("many");
	assert_int_equal(inspection->site_count, INSPECT_SITES);
	assert_int_equal(inspection->site_total, 5000);
	inspection_free(inspection);
}

static void inspect_open_equal_literals_of_two_units_are_aliases(void **state)
{
	static const char other[] =
		"#include <telprobe.h>\n"
		"void end(void)\n"
		"{ TELPROBE_COMMAND_END(\"alpha-command\", TELPROBE_OK, 0, 0); }\n";
	struct inspection *inspection;
	char first[INSPECT_NAME], again[INSPECT_NAME];
	int fd, found = 0;

	(void)state;
	assert_int_equal(builder_write("other.c", other, strlen(other), 0644), 0);
	assert_int_equal(builder_compile("units", "gcc", "-O0", marker_source), 0);
	assert_int_equal(builder_run("gcc -O0 -Iinclude %s/units.c %s/other.c -o %s/units",
				     builder_directory, builder_directory, builder_directory),
			 0);
	inspection = look("units");
	fd = builder_open("units");
	for (size_t i = 0; i < inspection->alias_count; i++) {
		assert_true(inspection->aliases[i].first < inspection->aliases[i].place);
		assert_int_equal(inspect_text(fd, inspection->aliases[i].place, again), 0);
		assert_int_equal(inspect_text(fd, inspection->aliases[i].first, first), 0);
		assert_string_equal(first, again);
		found += strcmp(first, "alpha-command") == 0;
	}
	assert_int_equal(found, 1);
	close(fd);
	inspection_free(inspection);
}

/* Behind a number there is no NUL: 1e6 ends in 0x41, which is 'A'. */
static void inspect_open_alias_behind_a_number_is_found(void **state)
{
	static const char source[] =
		"#include <telprobe.h>\n"
		"__asm__(\".pushsection .rodata\\n.balign 8\\n.asciz \\\"behind-me\\\"\\n\"\n"
		"\".balign 8\\n.8byte 0x412e848000000000\\n.asciz \\\"behind-me\\\"\\n\"\n"
		"\".8byte 0x4000000000000000\\n.asciz \\\"behind-me\\\"\\n\"\n"
		"\".asciz \\\"not behind-me\\\"\\n.popsection\\n\");\n"
		"int main(void) { TELPROBE_COMMAND_BEGIN(\"a1\", 0, 0, 0); return 0; }\n";
	struct inspection *inspection;
	char text[INSPECT_NAME];
	int fd, found = 0;

	(void)state;
	assert_int_equal(builder_compile("number", "gcc", "-O0", source), 0);
	inspection = look("number");
	fd = builder_open("number");
	for (size_t i = 0; i < inspection->alias_count; i++)
		if (!inspect_text(fd, inspection->aliases[i].place, text))
			found += strcmp(text, "behind-me") == 0;
	assert_int_equal(found, 2);
	close(fd);
	inspection_free(inspection);
}

static void inspect_open_stripped_of_sections_finds_loaded_notes(void **state)
{
	static const unsigned char zero[8];
	struct inspection *inspection;
	int fd;

	(void)state;
	assert_int_equal(builder_compile("bare", "gcc", "-O2", marker_source), 0);
	fd = open(builder_path("bare"), O_RDWR | O_CLOEXEC);
	assert_int_equal(pwrite(fd, zero, 8, offsetof(Elf64_Ehdr, e_shoff)), 8);
	close(fd);
	inspection = look("bare");
	assert_int_equal(inspection->site_total, 0); /* its notes are in no segment */
	assert_int_not_equal(inspection->build_id_bytes, 0);
	inspection_free(inspection);
}

static void inspect_open_other_files_are_refused(void **state)
{
	static const char script[] = "#!/bin/sh\nexit 0\n";
	int fd = open("/tmp", O_RDONLY | O_CLOEXEC);
	struct inspection *inspection = NULL;
	int ends[2];

	(void)state;
	assert_int_equal(builder_write("empty", "", 0, 0755), 0);
	assert_int_equal(look_fails("empty"), -ENOEXEC);
	assert_int_equal(builder_write("script", script, strlen(script), 0755), 0);
	assert_int_equal(look_fails("script"), -ENOEXEC);
	assert_int_equal(inspect_open(fd, &inspection, NULL), -ENOEXEC);
	close(fd);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(inspect_open(ends[0], &inspection, NULL), -ENOEXEC);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(builder_compile("object", "gcc", "-c", marker_source), 0);
	assert_int_equal(look_fails("object"), -ENOTSUP);
	assert_int_equal(builder_compile("bits32", "gcc", "-m32 -nostdlib -static -Wl,-emain",
					 "int main(void) { return 0; }"),
			 0);
	assert_int_equal(look_fails("bits32"), -ENOTSUP);
}

static void inspect_open_cut_file_is_damaged(void **state)
{
	(void)state;
	assert_int_equal(builder_compile("cut", "gcc", "-O2", marker_source), 0);
	assert_int_equal(truncate(builder_path("cut"), 8000), 0);
	assert_int_equal(look_fails("cut"), -EBADMSG);
	assert_int_equal(truncate(builder_path("cut"), 100), 0);
	assert_int_equal(look_fails("cut"), -EBADMSG);
	assert_int_equal(truncate(builder_path("cut"), 30), 0);
	assert_int_equal(look_fails("cut"), -EBADMSG);
}

static void inspect_text_only_constants_count(void **state)
{
	static const char source[] =
		"char writable[] = \"writable-text\";\n"
		"const char longest[] = "
		"\"123456789012345678901234567890123456789012345678901234567890123\";\n"
		"const char too_long[] = "
		"\"1234567890123456789012345678901234567890123456789012345678901234\";\n"
		"const char any[] = \"a b\\n\";\n"
		"int main(int c, char **v) { return writable[c] + longest[c] + too_long[c] + "
		"any[c]; }\n";
	struct inspection *inspection;
	char text[INSPECT_NAME] = "untouched";
	uint32_t place;
	int fd;

	(void)state;
	assert_int_equal(builder_compile("text", "gcc", "-O0", source), 0);
	inspection = look("text");
	fd = builder_open("text");
	assert_int_equal(place_of("text", inspection, "writable-text"), 0);
	assert_int_not_equal(place_of("text", inspection, "a b\n"), 0);
	place = place_of("text", inspection,
			 "123456789012345678901234567890123456789012345678901234567890123");
	assert_int_not_equal(place, 0);
	assert_int_equal(inspect_text(fd, place + 60, text), 0);
	assert_string_equal(text, "123"); /* linkers merge tails */
	place = place_of("text", inspection,
			 "23456789012345678901234567890123456789012345678901234567890123"
			 "4");
	assert_int_equal(inspect_text(fd, place - 1, text), -E2BIG);
	assert_int_equal(inspect_text(fd, TP_PLACE_ABSENT, text), -ENOENT);
	assert_int_equal(inspect_text(fd, TP_PLACE_UNDECLARED, text), -ENOENT);
	assert_int_equal(inspect_text(fd, inspection->image_bytes, text), -ENOENT);
	assert_string_equal(text, "123");
	close(fd);
	inspection_free(inspection);
}

static void inspect_texts_exist_for_each_value(void **state)
{
	(void)state;
	for (int i = 0; i < INSPECT_REASONS; i++)
		assert_true(strlen(inspect_reason_text((enum inspect_reason)i)) > 5);
	for (int i = 0; i < INSPECT_COSTS; i++)
		assert_true(strlen(inspect_cost_text((enum inspect_cost)i)) > 5);
	assert_string_equal(inspect_reason_text((enum inspect_reason)99), "unknown reason");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inspect_open_every_build_finds_markers),
		cmocka_unit_test(inspect_open_library_is_not_executable),
		cmocka_unit_test(inspect_open_tells_build_id),
		cmocka_unit_test(inspect_open_places_have_the_distance_of_addresses),
		cmocka_unit_test(inspect_open_foreign_usdt_is_listed),
		cmocka_unit_test(inspect_open_shared_semaphore_page_is_told),
		cmocka_unit_test(inspect_open_lying_notes_are_told_apart),
		cmocka_unit_test(inspect_open_many_notes_are_counted),
		cmocka_unit_test(inspect_open_equal_literals_of_two_units_are_aliases),
		cmocka_unit_test(inspect_open_alias_behind_a_number_is_found),
		cmocka_unit_test(inspect_open_stripped_of_sections_finds_loaded_notes),
		cmocka_unit_test(inspect_open_other_files_are_refused),
		cmocka_unit_test(inspect_open_cut_file_is_damaged),
		cmocka_unit_test(inspect_text_only_constants_count),
		cmocka_unit_test(inspect_texts_exist_for_each_value),
	};

	return cmocka_run_group_tests(tests, builder_setup, builder_teardown);
}
