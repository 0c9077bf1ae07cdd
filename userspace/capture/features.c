/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/lease.h"
#include "capture/trial.h"

#define BPFFS_PATH   "/sys/fs/bpf"
#define TRACEFS_PATH "/sys/kernel/tracing"

/* What each row says when the thing is not there. */
struct row {
	const char *name;
	bool is_needed;
	const char *follows;
	const char *advice;
	bool (*is_there)(char *found, size_t bytes); /* fills @found either way */
};

static bool capability_is_set(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return false;
	return data[capability / 32].effective >> (capability % 32) & 1;
}

static bool try_machine(char *found, size_t bytes)
{
	struct utsname name;

	uname(&name);
	snprintf(found, bytes, "Linux %s on %s", name.release, name.machine);
	return !strcmp(name.machine, "x86_64") || !strcmp(name.machine, "aarch64");
}

static bool try_btf(char *found, size_t bytes)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf) {
		snprintf(found, bytes, "/sys/kernel/btf/vmlinux: %s", error_text(errno));
		return false;
	}
	snprintf(found, bytes, "/sys/kernel/btf/vmlinux, %u types", btf__type_cnt(btf));
	btf__free(btf);
	return true;
}

static bool try_rights(char *found, size_t bytes)
{
	bool has_admin = capability_is_set(CAP_SYS_ADMIN);
	bool has_bpf = capability_is_set(CAP_BPF), has_perfmon = capability_is_set(CAP_PERFMON);

	snprintf(found, bytes, "CAP_BPF %s, CAP_PERFMON %s, CAP_SYS_ADMIN %s",
		 has_bpf ? "yes" : "no", has_perfmon ? "yes" : "no", has_admin ? "yes" : "no");
	return has_admin || (has_bpf && has_perfmon);
}

static bool try_bpf(char *found, size_t bytes)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "telprobe_try", 0, 0,
				(__u32)sysconf(_SC_PAGESIZE), NULL);

	if (fd < 0) {
		snprintf(found, bytes, "bpf(BPF_MAP_CREATE, ring buffer): %s", error_text(errno));
		return false;
	}
	close(fd);
	snprintf(found, bytes, "a ring buffer could be made");
	return true;
}

static bool try_capture(char *found, size_t bytes)
{
	struct capture_options options = { .objects = 1, .ring_bytes = 65536 };
	const struct capture_facts *facts;
	struct capture *capture;
	struct error error = { 0 };

	if (capture_open(&options, &capture, &error)) {
		snprintf(found, bytes, "%.150s", error.what);
		return false;
	}
	facts = capture_facts(capture);
	snprintf(found, bytes, "loaded and attached; probes the %u-byte nop%s", facts->nop_bytes,
		 facts->is_optimised ? ", which this kernel turns into a call"
		 : facts->is_unsafe
			 ? ": a trap a hit; this kernel's faster way kills forked children"
			 : ": a trap a hit");
	capture_close(capture);
	return true;
}

static bool try_multi(char *found, size_t bytes)
{
	bool has_multi = trial_method() == CAPTURE_UPROBE_MULTI;

	snprintf(found, bytes,
		 has_multi ? "many places in one link, without CAP_SYS_ADMIN"
			   : "one perf event a place");
	return has_multi;
}

static bool try_lease(char *found, size_t bytes)
{
	char path[] = "/tmp/telprobe-doctor-XXXXXX";
	struct error error = { 0 };
	int writer = mkstemp(path), fd, ret;

	if (writer < 0) {
		snprintf(found, bytes, "cannot make a file in /tmp: %s", error_text(errno));
		return false;
	}
	close(writer);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = fd < 0 ? -errno : lease_take(fd, path, &error);
	if (fd >= 0)
		close(fd);
	unlink(path);
	snprintf(found, bytes, "%.150s", ret ? error.what : "a read lease could be had");
	return !ret;
}

bool features_has_function(const char *name)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has_it = btf && btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return has_it;
}

static bool try_preemption(char *found, size_t bytes)
{
	bool has_it = features_has_function("bpf_preempt_disable");

	snprintf(found, bytes, has_it ? "bpf_preempt_disable is there" : "no bpf_preempt_disable");
	return has_it;
}

bool features_has_crashes(void)
{
	return libbpf_find_vmlinux_btf_id("signal_deliver", BPF_TRACE_RAW_TP) > 0;
}

static bool try_crashes(char *found, size_t bytes)
{
	bool has_it = features_has_crashes();

	snprintf(found, bytes,
		 has_it ? "the tracepoint signal_deliver is there"
			: "no tracepoint signal_deliver");
	return has_it;
}

static bool btf_has_member(const struct btf *btf, const char *structure, const char *member)
{
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT), i;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;

	for (i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), member))
			return true;
	return false;
}

static bool try_ring_fix(char *found, size_t bytes)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has_it = btf && btf_has_member(btf, "bpf_ringbuf", "pending_pos");

	btf__free(btf);
	snprintf(found, bytes, has_it ? "bpf_ringbuf.pending_pos is there" : "not seen in BTF");
	return has_it;
}

static bool is_mounted(const char *path, long magic, char *found, size_t bytes)
{
	struct statfs status;
	bool is = !statfs(path, &status) && (long)status.f_type == magic;

	snprintf(found, bytes, is ? "mounted at %s" : "not mounted at %s", path);
	return is;
}

static bool try_bpffs(char *found, size_t bytes)
{
	return is_mounted(BPFFS_PATH, BPF_FS_MAGIC, found, bytes);
}

static bool try_tracefs(char *found, size_t bytes)
{
	return is_mounted(TRACEFS_PATH, TRACEFS_MAGIC, found, bytes);
}

static bool try_lockdown(char *found, size_t bytes)
{
	char text[128] = "";
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");

	if (!file || !fgets(text, sizeof(text), file)) {
		snprintf(found, bytes, "not locked down");
	} else {
		text[strcspn(text, "\n")] = '\0';
		snprintf(found, bytes, "%.100s", text);
	}
	if (file)
		fclose(file);
	return !strstr(text, "[confidentiality]");
}

void features_facts(struct kernel_facts *out)
{
	char found[160];

	libbpf_set_print(NULL);
	out->has_types = try_btf(found, sizeof(found));
	out->is_confidential = !try_lockdown(found, sizeof(found));
	out->has_multi = try_multi(found, sizeof(found)) || !try_bpf(found, sizeof(found)) ||
			 !try_rights(found, sizeof(found));
	out->has_admin = capability_is_set(CAP_SYS_ADMIN);
	out->has_ring_fix = try_ring_fix(found, sizeof(found));
}

static bool try_landlock(char *found, size_t bytes)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* ask for the version */);

	if (version < 0)
		snprintf(found, bytes, "landlock_create_ruleset: %s", error_text(errno));
	else
		snprintf(found, bytes, "version %ld of its interface", version);
	return version >= 0;
}

static const struct row rows[] = {
	{ "machine", true, "telprobe knows x86-64 and arm64 only", "", try_machine },
	{ "rights", true, "nothing can be attached",
	  "run as root, or give CAP_BPF and CAP_PERFMON (before Linux 6.6 CAP_SYS_ADMIN)",
	  try_rights },
	{ "kernel types (BTF)", true, "the programs cannot be fitted to this kernel",
	  "boot a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions ship it", try_btf },
	{ "lockdown", true, "the kernel refuses programs that read kernel memory",
	  "boot with lockdown=integrity or none", try_lockdown },
	{ "eBPF", true, "no program can be loaded",
	  "allow bpf(2): rights, container seccomp profile, CONFIG_BPF_SYSCALL", try_bpf },
	{ "programs and uprobes", true, "nothing can be captured",
	  "see what was found; CONFIG_UPROBE_EVENTS and CONFIG_BPF_EVENTS are needed",
	  try_capture },
	{ "file leases", true,
	  "telprobe does not attach: an overwrite under a probe would change "
	  "what the program computes",
	  "give CAP_LEASE; use a local file system", try_lease },
	{ "uprobe_multi links", false, "attaching needs CAP_SYS_ADMIN and a link a marker",
	  "Linux 6.6 or later has them", try_multi },
	{ "no preemption while writing", false,
	  "under full preemption a record may hold up the reader for a moment",
	  "Linux 6.12 or later has it", try_preemption },
	{ "place of crashes", false, "where in its code a program crashed is not told", "",
	  try_crashes },
	{ "hardened ring buffer", false,
	  "the reader of the ring must be trusted like root, and the service's collector runs as "
	  "root (CVE-2024-41009)",
	  "install your distribution's kernel update", try_ring_fix },
	{ "Landlock", false, "the service's processes are kept from files by their accounts alone",
	  "boot with landlock among the kernel's lsm=; CONFIG_SECURITY_LANDLOCK is needed",
	  try_landlock },
	{ "bpffs", false,
	  "probes end with the process that attached them: telprobe run needs no more",
	  "mount -t bpf bpf " BPFFS_PATH, try_bpffs },
	{ "tracefs", false, "nothing: telprobe does not use it", "", try_tracefs },
};

const char *feature_state_name(enum feature_state state)
{
	static const char *const names[] = {
		[FEATURE_PRESENT] = "ok",
		[FEATURE_MISSING] = "missing",
		[FEATURE_REDUCED] = "without",
		[FEATURE_UNTRIED] = "untried",
	};

	return names[state];
}

int features_probe(struct feature out[FEATURES_MAX])
{
	bool is_blocked = false;
	size_t i;

	libbpf_set_print(NULL); /* each row says itself what it found */
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct feature *feature = &out[i];
		bool is_there;

		*feature = (struct feature){ .name = rows[i].name, .follows = "", .advice = "" };
		if (is_blocked &&
		    (rows[i].is_there == try_capture || rows[i].is_there == try_multi)) {
			feature->state = FEATURE_UNTRIED;
			feature->follows = "not tried: something it needs is missing";
			continue;
		}
		is_there = rows[i].is_there(feature->found, sizeof(feature->found));
		if (is_there)
			continue;
		feature->state = rows[i].is_needed ? FEATURE_MISSING : FEATURE_REDUCED;
		feature->follows = rows[i].follows;
		feature->advice = rows[i].advice;
		is_blocked |= rows[i].is_needed;
	}
	return (int)(sizeof(rows) / sizeof(rows[0]));
}
