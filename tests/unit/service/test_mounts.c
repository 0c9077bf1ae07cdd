/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/privacy/directory.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "service/mounts.h"

static dev_t device_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_dev;
}

static void write_table(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void mounts_are_lasting_root_is(void **state)
{
	struct mounts *mounts = mounts_open("/nowhere/fstab");

	(void)state;
	assert_true(mounts_are_lasting(mounts, device_of("/")));
	mounts_close(mounts);
}

static void mounts_are_lasting_only_what_the_table_mounts_at_boot(void **state)
{
	struct directory *directory = *state;
	const char *table = directory_path(directory, "fstab");
	struct mounts *mounts;

	write_table(table, "x /proc proc noauto 0 0\nserver:/ /sys nfs defaults 0 0\n");
	mounts = mounts_open(table);
	assert_false(mounts_are_lasting(mounts, device_of("/proc")));
	assert_false(mounts_are_lasting(mounts, device_of("/sys")));
	mounts_close(mounts);
	write_table(table, "x /proc proc defaults 0 0\n");
	mounts = mounts_open(table);
	assert_true(mounts_are_lasting(mounts, device_of("/proc")));
	assert_false(mounts_are_lasting(mounts, device_of("/sys")));
	mounts_close(mounts);
}

/* There may be thousands of files, and an entry of the table costs a look at its directory. */
static void mounts_are_lasting_the_table_is_read_once(void **state)
{
	struct directory *directory = *state;
	const char *table = directory_path(directory, "fstab");
	struct mounts *mounts;

	write_table(table, "x /proc proc defaults 0 0\n");
	mounts = mounts_open(table);
	assert_true(mounts_are_lasting(mounts, device_of("/proc")));
	write_table(table, "");
	assert_true(mounts_are_lasting(mounts, device_of("/proc")));
	mounts_close(mounts);
}

/* 77: this process may not mount anything */
static int mount_and_ask(const char *table)
{
	struct mounts *mounts;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 77;
	mounts = mounts_open(table);
	if (!mounts_are_lasting(mounts, device_of("/proc")))
		return 1;
	write_table(table, "");
	if (mount("none", "/tmp", "tmpfs", 0, NULL))
		return 77;
	return mounts_are_lasting(mounts, device_of("/proc")) ? 2 : 0;
}

static void mounts_are_lasting_the_table_is_read_after_a_mount(void **state)
{
	struct directory *directory = *state;
	const char *table = directory_path(directory, "fstab");
	int status;
	pid_t pid;

	write_table(table, "x /proc proc defaults 0 0\n");
	pid = fork();
	if (pid == 0)
		_exit(mount_and_ask(table));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 77) {
		print_message("no mount namespace for this user\n");
		skip();
	}
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mounts_are_lasting_root_is),
		cmocka_unit_test_setup_teardown(
			mounts_are_lasting_only_what_the_table_mounts_at_boot, directory_setup,
			directory_teardown),
		cmocka_unit_test_setup_teardown(mounts_are_lasting_the_table_is_read_once,
						directory_setup, directory_teardown),
		cmocka_unit_test_setup_teardown(mounts_are_lasting_the_table_is_read_after_a_mount,
						directory_setup, directory_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
