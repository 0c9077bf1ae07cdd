/* SPDX-License-Identifier: GPL-2.0-only */
/* capture.h - the kernel side as userspace holds it: programs, maps, links, leases on files.
 * This room is the only one that knows libbpf. Needs root, or CAP_BPF and CAP_PERFMON (before
 * Linux 6.6 CAP_SYS_ADMIN), and CAP_LEASE for files of others, while opening, adding and marking;
 * reading the ring needs nothing. Never reads a traced file: what is in it, inspect/ tells. */
#ifndef TELPROBE_CAPTURE_CAPTURE_H
#define TELPROBE_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "inspect/inspect.h"
#include "lib/error.h"
#include "telprobe/record.h"

struct capture;
struct ring;

struct capture_options {
	uint32_t objects;	/* files that can be added, 1..TP_OBJECTS - 1 */
	uint32_t ring_bytes;	/* 0: TP_RING_BYTES; rounded up to a power of two of pages */
	bool reads_environment; /* silence programs whose environment says DO_NOT_TRACK: needs a
				   program that looks at user memory (bpf/environment.bpf.h) */
};

/** capture_open() - load the programs and find out how this kernel attaches
 * The lease is granted for TP_LEASE_NS; see capture_renew(). Nothing is attached to a file yet. */
int capture_open(const struct capture_options *options, struct capture **out, struct error *error);

/** capture_hide() - processes forked from now on inherit no memory of the kernel side: neither the
 * ring nor the lease. A mapping outlives a fork although its descriptor was closed. */
int capture_hide(struct capture *capture, struct error *error);

/** capture_only_read() - in the process that reads the ring: give up the page of the lease, which
 * who reads must not be able to prolong. Of all functions here only those under "records" and
 * capture_name() may be called then. */
void capture_only_read(struct capture *capture);

/** capture_close() - detach everything and free. Capture has stopped when it returns. */
void capture_close(struct capture *capture);

/** capture_renew() - go on capturing for another TP_LEASE_NS. To be called every 10 s. */
void capture_renew(struct capture *capture);

/** capture_mark() - put @pid and all its descendants under a run's consent
 * @level: enum tp_level; @is_silent: they asked not to be traced, nothing of them is recorded */
int capture_mark(struct capture *capture, pid_t pid, enum tp_level level, bool is_silent,
		 struct error *error);

/** capture_silence() - nothing of @pid and what it will execute is recorded: its environment, which
 * the kernel side reads at exec alone, said so before that was attached
 * Return: 0, also for one known already; -ESRCH: it has ended; -ENOMEM. */
int capture_silence(struct capture *capture, pid_t pid, struct error *error);

/**
 * capture_hold() - take a file on: a number for it, a read lease on it
 * @fd: read-only descriptor; stays the caller's, the file is opened once more. @path: what to call
 * it in messages; copied. Its base name names the program.
 * From here on nobody can overwrite the file in place unnoticed, so inspect it now and not before
 * (hazards). A lease that cannot be had is only told by capture_attach(), and only where there is
 * something to attach to.
 * Return: 0; -EEXIST: this inode has a number already, in *out_object; -ENOSPC: no number left;
 * -EACCES, -ENOMEM. */
int capture_hold(struct capture *capture, int fd, const char *path, uint16_t *out_object,
		 struct error *error);

/** capture_assign() - the consent for @object is asked under @target; before capture_attach(). Without
 * it, its own number is its target. */
void capture_assign(struct capture *capture, uint16_t object, uint32_t target);

/** capture_consent() - what @uid agreed to for @target; TP_LEVEL_OFF: nothing. In force at the next
 * hit, in every running process. */
int capture_consent(struct capture *capture, uint32_t uid, uint32_t target, enum tp_level level,
		    struct error *error);

/** capture_barrier() - wait until no program runs that began before the call: after it nothing is
 * put into the ring that the last capture_consent() forbade. Some 10 ms. */
int capture_barrier(struct capture *capture, struct error *error);

struct capture_added {
	uint32_t sites;	   /* attached */
	uint32_t unusable; /* telprobe markers left out, see inspect_reason_text() */
};

/**
 * capture_attach() - attach to the telprobe markers of a held file; without any, only its
 * processes are told of
 * Return: 0; -EBUSY: open for writing, or written since capture_hold(); -EINVAL: another tracer
 * holds the address without the semaphore; -ENOTSUP: no leases on that file system; -EPERM,
 * -ENOMEM. On failure the object is dropped. */
int capture_attach(struct capture *capture, uint16_t object, const struct inspection *inspection,
		   struct capture_added *out, struct error *error);

/** capture_drop() - detach, give up the lease. The number is used again only if nothing
 * was ever attached to it. */
void capture_drop(struct capture *capture, uint16_t object);

/** capture_know() - the executable that @record tells of is @object (0: with this content not of
 * interest) */
int capture_know(struct capture *capture, const struct tp_discover *record, uint16_t object,
		 struct error *error);

/** capture_is_steady() - nobody writes the held file, nor has since capture_hold(). Where no lease
 * can be had that is taken for granted. */
bool capture_is_steady(const struct capture *capture, uint16_t object);

/** capture_name() - base name of an added file; NULL if unknown. capture_path() - as added. */
const char *capture_name(const struct capture *capture, uint16_t object);
const char *capture_path(const struct capture *capture, uint16_t object);
uint16_t capture_last_object(const struct capture *capture); /* numbers go from 1 to this */

/* --- files that somebody wants to write --------------------------------------------------- */

/** capture_fd() - readable when a lease is broken: somebody opens an added file for writing and
 * is held up until capture_release(), 45 s at most (/proc/sys/fs/lease-break-time). */
int capture_fd(const struct capture *capture);
/** capture_broken() - next such object, already detached; 0: none. Drain the ring and resolve
 * its names, then release it. */
uint16_t capture_broken(struct capture *capture);
void capture_release(struct capture *capture, uint16_t object);

/** capture_pause() - detach from every file and let writers in, for a time in which nobody can hear
 * that they wait; capture_resume() - attach again to those that did not change meanwhile.
 * Return: 0, or why the last of the others was dropped. */
void capture_pause(struct capture *capture);
int capture_resume(struct capture *capture, struct error *error);

/** capture_detach() - detach from everything, processes too: after it no program of ours runs, so
 * what the ring holds is all there will be. Names and counts stay readable. */
void capture_detach(struct capture *capture);

/** capture_stop() - no more records from this moment on; what is in the ring can still be read */
void capture_stop(struct capture *capture);

/* --- records ------------------------------------------------------------------------------ */

struct ring *capture_ring(struct capture *capture);
/** capture_nap() - the reader is about to wait for at most some milliseconds: only an error or a
 * filling ring wakes it. capture_sleep() - it is about to wait without limit: the first record
 * wakes it. Return: true: go ahead, wait for ring_fd(); false: records are there. */
bool capture_nap(struct capture *capture);
bool capture_sleep(struct capture *capture);
void capture_wake(struct capture *capture); /* the reader reads again */

/* --- accounts ----------------------------------------------------------------------------- */

/** capture_count() - sum over the CPUs; object 0 holds what was refused before it was known whose
 * it is */
int capture_count(struct capture *capture, uint16_t object, enum tp_kind kind,
		  struct tp_counters *out, struct error *error);
/** capture_missed() - hits the kernel itself left out because a program was running already */
uint64_t capture_missed(struct capture *capture);

/** capture_program_fds() - descriptors of the loaded programs, for proof.h. Return: how many. */
int capture_program_fds(struct capture *capture, int *fds, int room);

enum capture_method { CAPTURE_UPROBE_MULTI, CAPTURE_PERF_EVENT };
struct capture_facts { /* found by trying */
	enum capture_method method;
	unsigned int nop_bytes; /* which instruction of a marker is probed: 1, 5 or 10 */
	bool is_optimised;	/* the kernel turns that instruction into a call */
};
const struct capture_facts *capture_facts(const struct capture *capture);

#endif
