/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/privacy/directory.h"

#include "service/target_file.h"

/* @pattern, @path: below the directory. Return: what is read of the file, negative errno. */
static int first_byte(struct directory *directory, const char *pattern, const char *path)
{
	struct stat status = { 0 };
	char byte = 0;
	int fd = target_file_open(directory_path(directory, pattern),
				  directory_path(directory, path), &status, &directory->error);

	if (fd < 0)
		return fd;
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(read(fd, &byte, 1), 1);
	close(fd);
	return byte;
}

static void make(const struct directory *directory, const char *name)
{
	assert_int_equal(mkdir(directory_path(directory, name), 0755), 0);
}

static void make_link(const struct directory *directory, const char *to, const char *name)
{
	assert_int_equal(symlink(directory_path(directory, to), directory_path(directory, name)),
			 0);
}

/* host/app: h; layers/one/bin/app: o; layers/two/bin: a link to host */
static void make_layers(const struct directory *directory)
{
	make(directory, "host");
	directory_write(directory, "host/app", "h", 1);
	make(directory, "layers");
	make(directory, "layers/one");
	make(directory, "layers/one/bin");
	directory_write(directory, "layers/one/bin/app", "o", 1);
	make(directory, "layers/two");
	make_link(directory, "host", "layers/two/bin");
}

static void target_file_open_path_follows_links(void **state)
{
	struct directory *directory = *state;

	make_layers(directory);
	make_link(directory, "host/app", "app");
	assert_int_equal(first_byte(directory, "app", "app"), 'h');
	assert_int_equal(first_byte(directory, "layers/two/bin/app", "layers/two/bin/app"), 'h');
}

static void target_file_open_pattern_follows_none(void **state)
{
	struct directory *directory = *state;

	make_layers(directory);
	make_link(directory, "host/app", "layers/one/bin/other");
	assert_int_equal(first_byte(directory, "layers/*/bin/app", "layers/one/bin/app"), 'o');
	assert_int_equal(first_byte(directory, "layers/*/bin/app", "layers/two/bin/app"), -ELOOP);
	assert_non_null(strstr(directory->error.what, "list where it leads"));
	assert_int_equal(first_byte(directory, "layers/one/bin/?ther", "layers/one/bin/other"),
			 -ELOOP);
	assert_int_equal(first_byte(directory, "layers/[a-z]*/bin/app", "layers/two/bin/app"),
			 -ELOOP);
}

static void target_file_open_pattern_follows_links_before_its_first_wildcard(void **state)
{
	struct directory *directory = *state;

	make_layers(directory);
	make_link(directory, "layers", "images");
	assert_int_equal(first_byte(directory, "images/*/bin/app", "images/one/bin/app"), 'o');
	assert_int_equal(first_byte(directory, "images//*/bin//app", "images/one/bin//app"), 'o');
	assert_int_equal(first_byte(directory, "layers/two/bin/a*", "layers/two/bin/app"), 'h');
}

static void target_file_open_other_than_regular_is_refused(void **state)
{
	struct directory *directory = *state;

	make(directory, "there");
	assert_int_equal(mkfifo(directory_path(directory, "fifo"), 0600), 0);
	assert_int_equal(first_byte(directory, "there", "there"), -EINVAL);
	assert_int_equal(first_byte(directory, "f*", "fifo"), -EINVAL);
	assert_int_equal(first_byte(directory, "gone", "gone"), -ENOENT);
	assert_int_equal(first_byte(directory, "g*/gone", "gone/gone"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(target_file_open_path_follows_links),
		TEST(target_file_open_pattern_follows_none),
		TEST(target_file_open_pattern_follows_links_before_its_first_wildcard),
		TEST(target_file_open_other_than_regular_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
