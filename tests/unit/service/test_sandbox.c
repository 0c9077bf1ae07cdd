/* SPDX-License-Identifier: GPL-2.0-only */
/* Each role as if it had been taken over: a process enters the role's real sandbox and tries what
 * an intruder would. The kernel has to refuse it or kill the process. Each attempt is first made
 * as root without the sandbox, where it has to succeed: so a refusal is the sandbox's. */
#include "unit/service/hostile_attempts.h"

struct attempt {
	const char *name;
	int (*make)(void);
	unsigned int roles; /* that have to be refused */
};

#define TRY(name, roles)           \
	{                          \
#name, name, roles \
	}

static const struct attempt attempts[] = {
	TRY(read_shadow, COLLECTOR | API),
	TRY(read_program, COLLECTOR | API),
	TRY(read_elsewhere, COLLECTOR | API),
	TRY(read_decisions, COLLECTOR | API),
	TRY(list_decisions, COLLECTOR | API),
	TRY(write_decisions, COLLECTOR | API),
	TRY(make_decisions, COLLECTOR | API),
	TRY(write_database, SUPERVISOR | API),
	TRY(empty_database, SUPERVISOR | API),
	TRY(make_database, SUPERVISOR | API),
	TRY(write_elsewhere, EVERYONE),
	TRY(change_elsewhere, EVERYONE),
	TRY(truncate_file, EVERYONE),
	TRY(read_memory_file, EVERYONE),
	/* not the supervisor: since Linux 6.15 CAP_PERFMON, which traces memory, opens these too */
	TRY(read_environment, COLLECTOR | API),
	TRY(read_maps, COLLECTOR | API),
	TRY(make_symbolic_link, EVERYONE),
	TRY(make_hard_link, EVERYONE),
	TRY(execute, EVERYONE),
	TRY(execute_memory, EVERYONE),
	TRY(fork_child, COLLECTOR | API),
	TRY(fork_into_namespace, EVERYONE),
	TRY(socket_inet, EVERYONE),
	TRY(socket_inet_datagrams, EVERYONE),
	TRY(socket_inet6, EVERYONE),
	TRY(socket_netlink, EVERYONE),
	TRY(socket_packet, EVERYONE),
	TRY(socket_unix, EVERYONE),
	TRY(socket_pair, COLLECTOR | API),
	TRY(connect_inherited, EVERYONE),
	TRY(bind_inherited, EVERYONE),
	TRY(trace_other, EVERYONE),
	TRY(take_descriptor, EVERYONE),
	TRY(read_memory, EVERYONE),
	TRY(write_memory, EVERYONE),
	TRY(load_program, EVERYONE),
	TRY(open_map, EVERYONE),
	TRY(update_map, COLLECTOR | API),
	TRY(count_events, COLLECTOR | API),
	TRY(mount_something, EVERYONE),
	TRY(leave_namespace, EVERYONE),
	TRY(leave_users, EVERYONE),
	TRY(enter_namespace, EVERYONE),
	TRY(change_root, EVERYONE),
	TRY(become_root, EVERYONE),
	TRY(become_group, EVERYONE),
	TRY(take_groups, EVERYONE),
	TRY(take_capabilities, EVERYONE),
	TRY(become_dumpable, EVERYONE),
	TRY(use_keys, EVERYONE),
	TRY(add_key, EVERYONE),
	TRY(use_ring, EVERYONE),
	TRY(handle_faults, EVERYONE),
	TRY(signal_other, EVERYONE),
	TRY(signal_thread, EVERYONE),
	TRY(signal_by_descriptor, EVERYONE),
	TRY(ask_terminal, EVERYONE),
	TRY(change_terminal, EVERYONE),
	TRY(map_executable, EVERYONE),
	TRY(make_executable, EVERYONE),
	TRY(make_memory_file, EVERYONE),
	TRY(change_personality, EVERYONE),
	TRY(open_by_number, EVERYONE),
	TRY(raise_limits, EVERYONE),
	/* and what each is there for works: these have to succeed */
	TRY(list_decisions, SUPERVISOR << ROLES),
	TRY(make_decisions, SUPERVISOR << ROLES),
	TRY(fork_child, SUPERVISOR << ROLES),
	TRY(update_map, SUPERVISOR << ROLES),
	TRY(make_database, COLLECTOR << ROLES),
	TRY(write_database, COLLECTOR << ROLES),
	TRY(empty_database, COLLECTOR << ROLES),
};

enum { ATTEMPTS = sizeof(attempts) / sizeof(attempts[0]) };

struct trial { /* what one test is about */
	const struct attempt *attempt;
	enum role role;
	char name[80];
};

static bool is_refusal(int code)
{
	return code == EPERM || code == EACCES || code == ENOSYS;
}

/* Return: wait status of a process that tried it. @sandbox: NULL: as root without one */
static int watch_attempt(const struct sandbox *sandbox, const struct attempt *attempt)
{
	struct error error = { 0 };
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (sandbox && sandbox_enter(sandbox, NULL, &error)) {
			fprintf(stderr, "%s\n", error.what);
			_exit(HAS_NO_SANDBOX);
		}
		if (attempt->make() >= 0)
			_exit(IS_DONE);
		_exit(is_refusal(errno) ? IS_REFUSED : IS_ELSE);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void role_tries(void **state)
{
	const struct trial *trial = *state;
	struct sandbox sandbox = role_sandbox(trial->role, &accounts, &world.places);
	int status = watch_attempt(NULL, trial->attempt);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != IS_DONE) {
		print_message("%s: not even root can do that on this kernel\n", trial->name);
		skip();
	}
	status = watch_attempt(&sandbox, trial->attempt);
	if (trial->attempt->roles >> ROLES) {
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), IS_DONE);
	} else if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGSYS);
	} else {
		assert_int_equal(WEXITSTATUS(status), IS_REFUSED);
	}
}

/* --- the place it happens in ---------------------------------------------------------------- */

static int make_file(const char *directory, const char *name, uid_t uid, gid_t gid, mode_t mode)
{
	char path[400];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ret = fd < 0 || write(fd, "secret\n", 7) != 7 || fchown(fd, uid, gid) || fchmod(fd, mode);
	close(fd);
	return ret;
}

static int make_directory(const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	return mkdir(path, 0700) || chown(path, uid, gid) || chmod(path, mode);
}

static int make_files(void)
{
	struct places *places = &world.places;

	snprintf(world.directory, sizeof(world.directory), "/tmp/telprobe-sandbox.XXXXXX");
	if (!mkdtemp(world.directory) || chmod(world.directory, 0755))
		return -1;
	snprintf(world.shared, sizeof(world.shared), "%s/shared", world.directory);
	snprintf(world.secret, sizeof(world.secret), "%s/secret", world.directory);
	snprintf(world.listener, sizeof(world.listener), "%s/listener", world.directory);
	snprintf(places->consent, sizeof(places->consent), "%s/consent", world.directory);
	snprintf(places->events, sizeof(places->events), "%s/events", world.directory);
	snprintf(places->runtime, sizeof(places->runtime), "%s/run", world.directory);
	return make_directory(world.shared, 0, 0, 0777) ||
	       make_directory(places->runtime, accounts.supervisor, accounts.supervisor_group,
			      0755) ||
	       make_directory(places->consent, accounts.supervisor, accounts.supervisor_group,
			      0700) ||
	       make_directory(places->events, accounts.collector, accounts.api_group, 02750) ||
	       make_file(world.directory, "secret", 0, 0, 0600) ||
	       make_file(world.shared, "file", 0, 0, 0666) ||
	       make_file(places->consent, "60001", accounts.supervisor, accounts.supervisor_group,
			 0600) ||
	       make_file(places->events, "60001.db", accounts.collector, accounts.api_group, 0640);
}

static int make_map(void)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};
	struct bpf_map_info info = { 0 };

	world.map_fd = call_bpf(BPF_MAP_CREATE, &attributes);
	attributes = (union bpf_attr){ .info = { .bpf_fd = (uint32_t)world.map_fd,
						 .info_len = sizeof(info),
						 .info = (uintptr_t)&info } };
	if (world.map_fd < 0 || call_bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes))
		return -1;
	world.map_id = info.id;
	return 0;
}

static int open_things(void)
{
	struct sockaddr_un address = address_of(world.listener);

	world.listen_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	world.unix_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	world.terminal_fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	world.mount_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	return world.listen_fd < 0 || world.unix_fd < 0 || world.mount_fd < 0 ||
	       bind(world.listen_fd, (struct sockaddr *)&address, sizeof(address)) ||
	       chmod(world.listener, 0666);
}

/* A role that was not taken over. */
static int start_other(void)
{
	struct sandbox sandbox = role_sandbox(ROLE_API, &accounts, &world.places);
	int ready[2];
	char byte;

	sandbox.uid = 59004;
	snprintf(world.other_secret, sizeof(world.other_secret), "a person's data");
	if (pipe(ready))
		return -1;
	world.other = fork();
	if (!world.other) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (sandbox_enter(&sandbox, NULL, NULL) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			sleep(1000);
	}
	close(ready[1]);
	return read(ready[0], &byte, 1) == 1 ? 0 : -1;
}

static int set_up(void **state)
{
	(void)state;
	return make_files() || make_map() || open_things() || start_other() ? -1 : 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	kill(world.other, SIGKILL);
	waitpid(world.other, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", world.directory);
	return system(command);
}

int main(void)
{
	static const char *const names[ROLES] = { "supervisor", "collector", "api" };
	static struct trial trials[ATTEMPTS * ROLES];
	static struct CMUnitTest tests[ATTEMPTS * ROLES];
	size_t count = 0;
	int i, role;

	if (geteuid() != 0) {
		puts("giving rights up needs root");
		return 77;
	}
	if (!SANDBOX_HAS_FILTER) {
		puts("no system call filter under a sanitizer");
		return 77;
	}
	for (i = 0; i < ATTEMPTS; i++)
		for (role = 0; role < ROLES; role++) {
			struct trial *trial = &trials[count];
			unsigned int roles = attempts[i].roles;

			if (!((roles | roles >> ROLES) >> role & 1))
				continue;
			*trial = (struct trial){ .attempt = &attempts[i], .role = (enum role)role };
			snprintf(trial->name, sizeof(trial->name), "%s_%s_%s", names[role],
				 attempts[i].name, roles >> ROLES ? "works" : "is_refused");
			tests[count++] = (struct CMUnitTest){ .name = trial->name,
							      .test_func = role_tries,
							      .initial_state = trial };
		}
	return _cmocka_run_group_tests("sandbox", tests, count, set_up, tear_down);
}
