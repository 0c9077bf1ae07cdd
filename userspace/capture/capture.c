/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/capture.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/capture_internal.h"
#include "capture/features.h"
#include "capture/lease.h"
#include "capture/ring.h"
#include "capture/trial.h"
#include "lib/clock.h"

/* libbpf explains itself on stderr; the last word before a failure is kept for the hint. */
static char last_words[256];

static int listen_to_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN) {
		vsnprintf(last_words, sizeof(last_words), format, arguments);
		last_words[strcspn(last_words, "\n")] = '\0';
	}
	return 0;
}

static int load_refused(int ret, struct error *error)
{
	error_set(error, ret, "the kernel refuses telprobe's eBPF programs: %s", error_text(ret));
	if (ret == -EPERM || ret == -EACCES)
		error_hint(error, "run as root; `telprobe doctor` tells what is missing");
	else
		error_hint(error, "`telprobe doctor` tells what this kernel lacks (%s)",
			   last_words);
	return ret;
}

static uint32_t ring_size(uint32_t wanted)
{
	uint32_t bytes = (uint32_t)sysconf(_SC_PAGESIZE);

	if (!wanted)
		return TP_RING_BYTES;
	while (bytes < wanted && bytes < 1u << 30)
		bytes <<= 1;
	return bytes;
}

static int load(struct capture *capture, struct error *error)
{
	struct telprobe_bpf *programs = capture->programs;
	int ret;

	programs->rodata->page_kib = (uint32_t)sysconf(_SC_PAGESIZE) / 1024;
	bpf_map__set_max_entries(programs->maps.objects, capture->room);
	bpf_map__set_max_entries(programs->maps.counters, capture->room * TP_KINDS);
	bpf_map__set_max_entries(programs->maps.events, capture->ring_bytes);
	bpf_program__set_autoload(programs->progs.environment, capture->reads_environment);
	bpf_program__set_autoload(programs->progs.mapped, capture->asks_mapped);
	bpf_program__set_autoload(programs->progs.process_crashes, features_has_crashes());
	if (capture->facts.method == CAPTURE_UPROBE_MULTI) {
		bpf_program__set_expected_attach_type(programs->progs.marker, LINK_UPROBE_MULTI);
		bpf_program__set_expected_attach_type(programs->progs.foreign_probe,
						      LINK_UPROBE_MULTI);
		bpf_program__set_expected_attach_type(programs->progs.empty, LINK_UPROBE_MULTI);
	}
	ret = telprobe_bpf__load(programs);
	return ret ? load_refused(ret, error) : 0;
}

static int map_page(const struct bpf_map *map, void **out, struct error *error)
{
	void *mapping = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
			     MAP_SHARED, bpf_map__fd(map), 0);

	if (mapping == MAP_FAILED)
		return error_set(error, -errno, "cannot map a page of the kernel side: %s",
				 error_text(errno));
	*out = mapping;
	return 0;
}

static int map_pages(struct capture *capture, struct error *error)
{
	void *lease = NULL, *reader = NULL;
	int ret;

	ret = map_page(capture->programs->maps.lease, &lease, error);
	capture->lease = lease;
	if (ret)
		return ret;
	ret = map_page(capture->programs->maps.reader, &reader, error);
	capture->reader = reader;
	if (ret)
		return ret;
	ret = totals_map(capture, error);
	if (ret)
		return ret;
	capture->reader->watermark_bytes = capture->ring_bytes / 4;
	capture_renew(capture);
	return 0;
}

/* Fork, exec, exit, crash. Uprobes are attached file by file. Without that of crashes there is less to
 * tell, and `doctor` says so. */
static int attach_process_programs(struct capture *capture, struct error *error)
{
	struct bpf_program *programs[CAPTURE_PROCESS_LINKS] = {
		capture->reads_environment ? capture->programs->progs.environment : NULL,
		capture->programs->progs.process_forks,
		capture->programs->progs.process_execs,
		capture->programs->progs.process_exits,
		[CAPTURE_CRASHES] = bpf_program__autoload(capture->programs->progs.process_crashes)
					    ? capture->programs->progs.process_crashes
					    : NULL,
		[CAPTURE_BEATS] = capture->programs->progs.processes_alive,
	};
	size_t i;

	for (i = 0; i < CAPTURE_PROCESS_LINKS; i++) {
		if (!programs[i])
			continue;
		capture->process_links[i] = bpf_program__attach(programs[i]);
		if (!capture->process_links[i] && i != CAPTURE_CRASHES)
			return error_set(error, -errno, "cannot attach to process events: %s",
					 error_text(errno));
	}
	return 0;
}

static int choose_method(struct capture *capture, struct error *error)
{
	int ret;

	capture->facts.method =
		capture->attach == CAPTURE_ATTACH_PERF ? CAPTURE_PERF_EVENT : trial_method();
	capture->way.method = capture->facts.method;
	if (capture->attach != CAPTURE_ATTACH_MULTI ||
	    capture->facts.method == CAPTURE_UPROBE_MULTI)
		return 0;
	ret = error_set(error, -ENOTSUP, "this kernel has no uprobe_multi links");
	error_hint(error, "Linux 6.6 or later has them; 'attach: auto' does without");
	return ret;
}

static int open_parts(struct capture *capture, struct error *error)
{
	int ret;

	ret = choose_method(capture, error);
	if (ret)
		return ret;
	capture->programs = telprobe_bpf__open();
	if (!capture->programs)
		return error_set(error, -errno, "cannot read telprobe's eBPF programs: %s",
				 error_text(errno));
	ret = load(capture, error);
	if (ret)
		return ret;
	ret = trial_nop(capture->programs->progs.empty, &capture->facts, &capture->trial);
	if (ret) {
		error_set(error, ret, "the kernel refuses to attach uprobes: %s", error_text(ret));
		error_hint(error, "`telprobe doctor` tells what is missing");
		return ret;
	}
	ret = ring_open(bpf_map__fd(capture->programs->maps.events), capture->ring_bytes,
			&capture->ring, error);
	if (ret)
		return ret;
	ret = map_pages(capture, error);
	if (ret)
		return ret;
	capture->lease_fd = lease_watch();
	if (capture->lease_fd < 0)
		return error_set(error, capture->lease_fd, "cannot watch for writers: %s",
				 error_text(capture->lease_fd));
	capture->left_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (capture->left_fd < 0)
		return error_set(error, -errno, "cannot wait for detaching: %s", error_text(errno));
	return attach_process_programs(capture, error);
}

int capture_open(const struct capture_options *options, struct capture **out, struct error *error)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	int ret;

	if (!capture)
		return error_set(error, -ENOMEM, "no memory for the capture side");
	libbpf_set_print(listen_to_libbpf);
	capture->lease_fd = -1;
	capture->left_fd = -1;
	capture->declared = (struct declared_parts){
		.program_fd = -1,
		.arguments_fd = -1,
		.arguments_link_fd = -1,
		.map_fd = -1,
		.loader_fd = -1,
		.learned_fd = -1,
	};
	capture->room = options->objects + 1;
	capture->reads_environment = options->reads_environment;
	capture->asks_mapped = options->asks_mapped;
	capture->attach = options->attach;
	capture->ring_bytes = ring_size(options->ring_bytes);
	capture->objects = calloc(capture->room, sizeof(*capture->objects));
	capture->generations = calloc(capture->room, sizeof(*capture->generations));
	capture->foreign = calloc(TP_FOREIGN, sizeof(*capture->foreign));
	if (!capture->objects || !capture->generations || !capture->foreign) {
		ret = error_set(error, -ENOMEM, "no memory for %u files", options->objects);
		goto close;
	}
	ret = open_parts(capture, error);
	if (ret)
		goto close;
	*out = capture;
	return 0;
close:
	capture_close(capture);
	return ret;
}

void capture_set_opener(struct capture *capture, const struct capture_opener *opener)
{
	capture->way.opener = *opener;
}

static int hide_globals(struct capture *capture)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, capture->programs->obj)
	{
		size_t bytes, page = (size_t)sysconf(_SC_PAGESIZE);
		const void *mapping = bpf_map__initial_value(map, &bytes);

		if (mapping && madvise((void *)(uintptr_t)mapping, (bytes + page - 1) / page * page,
				       MADV_DONTFORK))
			return -errno;
	}
	return 0;
}

int capture_hide(struct capture *capture, struct error *error)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int ret = ring_hide(capture->ring);

	if (!ret && (madvise(capture->lease, page, MADV_DONTFORK) ||
		     madvise(capture->reader, page, MADV_DONTFORK)))
		ret = -errno;
	if (!ret)
		ret = totals_hide(capture);
	if (!ret)
		ret = hide_globals(capture);
	return ret ? error_set(error, ret, "cannot hide the ring from other processes: %s",
			       error_text(ret))
		   : 0;
}

/* With the programs' variables it could make them forget who is to be silent. */
static void give_up_globals(struct capture *capture)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, capture->programs->obj)
	{
		size_t bytes, page = (size_t)sysconf(_SC_PAGESIZE);
		const void *mapping = bpf_map__initial_value(map, &bytes);

		if (mapping)
			munmap((void *)(uintptr_t)mapping, (bytes + page - 1) / page * page);
	}
}

void capture_only_read(struct capture *capture)
{
	give_up_globals(capture);
	munmap(capture->lease, (size_t)sysconf(_SC_PAGESIZE));
	capture->lease = NULL;
}

void capture_close(struct capture *capture)
{
	size_t i;

	if (!capture)
		return;
	if (capture->lease) {
		capture_stop(capture); /* silent at once; detaching takes a while */
		munmap(capture->lease, (size_t)sysconf(_SC_PAGESIZE));
	}
	if (capture->reader)
		munmap(capture->reader, (size_t)sysconf(_SC_PAGESIZE));
	totals_unmap(capture);
	capture_remove_all(capture);
	for (i = 0; i < CAPTURE_PROCESS_LINKS; i++)
		bpf_link__destroy(capture->process_links[i]);
	ring_close(capture->ring);
	declared_unload(capture);
	telprobe_bpf__destroy(capture->programs);
	if (capture->lease_fd >= 0)
		close(capture->lease_fd);
	if (capture->left_fd >= 0)
		close(capture->left_fd);
	free(capture->objects);
	free(capture->generations);
	free(capture->foreign);
	free(capture);
}

void capture_renew(struct capture *capture)
{
	*(volatile __u64 *)&capture->lease->until_ns = clock_monotonic_ns() + TP_LEASE_NS;
}

int capture_beat(struct capture *capture, uint64_t beat_ns, struct error *error)
{
	char nothing[64]; /* the program writes no text */
	ssize_t count;
	int fd, ret = 0;

	if (!capture->process_links[CAPTURE_BEATS])
		return 0;
	*(volatile __u64 *)&capture->lease->beat_ns = beat_ns;
	fd = bpf_iter_create(bpf_link__fd(capture->process_links[CAPTURE_BEATS]));
	if (fd < 0)
		ret = -errno;
	while (!ret && (count = read(fd, nothing, sizeof(nothing))) != 0)
		if (count < 0 && errno != EAGAIN && errno != EINTR)
			ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret ? error_set(error, ret, "cannot look at the processes that run: %s",
			       error_text(ret))
		   : 0;
}

void capture_stop(struct capture *capture)
{
	*(volatile __u64 *)&capture->lease->until_ns = 0;
}

enum { STORAGE_TRIES = 100 };

/* Of two who give a process its first storage, of whatever program, the kernel lets one wait:
 * bpf_local_storage_alloc(), Linux 5.11 to 6.18. */
static int write_storage(int map_fd, int process_fd, const void *value, uint64_t how)
{
	int tries, ret = -EAGAIN;

	for (tries = 0; tries < STORAGE_TRIES && ret == -EAGAIN; tries++)
		ret = bpf_map_update_elem(map_fd, &process_fd, value, how);
	return ret;
}

static int write_mark(struct capture *capture, pid_t pid, const struct tp_mark *mark, uint64_t how,
		      struct error *error)
{
	struct tp_mark *state = calloc(1, bpf_map__value_size(capture->programs->maps.threads));
	int fd, ret;

	if (!state)
		return error_set(error, -ENOMEM, "no memory to mark a process");
	*state = *mark;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	ret = fd < 0 ? -errno : 0;
	if (!ret)
		ret = write_storage(bpf_map__fd(capture->programs->maps.threads), fd, state, how);
	if (fd >= 0)
		close(fd);
	free(state);
	if (ret)
		return error_set(error, ret, "cannot mark process %d: %s", pid, error_text(ret));
	return 0;
}

int capture_mark(struct capture *capture, pid_t pid, uint32_t agreed, bool is_silent,
		 struct error *error)
{
	struct tp_mark mark = {
		.mark = TP_MARK_RUN | TP_MARK_FIRST | (is_silent ? TP_MARK_SILENT : 0),
		.agreed = agreed,
	};

	return write_mark(capture, pid, &mark, BPF_ANY, error);
}

int capture_silence(struct capture *capture, pid_t pid, struct error *error)
{
	struct tp_mark mark = { .mark = TP_MARK_SILENT };
	int ret = write_mark(capture, pid, &mark, BPF_NOEXIST, error);

	return ret == -EEXIST ? 0 : ret;
}

int capture_consent(struct capture *capture, uint32_t uid, uint32_t target,
		    const struct tp_consent *agreed, struct error *error)
{
	struct tp_consent_key key = { .uid = uid, .target = target };
	int fd = bpf_map__fd(capture->programs->maps.consent), ret;

	if (agreed->level == TP_LEVEL_OFF) {
		ret = bpf_map_delete_elem(fd, &key);
		if (ret == -ENOENT)
			ret = 0;
	} else {
		ret = bpf_map_update_elem(fd, &key, agreed, BPF_ANY);
	}
	if (ret)
		return error_set(error, ret, "cannot tell the kernel a decision: %s",
				 error_text(ret));
	return 0;
}

int capture_barrier(struct capture *capture, struct error *error)
{
	int inner = bpf_map__fd(capture->programs->maps.barrier_inner), ret;
	uint32_t zero = 0;

	ret = bpf_map_update_elem(bpf_map__fd(capture->programs->maps.barrier), &zero, &inner,
				  BPF_ANY);
	if (ret)
		return error_set(error, ret, "cannot wait for the kernel's programs: %s",
				 error_text(ret));
	return 0;
}

struct ring *capture_ring(struct capture *capture)
{
	return capture->ring;
}

static void set_reader(struct capture *capture, enum tp_reader_state state)
{
	__atomic_store_n(&capture->reader->state, state, __ATOMIC_SEQ_CST);
}

static bool wait_as(struct capture *capture, enum tp_reader_state state)
{
	ring_clear(capture->ring);
	set_reader(capture, state);
	if (ring_is_empty(capture->ring))
		return true;
	set_reader(capture, TP_READER_AWAKE);
	return false;
}

bool capture_nap(struct capture *capture)
{
	return wait_as(capture, TP_READER_NAPS);
}

bool capture_sleep(struct capture *capture)
{
	return wait_as(capture, TP_READER_SLEEPS);
}

void capture_wake(struct capture *capture)
{
	set_reader(capture, TP_READER_AWAKE);
}

const struct capture_facts *capture_facts(const struct capture *capture)
{
	return &capture->facts;
}
