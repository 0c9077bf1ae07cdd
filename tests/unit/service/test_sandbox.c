/* SPDX-License-Identifier: GPL-2.0-only */
/* Each role as if it had been taken over: a process enters the role's real sandbox and tries what
 * an intruder would. The kernel has to refuse it or kill the process. Each attempt is first made
 * as root without the sandbox, where it has to succeed: so a refusal is the sandbox's. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/roles.h"

enum { SUPERVISOR = 1 << ROLE_SUPERVISOR, COLLECTOR = 1 << ROLE_COLLECTOR, API = 1 << ROLE_API };
enum { EVERYONE = SUPERVISOR | COLLECTOR | API };
enum { IS_DONE = 0, IS_REFUSED = 40, IS_ELSE = 41, HAS_NO_SANDBOX = 42 };

static const struct accounts accounts = {59001, 59002, 59003, 59001, 59002, 59003};
static struct {
	char directory[64], shared[96], secret[96], listener[96];
	struct places places;
	int listen_fd, unix_fd, map_fd, terminal_fd, mount_fd;
	uint32_t map_id;
	pid_t other; /* a process of another role */
	char other_secret[32];
} world;

static int try_open(const char *directory, const char *name, int flags)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (flags & O_CREAT)
		unlink(path);
	return close(fd);
}

/* --- attempts: 0 or above when it worked, -1 and errno when not ----------------------------- */

static int read_shadow(void) { return try_open("/etc", "shadow", O_RDONLY); }
static int read_program(void) { return try_open("/usr/bin", "env", O_RDONLY); }
static int read_decisions(void) { return try_open(world.places.consent, "60001", O_RDONLY); }
static int list_decisions(void) { return try_open(world.places.consent, ".", O_RDONLY); }
static int write_decisions(void) { return try_open(world.places.consent, "60001", O_WRONLY); }
static int make_decisions(void) { return try_open(world.places.consent, "1", O_WRONLY | O_CREAT); }
static int write_database(void) { return try_open(world.places.events, "60001.db", O_WRONLY); }
static int empty_database(void) { return try_open(world.places.events, "60001.db", O_RDWR | O_TRUNC); }
static int make_database(void) { return try_open(world.places.events, "1.db", O_RDWR | O_CREAT); }
static int write_elsewhere(void) { return try_open(world.shared, "new", O_WRONLY | O_CREAT); }
static int read_elsewhere(void) { return try_open(world.shared, "file", O_RDONLY); }
static int change_elsewhere(void) { return try_open(world.shared, "file", O_WRONLY); }

/* Some of these open and are then empty. */
static int read_proc(const char *name)
{
	char path[64], byte;
	int fd, got;

	snprintf(path, sizeof(path), "/proc/%d/%s", world.other, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	got = (int)pread(fd, &byte, 1, strcmp(name, "mem") ? 0 : (off_t)world.other_secret);
	if (!got)
		errno = EACCES;
	return got > 0 ? got : -1;
}

static int read_memory_file(void) { return read_proc("mem"); }
static int read_environment(void) { return read_proc("environ"); }
static int read_maps(void) { return read_proc("maps"); }

static int truncate_file(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/file", world.shared);
	return truncate(path, 1);
}

static int make_link(int (*make)(const char *from, const char *to))
{
	char to[400];
	int ret;

	snprintf(to, sizeof(to), "%s/link", world.places.events);
	ret = make(world.secret, to);
	if (!ret)
		unlink(to);
	return ret;
}

static int make_symbolic_link(void) { return make_link(symlink); }
static int make_hard_link(void) { return make_link(link); }

static int execute(void)
{
	char *const arguments[] = {(char *)"true", NULL};

	return execve("/bin/true", arguments, arguments + 1);
}

static int execute_memory(void)
{
	char *const arguments[] = {(char *)"", NULL};
	int from = open("/bin/true", O_RDONLY | O_CLOEXEC), to = memfd_create("x", MFD_CLOEXEC);
	char part[4096];
	ssize_t got;

	while ((got = read(from, part, sizeof(part))) > 0)
		if (write(to, part, (size_t)got) != got)
			return -1;
	return (int)syscall(SYS_execveat, to, "", arguments, arguments + 1, AT_EMPTY_PATH);
}

static int end_child(long pid)
{
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : waitpid((pid_t)pid, NULL, 0) < 0;
}

static int fork_child(void) { return end_child(fork()); }
static int fork_into_namespace(void)
{
	return end_child(syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, NULL, NULL, NULL, NULL));
}

static int open_socket(int family, int type) { return socket(family, type, 0); }
static int socket_inet(void) { return open_socket(AF_INET, SOCK_STREAM); }
static int socket_inet_datagrams(void) { return open_socket(AF_INET, SOCK_DGRAM); }
static int socket_inet6(void) { return open_socket(AF_INET6, SOCK_STREAM); }
static int socket_netlink(void) { return open_socket(AF_NETLINK, SOCK_RAW); }
static int socket_packet(void) { return open_socket(AF_PACKET, SOCK_RAW); }
static int socket_unix(void) { return open_socket(AF_UNIX, SOCK_STREAM); }
static int socket_pair(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
	return address;
}

static int connect_inherited(void)
{
	struct sockaddr_un address = address_of(world.listener);

	return connect(world.unix_fd, (struct sockaddr *)&address, sizeof(address));
}

static int bind_inherited(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	return bind(world.unix_fd, (struct sockaddr *)&address, sizeof(sa_family_t));
}

static int trace_other(void) { return (int)ptrace(PTRACE_SEIZE, world.other, NULL, NULL); }

static int open_other(void) { return (int)syscall(SYS_pidfd_open, world.other, 0); }
static int take_descriptor(void)
{
	int process = open_other();

	return process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, 0, 0);
}

static int read_memory(void)
{
	char here[16];
	struct iovec local = {here, sizeof(here)}, remote = {world.other_secret, sizeof(here)};

	return (int)process_vm_readv(world.other, &local, 1, &remote, 1, 0);
}

static int write_memory(void)
{
	char here[16] = "overwritten";
	struct iovec local = {here, sizeof(here)}, remote = {world.other_secret, sizeof(here)};

	return (int)process_vm_writev(world.other, &local, 1, &remote, 1, 0);
}

static int call_bpf(enum bpf_cmd command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static int load_program(void)
{
	static const struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attributes = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
				     .insn_cnt = 2,
				     .insns = (uintptr_t)program,
				     .license = (uintptr_t)"GPL"};

	return call_bpf(BPF_PROG_LOAD, &attributes);
}

/* As an intruder would who knows the number of the map of consents. */
static int open_map(void)
{
	union bpf_attr attributes = {.map_id = world.map_id};

	return call_bpf(BPF_MAP_GET_FD_BY_ID, &attributes);
}

static int update_map(void)
{
	uint32_t key = 0, value = 1;
	union bpf_attr attributes = {.map_fd = (uint32_t)world.map_fd,
				     .key = (uintptr_t)&key,
				     .value = (uintptr_t)&value};

	return call_bpf(BPF_MAP_UPDATE_ELEM, &attributes);
}

static int count_events(void)
{
	struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE,
					     .size = sizeof(attributes),
					     .config = PERF_COUNT_SW_CPU_CLOCK};

	return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

static int mount_something(void)
{
	int ret = mount("none", world.shared, "tmpfs", 0, NULL);

	if (!ret)
		umount2(world.shared, MNT_DETACH);
	return ret;
}

static int leave_namespace(void) { return unshare(CLONE_NEWNET); }
static int leave_users(void) { return unshare(CLONE_NEWUSER); }
static int enter_namespace(void) { return setns(world.mount_fd, CLONE_NEWNS); }
static int change_root(void) { return chroot(world.shared); }
static int become_root(void) { return setuid(0) || setresuid(0, 0, 0) ? -1 : 0; }
static int become_group(void) { return setresgid(0, 0, 0); }
static int take_groups(void)
{
	gid_t root = 0;

	return setgroups(1, &root);
}

static int take_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{1u << CAP_SYS_ADMIN, 1u << CAP_SYS_ADMIN, 0}};

	return (int)syscall(SYS_capset, &header, data);
}

static int become_dumpable(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
static int use_keys(void) { return (int)syscall(SYS_keyctl, 0 /* get id */, -3, 1); }
static int add_key(void) { return (int)syscall(SYS_add_key, "user", "telprobe", "x", 1, -3); }
static int use_ring(void)
{
	char parameters[256] = {0};

	return (int)syscall(SYS_io_uring_setup, 4, parameters);
}
static int handle_faults(void) { return (int)syscall(SYS_userfaultfd, O_CLOEXEC); }
static int signal_other(void) { return kill(world.other, SIGCONT); }
static int signal_thread(void)
{
	return (int)syscall(SYS_tgkill, world.other, world.other, SIGCONT);
}
static int signal_by_descriptor(void)
{
	int process = open_other();

	return process < 0 ? -1 : (int)syscall(SYS_pidfd_send_signal, process, SIGCONT, NULL, 0);
}
static int ask_terminal(void)
{
	int number;

	return ioctl(world.terminal_fd, 0x80045430 /* TIOCGPTN */, &number);
}
/* Kernels may refuse TIOCSTI to everybody; TIOCSETD is as dangerous and is not. */
static int change_terminal(void)
{
	int discipline = 0;

	return ioctl(world.terminal_fd, 0x5423 /* TIOCSETD */, &discipline);
}
static int map_executable(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0) == MAP_FAILED ? -1 : 0;
}
static int make_executable(void)
{
	static char page[8192] __attribute__((aligned(4096)));

	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
static int make_memory_file(void) { return memfd_create("x", 0); }
static int change_personality(void) { return (int)syscall(SYS_personality, 0x0400000); }
static int open_by_number(void) /* what CAP_DAC_READ_SEARCH would give */
{
	struct { struct file_handle handle; char room[128]; } it = {.handle.handle_bytes = 128};
	int mount_id;

	if (name_to_handle_at(AT_FDCWD, "/etc", &it.handle, &mount_id, 0))
		return -1;
	return open_by_handle_at(open("/", O_RDONLY | O_CLOEXEC), &it.handle, O_RDONLY);
}
static int raise_limits(void)
{
	struct rlimit limit = {1, 1u << 20};

	return setrlimit(RLIMIT_CORE, &limit);
}

struct attempt {
	const char *name;
	int (*make)(void);
	unsigned int roles; /* that have to be refused */
};

#define TRY(name, roles) {#name, name, roles}

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
	struct error error = {0};
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
	union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY,
				     .key_size = 4,
				     .value_size = 4,
				     .max_entries = 1};
	struct bpf_map_info info = {0};

	world.map_fd = call_bpf(BPF_MAP_CREATE, &attributes);
	attributes = (union bpf_attr){.info = {.bpf_fd = (uint32_t)world.map_fd,
					       .info_len = sizeof(info),
					       .info = (uintptr_t)&info}};
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
	static const char *const names[ROLES] = {"supervisor", "collector", "api"};
	static struct trial trials[ATTEMPTS * ROLES];
	static struct CMUnitTest tests[ATTEMPTS * ROLES];
	size_t count = 0;
	int i, role;

	if (geteuid() != 0) {
		puts("giving rights up needs root");
		return 77;
	}
	for (i = 0; i < ATTEMPTS; i++)
		for (role = 0; role < ROLES; role++) {
			struct trial *trial = &trials[count];
			unsigned int roles = attempts[i].roles;

			if (!((roles | roles >> ROLES) >> role & 1))
				continue;
			*trial = (struct trial){.attempt = &attempts[i], .role = (enum role)role};
			snprintf(trial->name, sizeof(trial->name), "%s_%s_%s", names[role],
				 attempts[i].name, roles >> ROLES ? "works" : "is_refused");
			tests[count++] = (struct CMUnitTest){
				.name = trial->name, .test_func = role_tries, .initial_state = trial};
		}
	return _cmocka_run_group_tests("sandbox", tests, count, set_up, tear_down);
}
