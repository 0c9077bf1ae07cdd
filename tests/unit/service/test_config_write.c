/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/privacy/directory.h"

#include "service/config_write.h"

static void expect(struct directory *directory, const char *name, const char *text)
{
	char found[512] = "";

	directory_read(directory, name, found, sizeof(found) - 1);
	assert_string_equal(found, text);
	assert_false(directory_has(directory, ".telprobe.yaml.new"));
	assert_false(directory_has(directory, "targets.d/.x.yaml.new"));
}

static int set(struct directory *directory, const char *target, const char *key, const char *value)
{
	struct config_change change = { .directory = directory->path, .target = target };

	return config_write_key(&change, key, &value, value ? 1 : 0, &directory->error);
}

static int add(struct directory *directory, const char *target, const char *text)
{
	struct config_change change = { .directory = directory->path, .target = target };

	return config_write_target(&change, text, &directory->error);
}

static void write_text(struct directory *directory, const char *name, const char *text)
{
	directory_write(directory, name, text, strlen(text));
}

static void config_write_key_makes_the_file_and_changes_it(void **state)
{
	struct directory *directory = *state;
	struct stat status;

	assert_int_equal(set(directory, NULL, "ring_mb", "8"), 0);
	expect(directory, "telprobe.yaml", "ring_mb: 8\n");
	assert_int_equal(stat(directory_path(directory, "telprobe.yaml"), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0644);
	assert_int_equal(chmod(directory_path(directory, "telprobe.yaml"), 0600), 0);
	assert_int_equal(set(directory, NULL, "ring_mb", "16"), 0);
	expect(directory, "telprobe.yaml", "ring_mb: 16\n");
	assert_int_equal(stat(directory_path(directory, "telprobe.yaml"), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(set(directory, NULL, "ring_mb", NULL), 0);
	assert_int_equal(set(directory, NULL, "ring_mb", NULL), -ENOENT);
	assert_non_null(strstr(directory->error.hint, "its default holds"));
}

static void config_write_key_refuses_what_the_reader_would(void **state)
{
	static const struct {
		const char *key, *value, *words;
	} bad[] = {
		{ "ring_mb", "65", "telprobe.yaml:2: 'ring_mb' must be" },
		{ "ring_mb", "8 MB", "must be a whole number" },
		{ "enabled", "maybe", "must be true or false" },
		{ "level_max", "loud", "must be off, basic" },
		{ "rin_mb", "8", "unknown key 'rin_mb'" },
	};
	struct directory *directory = *state;
	size_t i;

	write_text(directory, "telprobe.yaml", "# ours\nring_mb: 8\n");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(set(directory, NULL, bad[i].key, bad[i].value), -EINVAL);
		if (!strstr(directory->error.what, bad[i].words))
			fail_msg("%zu: %s", i, directory->error.what);
		assert_true(directory->error.hint[0]);
		expect(directory, "telprobe.yaml", "# ours\nring_mb: 8\n");
	}
}

static void config_write_key_refuses_files_that_are_not_believed(void **state)
{
	struct directory *directory = *state;

	write_text(directory, "elsewhere", "ring_mb: 8\n");
	assert_int_equal(symlink("elsewhere", directory_path(directory, "telprobe.yaml")), 0);
	assert_int_equal(set(directory, NULL, "ring_mb", "4"), -EINVAL);
	expect(directory, "elsewhere", "ring_mb: 8\n");
	assert_int_equal(unlink(directory_path(directory, "telprobe.yaml")), 0);
	assert_int_equal(mkfifo(directory_path(directory, "telprobe.yaml"), 0600), 0);
	assert_int_equal(set(directory, NULL, "ring_mb", "4"), -EINVAL);
	assert_int_equal(unlink(directory_path(directory, "telprobe.yaml")), 0);
	/* a link where the new file is written is removed, not followed */
	assert_int_equal(symlink("elsewhere", directory_path(directory, ".telprobe.yaml.new")), 0);
	assert_int_equal(set(directory, NULL, "ring_mb", "4"), 0);
	expect(directory, "telprobe.yaml", "ring_mb: 4\n");
	expect(directory, "elsewhere", "ring_mb: 8\n");
	assert_int_equal(chmod(directory->path, 0777), 0);
	assert_int_equal(set(directory, NULL, "ring_mb", "5"), -EACCES);
	expect(directory, "telprobe.yaml", "ring_mb: 4\n");
}

static void config_write_target_once_and_for_paths_of_its_own(void **state)
{
	struct directory *directory = *state;
	struct config_change change = { .directory = directory->path, .target = "x" };

	assert_int_equal(add(directory, "x", "paths: /bin/x\n"), 0);
	expect(directory, "targets.d/x.yaml", "paths: /bin/x\n");
	assert_int_equal(add(directory, "x", "paths: /bin/y\n"), -EEXIST);
	assert_int_equal(add(directory, "z", "paths: [/bin/y, /bin/x]\n"), -EINVAL);
	assert_non_null(strstr(directory->error.what, "z.yaml:1: '/bin/x' belongs to target 'x'"));
	assert_non_null(strstr(directory->error.what, "x.yaml:1"));
	assert_false(directory_has(directory, "targets.d/z.yaml"));
	assert_int_equal(add(directory, "../x", "paths: /bin/y\n"), -EINVAL);
	assert_int_equal(add(directory, "z", "pths: /bin/y\n"), -EINVAL);
	assert_int_equal(set(directory, "x", "policy", "locked"), 0);
	expect(directory, "targets.d/x.yaml", "paths: /bin/x\npolicy: locked\n");
	assert_int_equal(set(directory, "x", "level", "full"), -EINVAL);
	expect(directory, "targets.d/x.yaml", "paths: /bin/x\npolicy: locked\n");
	assert_int_equal(set(directory, "y", "policy", "locked"), -ENOENT);
	assert_non_null(strstr(directory->error.what, "there is no target 'y'"));
	assert_non_null(strstr(directory->error.hint, "targets add y PATH"));
	assert_int_equal(config_write_removal(&change, &directory->error), 0);
	assert_false(directory_has(directory, "targets.d/x.yaml"));
	assert_int_equal(config_write_removal(&change, &directory->error), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(config_write_key_makes_the_file_and_changes_it),
		TEST(config_write_key_refuses_what_the_reader_would),
		TEST(config_write_key_refuses_files_that_are_not_believed),
		TEST(config_write_target_once_and_for_paths_of_its_own),
	};

	return cmocka_run_group_tests_name("service/config_write", tests, NULL, NULL);
}
