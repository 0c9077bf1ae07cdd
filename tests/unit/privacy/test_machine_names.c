/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/checks.h"

#define YES(check, text) assert_true(check(text, strlen(text)))
#include <sys/stat.h>
#include <unistd.h>

#include "privacy/machine_names.h"
#include "unit/failing_memory.h"
#include "unit/privacy/directory.h"

static const char accounts[] = "root:x:0:0::/root:/bin/sh\n"
			       "sync:x:4:65534::/bin:/bin/sync\n"
			       "Anna:x:1000:1000::/srv/people/anna.smith/:/bin/sh\n"
			       "ubuntu:x:1001:1001::/home/ubuntu:/bin/sh\n"
			       "bo:x:1002:1002::/:/bin/sh\n"
			       "nobody:x:65534:65534::/nonexistent:/bin/false\n";

static void write_text(struct directory *directory, const char *name, const char *text)
{
	FILE *file = fopen(directory_path(directory, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void read_names(struct directory *directory, struct text_list *names)
{
	char homes[300];

	write_text(directory, "passwd", accounts);
	snprintf(homes, sizeof(homes), "%s/home", directory->path);
	assert_int_equal(mkdir(homes, 0755), 0);
	write_text(directory, "home/carla", "");
	write_text(directory, "home/.hidden", "");
	assert_int_equal(machine_names_read(directory_path(directory, "passwd"), homes,
					    "Anvil.example.org", names),
			 0);
}

static void machine_names_read_people_homes_and_host(void **state)
{
	static const char *const wanted[] = { "anna", "anna.smith", "anvil", "anvil.example.org",
					      "bo",   "carla" };
	struct text_list names = { 0 };
	size_t i;

	read_names(*state, &names);
	assert_int_equal(names.count, sizeof(wanted) / sizeof(wanted[0]));
	for (i = 0; i < names.count; i++)
		assert_string_equal(names.items[i], wanted[i]);
	text_list_clear(&names);
}

static void machine_names_read_what_is_missing_has_none(void **state)
{
	struct text_list names = { 0 };
	char host[80];

	(void)state;
	memset(host, 'x', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	assert_int_equal(machine_names_read("/nonexistent/a", "/nonexistent/b", host, &names), 0);
	assert_int_equal(names.count, 0);
	assert_int_equal(machine_names_read("/nonexistent/a", "/nonexistent/b", "", &names), 0);
	assert_int_equal(names.count, 0);
	assert_int_equal(machine_names_collect(&names), 0);
	text_list_clear(&names);
}

static void machine_names_find_between_other_characters(void **state)
{
	static const char *const found[] = { "anna",	 "ANNA",       "report.anna", "anna-laptop",
					     "x_anna_y", "anna.smith", "user:Anvil",  "bo",
					     "anna!x",	 "anna{x" };
	static const char *const others[] = { "annapurna", "savanna", "joanna", "bo.x", "x-bo",
					      "think",	   "",	      "anna7",	"7anna" };
	struct text_list names = { 0 };
	char large[100];
	size_t i;

	assert_false(machine_names_find(&names, "anna", 4));
	read_names(*state, &names);
	for (i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		if (!machine_names_find(&names, found[i], strlen(found[i])))
			fail_msg("'%s' holds a name", found[i]);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (machine_names_find(&names, others[i], strlen(others[i])))
			fail_msg("'%s' holds none", others[i]);
	memset(large, 'x', sizeof(large));
	assert_false(machine_names_find(&names, large, sizeof(large)));
	text_list_clear(&names);
}

static void machine_names_read_without_memory(void **state)
{
	struct text_list names = { 0 };
	struct directory *directory = *state;
	char homes[300], path[300];
	int i, ret = -ENOMEM;

	if (!memory_can_fail())
		skip();
	read_names(directory, &names);
	text_list_clear(&names);
	snprintf(homes, sizeof(homes), "%s/home", directory->path);
	snprintf(path, sizeof(path), "%s/passwd", directory->path);
	for (i = 0; ret; i++) {
		memory_fail_after(i);
		ret = machine_names_read(path, homes, "anvil.x", &names);
		memory_fail_after(-1);
		/* a file that cannot be opened for lack of memory has no names: not all i fail */
		if (!ret && names.count == 6)
			break;
		ret = -ENOMEM;
		text_list_clear(&names);
		assert_true(i < 60);
	}
	text_list_clear(&names);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(machine_names_read_people_homes_and_host),
		TEST(machine_names_read_what_is_missing_has_none),
		TEST(machine_names_find_between_other_characters),
		TEST(machine_names_read_without_memory),
	};

	return cmocka_run_group_tests_name("privacy/machine_names", tests, NULL, NULL);
}
