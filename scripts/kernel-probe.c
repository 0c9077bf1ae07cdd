/* SPDX-License-Identifier: GPL-2.0-only */
/* kernel-probe - may this process use eBPF as telprobe does? Exits 0 if so; else 1, and says on
 * stdout, one a line, what is refused, why, and what helps. Needs nothing of telprobe, so that it
 * can be asked before anything else works; `telprobe doctor` knows more. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int refused;

static void report(const char *what, int code, const char *hint)
{
	printf("%s: %s (%s)\n", what, strerror(code), hint);
	refused = 1;
}

static void try_types(void)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		report("kernel types, /sys/kernel/btf/vmlinux", errno,
		       "mount /sys, or a kernel with CONFIG_DEBUG_INFO_BTF");
}

static void try_ring(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "probe", 0, 0, 4096, NULL);

	if (fd < 0)
		report("bpf(): create a ring buffer", errno,
		       "root with CAP_BPF or CAP_SYS_ADMIN, not filtered by a container; Linux "
		       "5.8");
	else
		close(fd);
}

static void try_program(void)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 }, /* r0 = 0 */
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options);
	int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "probe", "GPL", insns, 2, &options);

	if (fd < 0)
		report("bpf(): load a probe program", errno,
		       "root with CAP_BPF and CAP_PERFMON or CAP_SYS_ADMIN, no lockdown");
	else
		close(fd);
}

static int read_uprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/uprobe/type", "re");
	int type = -1;

	if (file && fscanf(file, "%d", &type) != 1)
		type = -1;
	if (file)
		fclose(file);
	return type;
}

/* A probe on this program's own main: nothing runs it again. */
static void try_uprobe(void)
{
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	struct perf_event_attr attr = { .size = sizeof(attr), .config2 = 0x1000 };
	int type = read_uprobe_type();
	long fd;

	if (type < 0 || length < 0) {
		report("uprobes, /sys/bus/event_source/devices/uprobe", ENOENT,
		       "mount /sys, or a kernel with CONFIG_UPROBE_EVENTS");
		return;
	}
	path[length] = '\0';
	attr.type = (unsigned int)type;
	attr.config1 = (unsigned long)path;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		report("perf_event_open(): a uprobe", errno,
		       "root with CAP_SYS_ADMIN, not filtered by a container");
	else
		close((int)fd);
}

int main(void)
{
	try_types();
	try_ring();
	try_program();
	try_uprobe();
	return refused;
}
