/* SPDX-License-Identifier: GPL-2.0-only */
/* hostile_attempts.h - what a taken-over role would try, each as a function that returns what the
 * kernel said: -1 and errno for a refusal. For test_sandbox.c alone. */
#ifndef TESTS_HOSTILE_ATTEMPTS_H
#define TESTS_HOSTILE_ATTEMPTS_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <pthread.h>
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

#include "capture/perf_event.h"
#include "service/roles.h"

enum {
	SUPERVISOR = 1 << ROLE_SUPERVISOR,
	COLLECTOR = 1 << ROLE_COLLECTOR,
	API = 1 << ROLE_API,
	LOADER = 1 << ROLE_LOADER,
	INSPECTOR = 1 << ROLE_INSPECTOR,
	ATTACH = 1 << ROLE_ATTACH,
	READER = 1 << ROLES,	      /* what the inspector starts */
	ROOT_COLLECTOR = READER << 1, /* on a kernel whose ring is open, see needs.h */
	EVERYONE = (ROOT_COLLECTOR << 1) - 1,
};
enum { IS_DONE = 0, IS_REFUSED = 40, IS_ELSE = 41, HAS_NO_SANDBOX = 42 };

static const struct accounts accounts = {
	.supervisor = 59001,
	.supervisor_group = 59001,
	.collector = 59002,
	.collector_group = 59002,
	.api = 59003,
	.api_group = 59003,
	.inspector = 59005,
	.inspector_group = 59005,
	.attach = 59006,
	.attach_group = 59006,
};
static struct {
	char directory[64], shared[96], secret[96], listener[96];
	struct places places;
	int listen_fd, abstract_fd, unix_fd, inet_fd, map_fd, terminal_fd, mount_fd, file_fd;
	int event_type;
	uint32_t map_id;
	pid_t other; /* a process of another role */
	pid_t dead;  /* one that has ended and can still be signalled */
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

static int read_shadow(void)
{
	return try_open("/etc", "shadow", O_RDONLY);
}
static int read_program(void)
{
	return try_open("/usr/bin", "env", O_RDONLY);
}
static int read_decisions(void)
{
	return try_open(world.places.consent, "60001", O_RDONLY);
}
static int list_decisions(void)
{
	return try_open(world.places.consent, ".", O_RDONLY);
}
static int write_decisions(void)
{
	return try_open(world.places.consent, "60001", O_WRONLY);
}
static int make_decisions(void)
{
	return try_open(world.places.consent, "1", O_WRONLY | O_CREAT);
}
static int write_database(void)
{
	return try_open(world.places.events, "60001.db", O_WRONLY);
}
static int empty_database(void)
{
	return try_open(world.places.events, "60001.db", O_RDWR | O_TRUNC);
}
static int make_database(void)
{
	return try_open(world.places.events, "1.db", O_RDWR | O_CREAT);
}
static int write_elsewhere(void)
{
	return try_open(world.shared, "new", O_WRONLY | O_CREAT);
}
static int read_elsewhere(void)
{
	return try_open(world.shared, "file", O_RDONLY);
}
static int change_elsewhere(void)
{
	return try_open(world.shared, "file", O_WRONLY);
}

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

static int read_memory_file(void)
{
	return read_proc("mem");
}
static int read_environment(void)
{
	return read_proc("environ");
}
static int read_maps(void)
{
	return read_proc("maps");
}

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

static int make_symbolic_link(void)
{
	return make_link(symlink);
}
static int make_hard_link(void)
{
	return make_link(link);
}

static int execute(void)
{
	char *const arguments[] = { (char *)"true", NULL };

	return execve("/bin/true", arguments, arguments + 1);
}

static int execute_memory(void)
{
	char *const arguments[] = { (char *)"", NULL };
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

static int fork_child(void)
{
	return end_child(fork());
}
static void *run_thread(void *data)
{
	return data;
}

static int start_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run_thread, NULL);
	return errno ? -1 : pthread_join(thread, NULL);
}

static int fork_into_namespace(void)
{
	return end_child(syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, NULL, NULL, NULL, NULL));
}

static int open_socket(int family, int type)
{
	return socket(family, type, 0);
}
static int socket_inet(void)
{
	return open_socket(AF_INET, SOCK_STREAM);
}
static int socket_inet_datagrams(void)
{
	return open_socket(AF_INET, SOCK_DGRAM);
}
static int socket_inet6(void)
{
	return open_socket(AF_INET6, SOCK_STREAM);
}
static int socket_netlink(void)
{
	return open_socket(AF_NETLINK, SOCK_RAW);
}
static int socket_packet(void)
{
	return open_socket(AF_PACKET, SOCK_RAW);
}
static int socket_unix(void)
{
	return open_socket(AF_UNIX, SOCK_STREAM);
}
static int socket_pair(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
	return address;
}

static int connect_inherited(void)
{
	struct sockaddr_un address = address_of(world.listener);

	return connect(world.unix_fd, (struct sockaddr *)&address, sizeof(address));
}

static int connect_abstract(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, "\0telprobe-abstract", 18);
	return connect(world.unix_fd, (struct sockaddr *)&address,
		       sizeof(sa_family_t) + sizeof("\0telprobe-abstract") - 1);
}

static int connect_inet_inherited(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(world.inet_fd, (struct sockaddr *)&address, sizeof(address));
}

static int bind_inherited(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	return bind(world.unix_fd, (struct sockaddr *)&address, sizeof(sa_family_t));
}

static int trace_other(void)
{
	return (int)ptrace(PTRACE_SEIZE, world.other, NULL, NULL);
}

static int open_other(void)
{
	return (int)syscall(SYS_pidfd_open, world.other, 0);
}
static int take_descriptor(void)
{
	int process = open_other();

	return process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, 0, 0);
}

static int read_memory(void)
{
	char here[16];
	struct iovec local = { here, sizeof(here) }, remote = { world.other_secret, sizeof(here) };

	return (int)process_vm_readv(world.other, &local, 1, &remote, 1, 0);
}

static int write_memory(void)
{
	char here[16] = "overwritten";
	struct iovec local = { here, sizeof(here) }, remote = { world.other_secret, sizeof(here) };

	return (int)process_vm_writev(world.other, &local, 1, &remote, 1, 0);
}

static int call_bpf(enum bpf_cmd command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static int load_program(void)
{
	static const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attributes = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
				      .insn_cnt = 2,
				      .insns = (uintptr_t)program,
				      .license = (uintptr_t) "GPL" };

	return call_bpf(BPF_PROG_LOAD, &attributes);
}

/* As an intruder would who knows the number of the map of consents. */
static int open_map(void)
{
	union bpf_attr attributes = { .map_id = world.map_id };

	return call_bpf(BPF_MAP_GET_FD_BY_ID, &attributes);
}

static int update_map(void)
{
	uint32_t key = 0, value = 1;
	union bpf_attr attributes = { .map_fd = (uint32_t)world.map_fd,
				      .key = (uintptr_t)&key,
				      .value = (uintptr_t)&value };

	return call_bpf(BPF_MAP_UPDATE_ELEM, &attributes);
}

static int count_events(void)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE,
					      .size = sizeof(attributes),
					      .config = PERF_COUNT_SW_CPU_CLOCK };

	return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

static int probe_file(void)
{
	int fd = perf_event_make(world.event_type, world.file_fd, 0, 0);

	if (fd >= 0)
		return close(fd);
	errno = -fd;
	return -1;
}

static int mount_something(void)
{
	int ret = mount("none", world.shared, "tmpfs", 0, NULL);

	if (!ret)
		umount2(world.shared, MNT_DETACH);
	return ret;
}

static int leave_namespace(void)
{
	return unshare(CLONE_NEWNET);
}
static int leave_users(void)
{
	return unshare(CLONE_NEWUSER);
}
static int enter_namespace(void)
{
	return setns(world.mount_fd, CLONE_NEWNS);
}
static int change_root(void)
{
	return chroot(world.shared);
}
static int become_root(void)
{
	return setuid(0) || setresuid(0, 0, 0) ? -1 : 0;
}
static int become_group(void)
{
	return setresgid(0, 0, 0);
}
static int take_groups(void)
{
	gid_t root = 0;

	return setgroups(1, &root);
}

static int take_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 1u << CAP_SYS_ADMIN, 1u << CAP_SYS_ADMIN, 0 } };

	return (int)syscall(SYS_capset, &header, data);
}

static int become_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static int use_keys(void)
{
	return (int)syscall(SYS_keyctl, 0 /* get id */, -3, 1);
}
static int add_key(void)
{
	return (int)syscall(SYS_add_key, "user", "telprobe", "x", 1, -3);
}
static int load_kernel(void)
{
	return (int)syscall(SYS_kexec_load, 0, 0, NULL, 0);
}
static int use_ring(void)
{
	char parameters[256] = { 0 };

	return (int)syscall(SYS_io_uring_setup, 4, parameters);
}
static int handle_faults(void)
{
	return (int)syscall(SYS_userfaultfd, O_CLOEXEC);
}
static int signal_other(void)
{
	return kill(world.other, SIGCONT);
}
static int kill_other(void)
{
	return kill(world.dead, SIGKILL);
}
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
		    0) == MAP_FAILED
		       ? -1
		       : 0;
}
static int make_executable(void)
{
	static char page[8192] __attribute__((aligned(4096)));

	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
static int make_memory_file(void)
{
	return memfd_create("x", 0);
}
static int change_personality(void)
{
	return (int)syscall(SYS_personality, 0x0400000);
}
static int open_by_number(void) /* what CAP_DAC_READ_SEARCH would give */
{
	struct {
		struct file_handle handle;
		char room[128];
	} it = { .handle.handle_bytes = 128 };
	int mount_id;

	if (name_to_handle_at(AT_FDCWD, "/etc", &it.handle, &mount_id, 0))
		return -1;
	return open_by_handle_at(open("/", O_RDONLY | O_CLOEXEC), &it.handle, O_RDONLY);
}
static int raise_limits(void)
{
	struct rlimit limit = { 1, 1u << 20 };

	return setrlimit(RLIMIT_CORE, &limit);
}

#endif
