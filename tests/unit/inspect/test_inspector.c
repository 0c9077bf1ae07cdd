/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "inspect/inspector.h"
#include "inspect/inspector_child.h"
#include "inspect/inspector_link.h"
#include "lib/clock.h"
#include "telprobe/record.h"
#include "unit/inspect/alpha.h"

static struct inspector *start(void)
{
	struct inspector *inspector = NULL;
	struct error error = { 0 };

	if (inspector_new(&inspector, &error))
		fail_msg("%s", error.what);
	return inspector;
}

static void inspector_look_equals_inspect_open(void **state)
{
	struct inspector *inspector = start();
	struct inspection *direct = NULL, *asked = NULL;
	int fd = builder_open("app");

	(void)state;
	assert_int_equal(inspect_open(fd, &direct, NULL), 0);
	assert_int_equal(inspector_look(inspector, fd, &asked, NULL), 0);
	assert_int_equal(asked->site_count, 2);
	assert_int_equal(asked->site_count, direct->site_count);
	assert_memory_equal(asked->sites, direct->sites,
			    direct->site_count * sizeof(direct->sites[0]));
	assert_int_equal(asked->image_bytes, direct->image_bytes);
	assert_int_equal(asked->code_start, direct->code_start);
	assert_int_equal(asked->alias_count, direct->alias_count);
	assert_memory_equal(asked->build_id, direct->build_id, sizeof(direct->build_id));
	inspection_free(direct);
	inspection_free(asked);
	close(fd);
	inspector_free(inspector);
}

static void inspector_look_large_answers_come_whole(void **state)
{
	static const char many[] =
		"#include <telprobe.h>\n"
		"__asm__(\"site: nop\\nret\\n.pushsection .note.stapsdt,\\\"\\\",@note\\n\"\n"
		"\".rept 4095\\n.balign 4\\n.4byte 8,30,3\\n.asciz \\\"stapsdt\\\"\\n\"\n"
		"\".8byte site,0,0\\n.asciz \\\"a\\\"\\n.asciz \\\"bb\\\"\\n.asciz \\\"\\\"\\n\"\n"
		"\".balign 4\\n.endr\\n.popsection\\n\");\n"
		"__asm__(\".pushsection .rodata\\n.rept 5000\\n.asciz \\\"again\\\"\\n.endr\\n\"\n"
		"\".popsection\\n\");\n"
		"int main(void) { TELPROBE_COMMAND_BEGIN(\"x\", 0, 0, 0); return 0; }\n";
	struct inspector *inspector = start();
	struct inspection *asked = NULL;
	int fd;

	(void)state;
	assert_int_equal(builder_compile("many", "gcc", "-O0 -no-pie", many), 0);
	fd = builder_open("many");
	assert_int_equal(inspector_look(inspector, fd, &asked, NULL), 0);
	assert_int_equal(asked->site_count, INSPECT_SITES);
	assert_string_equal(asked->sites[0].name, "bb");
	assert_string_equal(asked->sites[INSPECT_SITES - 2].name, "bb");
	assert_string_equal(asked->sites[INSPECT_SITES - 1].name, "command_begin");
	assert_int_equal(asked->alias_count, INSPECT_ALIASES);
	assert_true(asked->aliases[INSPECT_ALIASES - 1].place > asked->aliases[0].place);
	inspection_free(asked);
	close(fd);
	inspector_free(inspector);
}

static void inspector_look_errors_are_those_of_the_file(void **state)
{
	struct inspector *inspector = start();
	struct inspection *asked = NULL;
	struct error error = { 0 };
	int fd;

	(void)state;
	assert_int_equal(builder_write("text", "hello", 5, 0644), 0);
	fd = builder_open("text");
	assert_int_equal(inspector_look(inspector, fd, &asked, &error), -ENOEXEC);
	assert_string_equal(error.what, "not an ELF file");
	assert_null(asked);
	close(fd);
	assert_int_equal(inspector_look(inspector, 9999, &asked, &error), -EBADF);
	fd = builder_open("app"); /* and it goes on */
	assert_int_equal(inspector_look(inspector, fd, &asked, &error), 0);
	inspection_free(asked);
	close(fd);
	inspector_free(inspector);
}

static void inspector_text_of_kept_files_only(void **state)
{
	struct inspector *inspector = start();
	uint32_t place = find_place("app");
	char text[INSPECT_NAME] = "untouched";
	int fd = builder_open("app");

	(void)state;
	assert_int_equal(inspector_text(inspector, 7, place, text), -ENOENT);
	assert_int_equal(inspector_keep(inspector, 0, fd, NULL), -EINVAL);
	assert_int_equal(inspector_keep(inspector, TP_OBJECTS, fd, NULL), -EINVAL);
	assert_int_equal(inspector_keep(inspector, TP_OBJECTS - 1, fd, NULL), 0);
	assert_int_equal(inspector_keep(inspector, 7, fd, NULL), 0);
	close(fd);
	assert_string_equal(text, "untouched");
	assert_int_equal(inspector_text(inspector, 7, place, text), 0);
	assert_string_equal(text, "alpha-command");
	assert_int_equal(inspector_text(inspector, TP_OBJECTS - 1, place, text), 0);
	inspector_drop(inspector, 7);
	assert_int_equal(inspector_text(inspector, 7, place, text), -ENOENT);
	assert_int_equal(inspector_text(inspector, UINT16_MAX, place, text), -ENOENT);
	inspector_free(inspector);
}

static void inspector_text_survives_the_child(void **state)
{
	struct inspector *inspector = start();
	uint32_t place = find_place("app");
	pid_t child = child_of(getpid());
	char text[INSPECT_NAME];
	int fd = builder_open("app");

	(void)state;
	assert_int_equal(inspector_keep(inspector, 3, fd, NULL), 0);
	close(fd);
	assert_true(child > 0);
	assert_int_equal(kill(child, SIGKILL), 0);
	while (!kill(child, 0) && child_of(getpid()) == child) {
		siginfo_t info = { 0 };

		if (!waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid)
			break;
	}
	assert_int_equal(inspector_text(inspector, 3, place, text), 0);
	assert_string_equal(text, "alpha-command");
	assert_int_not_equal(child_of(getpid()), child);
	inspector_free(inspector);
	assert_int_equal(child_of(getpid()), 0);
}

/* A stand-in for a file that took its reader over: the child says nothing any more. */
static void inspector_text_a_silent_child_is_not_asked_again(void **state)
{
	struct inspector *inspector = start();
	struct inspection *asked = NULL;
	int fd = builder_open("app"), i;
	char text[INSPECT_NAME];
	int64_t began_ms;

	(void)state;
	assert_int_equal(inspector_keep(inspector, 3, fd, NULL), 0);
	assert_int_equal(kill(child_of(getpid()), SIGSTOP), 0);
	began_ms = clock_monotonic_ms();
	assert_int_equal(inspector_text(inspector, 3, 0, text), -ETIMEDOUT);
	for (i = 0; i < 1000; i++)
		assert_int_equal(inspector_text(inspector, 3, 0, text), -EAGAIN);
	assert_true(clock_monotonic_ms() - began_ms < 8000);
	assert_int_equal(inspector_look(inspector, fd, &asked, NULL), 0); /* by another child */
	inspection_free(asked);
	close(fd);
	inspector_free(inspector);
}

/* A stand-in for a file that kills its reader: the child is stopped, asked, and killed. */
static void inspector_look_child_dies_in_the_middle(void **state)
{
	struct inspector *inspector = start();
	struct inspection *asked = NULL;
	struct error error = { 0 };
	pid_t child = child_of(getpid()), killer;
	int fd = builder_open("app");

	(void)state;
	assert_int_equal(kill(child, SIGSTOP), 0);
	killer = fork();
	if (killer == 0) {
		usleep(100000);
		kill(child, SIGKILL);
		_exit(0);
	}
	assert_int_equal(inspector_look(inspector, fd, &asked, &error), -EPIPE);
	waitpid(killer, NULL, 0);
	assert_null(asked);
	assert_string_equal(error.what, "the process that read it died of signal 9");
	assert_true(error.hint[0] != '\0');
	assert_int_equal(inspector_look(inspector, fd, &asked, &error), 0);
	inspection_free(asked);
	close(fd);
	inspector_free(inspector);
}

/* What a confined process tries, and what becomes of it. */
static int confined(void (*try)(void))
{
	const char *step = NULL;
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (inspector_child_confine(open("/dev/null", O_RDWR), &step))
			_exit(99);
		try();
		_exit(7);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void try_nothing(void)
{
	free(malloc(1 << 20));
}

static void try_open(void)
{
	syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static void try_write(void)
{
	syscall(SYS_write, 0, "x", 1);
}

static void try_socket(void)
{
	syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}

static void try_executable_memory(void)
{
	syscall(SYS_mmap, NULL, 4096, 7 /* rwx */, 0x22 /* private, anonymous */, -1, 0);
}

static void try_file_memory(void)
{
	syscall(SYS_mmap, NULL, 4096, 1 /* read */, 2 /* private */, 0, 0);
}

static void try_other_socket(void)
{
	syscall(SYS_sendto, 5, "x", 1, 0, NULL, 0);
}

static void inspector_child_confined_may_nothing_else(void **state)
{
	static void (*const tries[])(void) = {
		try_open,	 try_write,	   try_socket, try_executable_memory,
		try_file_memory, try_other_socket,
	};
	int status;

	(void)state;
	if (!INSPECTOR_HAS_FILTER) {
		print_message("no system call filter under an address sanitizer\n");
		skip();
	}
	status = confined(try_nothing);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		status = confined(tries[i]);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("try %zu ended with status %x", i, status);
	}
}

/* Looks from outside at the child of a real inspector. */
static void inspector_child_has_dropped_everything(void **state)
{
	struct inspector *inspector = start();
	pid_t child = child_of(getpid());
	char path[64], line[256];
	unsigned int uid = 0, seen = 0;
	unsigned long long capabilities;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "/proc/%d/status", child);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Uid: %u", &uid) == 1)
			seen += uid == (geteuid() ? geteuid() : 65534);
		else if (sscanf(line, "CapPrm: %llx", &capabilities) == 1)
			seen += capabilities == 0;
		else if (strcmp(line, "NoNewPrivs:\t1\n") == 0)
			seen++;
		else if (INSPECTOR_HAS_FILTER && strcmp(line, "Seccomp:\t2\n") == 0)
			seen++;
		else if (strcmp(line, "Groups:\t \n") == 0 && geteuid() == 0)
			seen++;
	}
	fclose(file);
	assert_int_equal(seen, 3 + INSPECTOR_HAS_FILTER + (geteuid() == 0));
	assert_int_not_equal(getsid(child), getsid(0));
	inspector_free(inspector);
}

/* A child that was taken over may send anything. */
static void inspector_link_nonsense_is_refused(void **state)
{
	struct inspector_link link = { 0 };
	char bytes[64];
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	link.socket = ends[0];
	link.is_open = 1;
	inspector_link_start_clock(&link, INSPECTOR_SECONDS * 1000);
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(send(ends[1], bytes, 40, 0), 40);
	assert_int_equal(inspector_link_receive(&link, bytes, 48), -EPROTO);
	assert_int_equal(send(ends[1], bytes, 60, 0), 60);
	assert_int_equal(inspector_link_receive(&link, bytes, 48), -EPROTO);
	assert_int_equal(send(ends[1], bytes, 48, 0), 48);
	assert_int_equal(inspector_link_receive(&link, bytes, 48), 0);
	link.deadline_ms -= INSPECTOR_SECONDS * 1000; /* ten seconds later */
	assert_int_equal(inspector_link_receive(&link, bytes, 48), -ETIMEDOUT);
	assert_int_equal(send(ends[1], bytes, 8, 0), 8);
	assert_false(inspector_link_is_alive(&link));
	close(ends[1]);
	inspector_link_start_clock(&link, INSPECTOR_SECONDS * 1000);
	assert_int_equal(inspector_link_receive(&link, bytes, 48), -EPROTO);
	assert_int_equal(inspector_link_receive(&link, bytes, 48), -EPIPE);
	assert_int_equal(inspector_link_send(&link, bytes, 8, -1), -EPIPE);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inspector_look_equals_inspect_open),
		cmocka_unit_test(inspector_look_large_answers_come_whole),
		cmocka_unit_test(inspector_look_errors_are_those_of_the_file),
		cmocka_unit_test(inspector_text_of_kept_files_only),
		cmocka_unit_test(inspector_text_survives_the_child),
		cmocka_unit_test(inspector_text_a_silent_child_is_not_asked_again),
		cmocka_unit_test(inspector_look_child_dies_in_the_middle),
		cmocka_unit_test(inspector_child_confined_may_nothing_else),
		cmocka_unit_test(inspector_child_has_dropped_everything),
		cmocka_unit_test(inspector_link_nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, alpha_setup, builder_teardown);
}
