/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <grp.h>
#include <sys/wait.h>

#include "inspect/programs.h"
#include "unit/inspect/builder.h"

static const char path[] = "/usr/bin:/bin";

#define COMMAND(...) ((const char *const[]){ __VA_ARGS__, NULL })

static int has_path(const struct programs *programs, const char *wanted)
{
	struct stat one, other;

	if (stat(wanted, &one))
		return 0;
	for (size_t i = 0; i < programs->count; i++)
		if (!stat(programs->paths[i], &other) && one.st_ino == other.st_ino &&
		    one.st_dev == other.st_dev)
			return 1;
	return 0;
}

static int has(const struct programs *programs, const char *name)
{
	return has_path(programs, builder_path(name));
}

static struct programs find_with(const char *const argv[], const char *library_path)
{
	struct programs programs = { 0 };
	struct error error = { 0 };

	if (programs_find((char *const *)argv, path, library_path, &programs, &error))
		fail_msg("%s: %s", argv[0], error.what);
	assert_true(programs.count > 0 && programs.count <= PROGRAMS_MAX);
	for (size_t i = 0; i < programs.count; i++)
		assert_int_equal(programs.paths[i][0], '/');
	return programs;
}

static struct programs find(const char *const argv[])
{
	return find_with(argv, NULL);
}

static int find_fails(const char *const argv[], struct error *error)
{
	struct programs programs = { 0 };
	int ret = programs_find((char *const *)argv, path, NULL, &programs, error);

	assert_null(programs.paths);
	assert_int_equal(error->code, ret);
	assert_true(error->what[0] && error->hint[0]);
	return ret;
}

static void programs_find_command_by_path_and_name(void **state)
{
	struct programs programs;

	(void)state;
	programs = find(COMMAND(builder_path("app")));
	assert_string_equal(programs.paths[0], builder_path("app"));
	assert_false(programs.is_script);
	assert_true(programs.count >= 3); /* its loader, libc */
	programs_clear(&programs);
	programs = find(COMMAND("sort"));
	assert_string_equal(programs.paths[0], "/usr/bin/sort");
	programs_clear(&programs);
	assert_int_equal(programs.count, 0);
}

static void programs_find_each_file_once(void **state)
{
	struct programs programs;

	(void)state;
	assert_int_equal(
		builder_run("ln -f %s/app %s/app-again", builder_directory, builder_directory), 0);
	programs =
		find(COMMAND(builder_path("app"), builder_path("app-again"), builder_path("app")));
	for (size_t i = 1; i < programs.count; i++)
		assert_null(strstr(programs.paths[i], "app"));
	programs_clear(&programs);
}

static void programs_find_words_of_arguments(void **state)
{
	char text[512];
	struct programs programs;

	(void)state;
	snprintf(text, sizeof(text), "echo '#no comment'; X=%s/gone %s/app x|(cat)>/dev/null",
		 builder_directory, builder_directory);
	programs = find(COMMAND("timeout", "--foreground", "5", "sh", "-c", text));
	assert_string_equal(programs.paths[0], "/usr/bin/timeout");
	assert_true(has_path(&programs, "/bin/sh"));
	assert_true(has_path(&programs, "/bin/cat"));
	assert_true(has(&programs, "app"));
	assert_false(has(&programs, "gone"));
	assert_false(programs.is_script);
	programs_clear(&programs);
}

static void programs_find_path_with_spaces(void **state)
{
	struct programs programs;

	(void)state;
	assert_int_equal(builder_run("mkdir -p '%s/with space' && cp %s/app '%s/with space/app'",
				     builder_directory, builder_directory, builder_directory),
			 0);
	programs = find(COMMAND("env", builder_path("with space/app")));
	assert_true(has(&programs, "with space/app"));
	programs_clear(&programs);
}

static void write_script(const char *name, const char *first, const char *rest)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s", first, rest);
	assert_int_equal(builder_write(name, text, strlen(text), 0755), 0);
}

static void programs_find_script_interpreter_comes_second(void **state)
{
	struct programs programs;
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "# %s/gone\nif true; then \"%s/app\" --x; fi\n",
		 builder_directory, builder_directory);
	write_script("script", "#! /bin/bash -e\n", text);
	programs = find(COMMAND(builder_path("script")));
	assert_true(programs.is_script);
	assert_string_equal(programs.paths[0], builder_path("script"));
	assert_string_equal(programs.paths[1], "/bin/bash");
	assert_true(has(&programs, "app"));
	assert_false(has(&programs, "gone")); /* only a comment names it */
	programs_clear(&programs);
	write_script("plain", "", text); /* as execvp(): the shell runs it */
	programs = find(COMMAND(builder_path("plain")));
	assert_true(programs.is_script);
	assert_string_equal(programs.paths[1], "/bin/sh");
	assert_true(has(&programs, "app"));
	programs_clear(&programs);
}

static void programs_find_interpreter_by_env(void **state)
{
	struct programs programs;

	(void)state;
	write_script("by-env", "#!/usr/bin/env -S python3 -u\n", "print('x')\n");
	programs = find(COMMAND(builder_path("by-env")));
	assert_string_equal(programs.paths[1], "/usr/bin/env");
	assert_true(has_path(&programs, "/usr/bin/python3"));
	programs_clear(&programs);
}

static void programs_find_script_chain_ends(void **state)
{
	char first[300];
	char name[16];
	struct programs programs;

	(void)state;
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "chain%d", i);
		snprintf(first, sizeof(first), "#!%s/chain%d\n", builder_directory, i + 1);
		write_script(name, first, "");
	}
	write_script("circle", "#!", builder_path("circle"));
	programs = find(COMMAND(builder_path("chain0")));
	assert_true(has(&programs, "chain4"));
	assert_false(has(&programs, "chain7"));
	programs_clear(&programs);
	programs = find(COMMAND(builder_path("circle")));
	assert_int_equal(programs.count, 1);
	programs_clear(&programs);
}

/* app -> libone.so (DT_RUNPATH $ORIGIN/lib) -> libtwo.so (LD_LIBRARY_PATH only) */
static void programs_find_libraries_as_the_loader_does(void **state)
{
	struct programs programs;
	const char *directory = builder_directory;

	(void)state;
	assert_int_equal(builder_run("mkdir -p %s/lib %s/other", directory, directory), 0);
	assert_int_equal(builder_compile("other/libtwo.so", "gcc", "-shared -fPIC",
					 "int two(void) { return 2; }"),
			 0);
	assert_int_equal(
		builder_write("one.c", "int two(void); int one(void) { return two(); }", 46, 0644),
		0);
	assert_int_equal(builder_run("gcc -shared -fPIC %s/one.c -o %s/lib/libone.so -L%s/other "
				     "-ltwo",
				     directory, directory, directory),
			 0);
	assert_int_equal(builder_write("user.c", "int one(void); int main(void) { return one(); }",
				       47, 0644),
			 0);
#define LINK(name, tags)                                                                    \
	builder_run("gcc %s/user.c -o %s/" name " -L%s/lib -lone -Wl,-rpath-link,%s/other " \
		    "-Wl," tags ",-rpath,'$ORIGIN/lib'",                                    \
		    directory, directory, directory, directory)
	assert_int_equal(LINK("runpath", "--enable-new-dtags"), 0);
	assert_int_equal(LINK("rpath", "--disable-new-dtags"), 0);
#undef LINK
	programs = find(COMMAND(builder_path("runpath")));
	assert_true(has(&programs, "lib/libone.so"));
	assert_false(has(&programs, "other/libtwo.so"));
	programs_clear(&programs);
	programs = find_with(COMMAND(builder_path("rpath")), builder_path("other"));
	assert_true(has(&programs, "lib/libone.so"));
	assert_true(has(&programs, "other/libtwo.so"));
	programs_clear(&programs);
	/* DT_RPATH is that of the libraries it loads, too; DT_RUNPATH is not. */
	assert_int_equal(builder_run("cp %s/other/libtwo.so %s/lib/", directory, directory), 0);
	programs = find(COMMAND(builder_path("rpath")));
	assert_true(has(&programs, "lib/libtwo.so"));
	programs_clear(&programs);
	programs = find(COMMAND(builder_path("runpath")));
	assert_false(has(&programs, "lib/libtwo.so"));
	programs_clear(&programs);
}

/* The loader itself is asked what it would load; we must have all of it. */
static void programs_find_agrees_with_ldd(void **state)
{
	static const char *const commands[] = { "ls", "gdb", "python3", "clang" };
	char line[512], library[256];
	size_t compared = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct programs programs = { 0 };
		FILE *ldd;
		if (programs_find((char *const *)COMMAND(commands[i]), path, NULL, &programs, NULL))
			continue;
		snprintf(line, sizeof(line), "ldd %s 2>/dev/null", programs.paths[0]);
		ldd = popen(line, "r");
		assert_non_null(ldd);
		while (fgets(line, sizeof(line), ldd))
			if (sscanf(line, "%*s => %255s (", library) == 1 && library[0] == '/') {
				compared++;
				if (!has_path(&programs, library))
					fail_msg("%s: %s is missing", commands[i], library);
			}
		pclose(ldd);
		programs_clear(&programs);
	}
	assert_true(compared > 0);
}

static void programs_find_refusals_say_why(void **state)
{
	struct error error = { 0 };

	(void)state;
	assert_int_equal(find_fails(COMMAND("no-such-command"), &error), -ENOENT);
	assert_string_equal(error.what, "cannot find 'no-such-command'");
	assert_int_equal(find_fails(COMMAND("/no/such"), &error), -ENOENT);
	assert_int_equal(find_fails(COMMAND(""), &error), -ENOENT);
	assert_int_equal(find_fails(COMMAND(NULL), &error), -ENOENT);
	assert_int_equal(find_fails(COMMAND("/tmp"), &error), -EACCES);
	assert_int_equal(builder_write("data", "x", 1, 0644), 0);
	assert_int_equal(find_fails(COMMAND(builder_path("data")), &error), -EACCES);
}

/* As the user for whom root looks: what he may execute but not read has no known markers. */
static void programs_find_unreadable_command_is_refused(void **state)
{
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(builder_run("cp %s/app %s/secret && chmod 0111 %s/secret",
				     builder_directory, builder_directory, builder_directory),
			 0);
	child = fork();
	if (child == 0) {
		struct programs programs = { 0 };
		struct error error = { 0 };
		int ret;

		if (geteuid() == 0 && (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
				       setresuid(65534, 65534, 65534)))
			_exit(9);
		ret = programs_find((char *const *)COMMAND(builder_path("secret")), path, NULL,
				    &programs, &error);
		if (ret != -EACCES || !strstr(error.what, "cannot read") || !error.hint[0])
			_exit(1);
		ret = programs_find((char *const *)COMMAND("env", builder_path("secret")), path,
				    NULL, &programs, &error);
		_exit(ret ? 2 : 0); /* elsewhere it is only left out */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void programs_find_many_words_are_bounded(void **state)
{
	static char text[1 << 20];
	struct programs programs;
	size_t used = 0;

	(void)state;
	for (int i = 0; used < sizeof(text) - 32; i++)
		used += (size_t)snprintf(text + used, 32, "word%d /bin/w%d ", i, i);
	programs = find(COMMAND("echo", text));
	assert_true(programs.count < 10);
	programs_clear(&programs);
}

static int setup(void **state)
{
	if (builder_setup(state))
		return -1;
	return builder_compile("app", "gcc", "-O2", "int main(void) { return 0; }");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_find_command_by_path_and_name),
		cmocka_unit_test(programs_find_each_file_once),
		cmocka_unit_test(programs_find_words_of_arguments),
		cmocka_unit_test(programs_find_path_with_spaces),
		cmocka_unit_test(programs_find_script_interpreter_comes_second),
		cmocka_unit_test(programs_find_interpreter_by_env),
		cmocka_unit_test(programs_find_script_chain_ends),
		cmocka_unit_test(programs_find_libraries_as_the_loader_does),
		cmocka_unit_test(programs_find_agrees_with_ldd),
		cmocka_unit_test(programs_find_refusals_say_why),
		cmocka_unit_test(programs_find_unreadable_command_is_refused),
		cmocka_unit_test(programs_find_many_words_are_bounded),
	};

	return cmocka_run_group_tests(tests, setup, builder_teardown);
}
