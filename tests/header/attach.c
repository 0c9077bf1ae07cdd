/* SPDX-License-Identifier: GPL-2.0-only */
/* attach.c FILE SITE:SEMAPHORE... -- COMMAND [ARGUMENT...] - run a command with uprobes in a file.
 * Sites and semaphores are offsets in FILE; semaphore 0 is none. The probes only count: no eBPF,
 * no tracefs. Prints `hits N` for each on stderr; exits as the command does, or with 125 when it
 * cannot attach. Lets a test probe any of the nops of a marker, which bpftrace cannot. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CPUS = 256, PROBES = 16, CANNOT_ATTACH = 125 };

static int uprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/uprobe/type", "r");
	int type = -1;

	if (file && fscanf(file, "%d", &type) != 1)
		type = -1;
	if (file)
		fclose(file);
	return type;
}

static int attach(const char *path, uint64_t site, uint64_t semaphore, int cpu)
{
	struct perf_event_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = (uint32_t)uprobe_type();
	attr.uprobe_path = (uint64_t)(uintptr_t)path;
	attr.probe_offset = site;
	attr.config = semaphore << 32; /* format/ref_ctr_offset of the uprobe device */
	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static int run(char **command)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* On each CPU, since a system-wide event belongs to one. */
static int attach_everywhere(const char *path, const char *probe, int events[CPUS], long cpus)
{
	char *colon;
	uint64_t site = strtoull(probe, &colon, 0);
	uint64_t semaphore = *colon == ':' ? strtoull(colon + 1, NULL, 0) : 0;

	for (int cpu = 0; cpu < cpus; cpu++) {
		events[cpu] = attach(path, site, semaphore, cpu);
		if (events[cpu] >= 0)
			continue;
		fprintf(stderr, "attach: %s at %s: %s\n", path, probe, strerror(errno));
		return -1;
	}
	return 0;
}

static void print_hits(const int events[CPUS], long cpus)
{
	uint64_t hits = 0, count;

	for (int cpu = 0; cpu < cpus; cpu++)
		if (read(events[cpu], &count, sizeof(count)) == sizeof(count))
			hits += count;
	fprintf(stderr, "hits %llu\n", (unsigned long long)hits);
}

int main(int argc, char **argv)
{
	static int events[PROBES][CPUS];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int probes = 0, status;

	while (probes + 2 < argc && strcmp(argv[probes + 2], "--") != 0)
		probes++;
	if (probes < 1 || probes > PROBES || probes + 3 >= argc || cpus < 1 || cpus > CPUS) {
		fprintf(stderr, "usage: attach FILE SITE:SEMAPHORE... -- COMMAND [ARGUMENT...]\n");
		return 2;
	}
	for (int i = 0; i < probes; i++)
		if (attach_everywhere(argv[1], argv[i + 2], events[i], cpus))
			return CANNOT_ATTACH;
	status = run(argv + probes + 3);
	for (int i = 0; i < probes; i++)
		print_hits(events[i], cpus);
	return status;
}
