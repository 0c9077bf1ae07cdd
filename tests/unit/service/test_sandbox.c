/* SPDX-License-Identifier: GPL-2.0-only */
/* Each role as if it had been taken over: a process enters the role's real sandbox and tries what
 * an intruder would. The kernel has to refuse it or kill the process. Each attempt is first made
 * as root without the sandbox, where it has to succeed: so a refusal is the sandbox's. What this
 * machine refuses to root too has to be ended by the filter. */
#include "unit/service/hostile_attempts.h"

#include "inspect/inspector_child.h"

struct attempt {
	const char *name;
	int (*make)(void);
	unsigned int refused; /* roles that have to be */
	unsigned int works;   /* for these, who are there for it */
};

/* TRY: all roles but these are refused; WORKS: and for these it works */
#define TRY(name, works)                            \
	{                                           \
#name, name, EVERYONE & ~(works), 0 \
	}
#define WORKS(name, works)                              \
	{                                               \
#name, name, EVERYONE & ~(works), works \
	}

static const struct attempt attempts[] = {
	TRY(read_shadow, SUPERVISOR),
	TRY(read_program, SUPERVISOR | LOADER),
	TRY(read_elsewhere, SUPERVISOR | LOADER),
	TRY(read_decisions, SUPERVISOR | LOADER),
	/* the loader is of the same account, and not there for it */
	{ "list_decisions", list_decisions, EVERYONE & ~(SUPERVISOR | LOADER), SUPERVISOR },
	TRY(write_decisions, SUPERVISOR),
	WORKS(make_decisions, SUPERVISOR),
	WORKS(write_database, COLLECTOR),
	WORKS(empty_database, COLLECTOR),
	WORKS(make_database, COLLECTOR),
	TRY(write_elsewhere, 0),
	TRY(change_elsewhere, 0),
	TRY(truncate_file, 0),
	TRY(read_memory_file, 0),
	/* not these two: since Linux 6.15 CAP_PERFMON, which traces memory, opens these too */
	TRY(read_environment, SUPERVISOR | LOADER),
	TRY(read_maps, SUPERVISOR | LOADER),
	TRY(make_symbolic_link, 0),
	TRY(make_hard_link, 0),
	TRY(execute, 0),
	TRY(execute_memory, 0),
	WORKS(start_thread, SUPERVISOR),
	WORKS(fork_child, INSPECTOR),
	TRY(fork_into_namespace, 0),
	TRY(socket_inet, 0),
	TRY(socket_inet_datagrams, 0),
	TRY(socket_inet6, 0),
	TRY(socket_netlink, 0),
	TRY(socket_packet, 0),
	TRY(socket_unix, 0),
	WORKS(socket_pair, INSPECTOR),
	TRY(connect_inherited, 0),
	TRY(connect_abstract, 0),
	TRY(connect_inet_inherited, 0),
	TRY(bind_inherited, 0),
	TRY(trace_other, 0),
	TRY(take_descriptor, 0),
	TRY(read_memory, 0),
	TRY(write_memory, 0),
	WORKS(load_program, LOADER),
	TRY(open_map, 0),
	WORKS(update_map, SUPERVISOR | LOADER),
	TRY(count_events, 0),
	WORKS(probe_file, ATTACH),
	TRY(mount_something, 0),
	TRY(leave_namespace, 0),
	TRY(leave_users, 0),
	TRY(enter_namespace, 0),
	TRY(change_root, 0),
	TRY(become_root, 0),
	TRY(become_group, 0),
	TRY(take_groups, 0),
	TRY(take_capabilities, 0),
	TRY(become_dumpable, 0),
	TRY(use_keys, 0),
	TRY(add_key, 0),
	TRY(load_kernel, 0),
	TRY(use_ring, 0),
	TRY(handle_faults, 0),
	TRY(signal_other, 0),
	TRY(kill_other, 0),
	TRY(signal_thread, 0),
	TRY(signal_by_descriptor, 0),
	TRY(ask_terminal, 0),
	TRY(change_terminal, 0),
	TRY(map_executable, 0),
	TRY(make_executable, 0),
	TRY(make_memory_file, 0),
	TRY(change_personality, 0),
	TRY(open_by_number, 0),
	TRY(raise_limits, 0),
};

enum { ATTEMPTS = sizeof(attempts) / sizeof(attempts[0]), KINDS = ROLES + 2 };

struct trial { /* what one test is about */
	const struct attempt *attempt;
	int role; /* enum role, and after them the others of the enum of bits */
	bool has_to_work;
	char name[80];
};

static bool is_refusal(int code)
{
	return code == EPERM || code == EACCES || code == ENOSYS;
}

static int enter(int role)
{
	enum role of = role == ROLES	   ? ROLE_INSPECTOR
		       : role == ROLES + 1 ? ROLE_COLLECTOR
					   : (enum role)role;
	struct accounts as = accounts;
	struct sandbox sandbox;
	struct error error = { 0 };
	const char *step;

	if (role == ROLES + 1)
		as.collector = 0;
	sandbox = role_sandbox(of, &as, &world.places);
	if (sandbox_enter(&sandbox, NULL, &error)) {
		fprintf(stderr, "%s\n", error.what);
		return -1;
	}
	return role == ROLES ? inspector_child_confine(world.unix_fd, &step) : 0;
}

/* Return: wait status of a process that tried it. @role: -1: as root without a sandbox */
static int watch_attempt(int role, const struct attempt *attempt)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (role >= 0 && enter(role))
			_exit(HAS_NO_SANDBOX);
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
	int status = watch_attempt(-1, trial->attempt);
	bool root_can = WIFEXITED(status) && WEXITSTATUS(status) == IS_DONE;

	status = watch_attempt(trial->role, trial->attempt);
	/* Nothing but the filter kills a process for a call. */
	if (!root_can && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)) {
		print_message("%s: not even root can do that on this kernel\n", trial->name);
		skip();
	}
	if (trial->has_to_work) {
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
	       make_directory(places->events, accounts.collector, accounts.api_group, 0750) ||
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

	struct sockaddr_un abstract = { .sun_family = AF_UNIX };
	char path[128];

	memcpy(abstract.sun_path, "\0telprobe-abstract", 18);
	snprintf(path, sizeof(path), "%s/file", world.shared);
	world.file_fd = open(path, O_RDONLY | O_CLOEXEC);
	world.event_type = perf_event_type();
	world.inet_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	world.abstract_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	world.listen_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	world.unix_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	world.terminal_fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	world.mount_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	return world.listen_fd < 0 || world.unix_fd < 0 || world.mount_fd < 0 ||
	       world.file_fd < 0 || world.inet_fd < 0 || world.abstract_fd < 0 ||
	       bind(world.abstract_fd, (struct sockaddr *)&abstract,
		    sizeof(sa_family_t) + sizeof("\0telprobe-abstract") - 1) ||
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
	world.dead = fork();
	if (!world.dead)
		_exit(0); /* not reaped before the end */
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
	waitpid(world.dead, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", world.directory);
	return system(command);
}

static size_t list_trials(struct trial *trials, struct CMUnitTest *tests)
{
	static const char *const names[KINDS] = {
		"supervisor", "collector", "api",    "loader",
		"inspector",  "attach",	   "reader", "root_collector",
	};
	size_t count = 0;
	int i, role;

	for (i = 0; i < ATTEMPTS; i++)
		for (role = 0; role < KINDS; role++) {
			struct trial *trial = &trials[count];

			*trial = (struct trial){
				.attempt = &attempts[i],
				.role = role,
				.has_to_work = attempts[i].works >> role & 1,
			};
			if (!trial->has_to_work && !(attempts[i].refused >> role & 1))
				continue;
			if (role == ROLES + 1 && attempts[i].works & COLLECTOR)
				continue; /* the databases would be root's then */
			snprintf(trial->name, sizeof(trial->name), "%s_%s_%s", names[role],
				 attempts[i].name, trial->has_to_work ? "works" : "is_refused");
			tests[count++] = (struct CMUnitTest){ .name = trial->name,
							      .test_func = role_tries,
							      .initial_state = trial };
		}
	return count;
}

int main(void)
{
	static struct trial trials[ATTEMPTS * KINDS];
	static struct CMUnitTest tests[ATTEMPTS * KINDS];
	size_t count;

	if (geteuid() != 0) {
		puts("giving rights up needs root");
		return 77;
	}
	if (!SANDBOX_HAS_FILTER) {
		puts("no system call filter under a sanitizer");
		return 77;
	}
	count = list_trials(trials, tests);
	return _cmocka_run_group_tests("sandbox", tests, count, set_up, tear_down);
}
