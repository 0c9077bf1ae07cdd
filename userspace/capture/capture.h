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
#include "lib/table.h"
#include "telprobe/record.h"

struct capture;
struct ring;

enum capture_method { CAPTURE_UPROBE_MULTI, CAPTURE_PERF_EVENT };
enum capture_attach { CAPTURE_ATTACH_AUTO, CAPTURE_ATTACH_MULTI, CAPTURE_ATTACH_PERF };

struct capture_options {
	uint32_t objects;	/* files that can be added, 1..TP_OBJECTS - 1 */
	uint32_t ring_bytes;	/* 0: TP_RING_BYTES; rounded up to a power of two of pages */
	bool reads_environment; /* silence programs whose environment says DO_NOT_TRACK: needs a
				   program that looks at user memory (bpf/environment.bpf.h) */
	bool asks_mapped;	/* a file is the one the kernel maps, whatever stat() says: needs to
				   run a program here; without, who adds files sees to it */
	enum capture_attach attach; /* auto: multi links where the kernel has them */
};

/** capture_open() - load the programs and find out how this kernel attaches
 * The lease is granted for TP_LEASE_NS; see capture_renew(). Nothing is attached to a file yet. */
int capture_open(const struct capture_options *options, struct capture **out, struct error *error);

/** capture_set_opener() - who makes the perf events from now on: where the kernel has no multi links
 * that needs CAP_SYS_ADMIN, which this process may be about to give up. Its open() returns a
 * descriptor or a negative errno. Without one this process makes them itself. */
struct capture_opener {
	int (*open)(void *data, int file_fd, uint64_t offset, uint64_t semaphore_offset);
	void *data;
};
void capture_set_opener(struct capture *capture, const struct capture_opener *opener);

/** capture_hide() - processes forked from now on inherit no memory of the kernel side: neither the
 * ring nor the lease. A mapping outlives a fork although its descriptor was closed. */
int capture_hide(struct capture *capture, struct error *error);

/** capture_only_read() - in the process that reads the ring: give up the page of the lease, which
 * who reads must not be able to prolong, and the programs' variables. Of all functions here only
 * those under "records" and capture_name() may be called then. */
void capture_only_read(struct capture *capture);

/** capture_close() - detach everything and free. Capture has stopped when it returns. */
void capture_close(struct capture *capture);

/** capture_renew() - go on capturing for another TP_LEASE_NS. To be called every 10 s. */
void capture_renew(struct capture *capture);

/**
 * capture_beat() - a TP_HEARTBEAT for each process of people who agreed that has run for half of @beat_ns
 * Where its program is a target, and sessions are agreed to at level enhanced or higher: the kernel side
 * judges at that moment, as for a hit. Goes over all tasks of this process's pid namespace.
 * @beat_ns: from one call to the next, told in the record
 * Return: 0, also when detached; what bpf_iter_create() or read() say. */
int capture_beat(struct capture *capture, uint64_t beat_ns, struct error *error);

/** capture_mark() - put @pid and all its descendants under a run's consent
 * @agreed: TP_AGREED(); @is_silent: they asked not to be traced, nothing of them is recorded */
int capture_mark(struct capture *capture, pid_t pid, uint32_t agreed, bool is_silent,
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
 * Return: 0; -EEXIST: this inode has a number already, in *out_object; -EINPROGRESS: it has one that is
 * being given up, try again after capture_forget(); -ENOSPC: no number left;
 * -EACCES, -ENOMEM. */
int capture_hold(struct capture *capture, int fd, const char *path, uint16_t *out_object,
		 struct error *error);

/** capture_assign() - the consent for @object is asked under @target; before capture_attach(). Without
 * it, its own number is its target. */
void capture_assign(struct capture *capture, uint16_t object, uint32_t target);

/** capture_tell_runs() - what of the runs of the program @object is told without a marker; at once, also
 * before capture_attach(). What runs already is no run of it.
 * @runs: enum tp_runs; 0: nothing */
void capture_tell_runs(struct capture *capture, uint16_t object, uint16_t runs);

/** capture_thin_out() - which spans of the targets that @number stands for are told one by one, at once
 * @number: 1..TP_SAMPLINGS - 1. @rules: copied; TP_TELL_RATE: 1..TP_BURST_NS ns; where they are those
 * that hold already, the programs' part of them stays */
void capture_thin_out(struct capture *capture, uint16_t number, const struct tp_sampling *rules);
/** capture_thinned_out() - the rules of @number, and what they did since they hold. Return: 0, -errno. */
int capture_thinned_out(const struct capture *capture, uint16_t number, struct tp_sampling *out);
/** capture_tell_sampling() - they are those of @object; 0: all are told. At once, also before
 * capture_attach() */
void capture_tell_sampling(struct capture *capture, uint16_t object, uint16_t number);

struct capture_probe { /* that is no marker, of a span of the same file */
	uint64_t file_offset;
	uint64_t semaphore_offset; /* 0: none */
	uint32_t place;		   /* of the instruction (include/telprobe/record.h) */
	uint32_t span;		   /* which of the spans */
	enum tp_foreign_role role;
	bool is_dear; /* the kernel steps that instruction */
};

/** capture_tell_spans() - what begins, ends and fails in @object by probes that are no markers; once,
 * before capture_attach(), which attaches to them
 * @spans, @probes: copied; each probe at an instruction that uprobes take
 * Return: 0; -ENOSPC: there are TP_FOREIGN - 1 already, of all files; -EINVAL: a span that no program
 * could tell; -ENOMEM. Then nothing of them is told. */
int capture_tell_spans(struct capture *capture, uint16_t object, const struct tp_foreign *spans,
		       size_t span_count, const struct capture_probe *probes, size_t probe_count,
		       struct error *error);

/**
 * capture_declare() - the names that targets declare, all of them: what was declared and is not in
 * @names, is not any more
 * @names: struct tp_declared_key to uint32_t, the name's number from 1; stays the caller's
 * The first name loads the program that reads names from memory, beside the others. Without names,
 * and with no file left that reads them, it is unloaded.
 * Return: 0; -EPERM, -ENOTSUP, ...: the kernel refuses the program; -ENOMEM. */
int capture_declare(struct capture *capture, const struct table *names, struct error *error);

/** capture_load_for() - in a process of its own, forked before others lose the right to load programs:
 * load the program that reads names, and no other, each time who holds the other end of @socket asks.
 * Needs the descriptors of capture_map_fds(). Return: 0 when that end is gone. */
int capture_load_for(struct capture *capture, int socket);
/** capture_use_loader() - ask there from now on instead of loading here */
void capture_use_loader(struct capture *capture, int socket);
/** capture_map_fds() - Return: how many. */
int capture_map_fds(const struct capture *capture, int *fds, int room);

/** capture_read_names() - whether names of @object that are no constants are read; before or after
 * capture_attach(), where it attaches anew: spans that end meanwhile lack their end
 * Return: 0; -ENOTSUP: nothing is declared; as capture_attach(), @object is then dropped. */
int capture_read_names(struct capture *capture, uint16_t object, bool reads_names,
		       struct error *error);

/**
 * capture_learn() - from now on capture_read_names() is possible though nothing is declared, and each
 * name that is read and not declared is kept in the kernel until capture_close()
 * For who shows a person what a command of his own says, and for nobody else: this is the one way in
 * which a text that is not declared gets out. Names of other people's processes are not read then.
 * TP_LEARNED of them, where processors are many some more, each of less than TP_DECLARED_BYTES.
 * @uid: whose. Return: 0; as capture_declare(). */
int capture_learn(struct capture *capture, uint32_t uid, struct error *error);
/** capture_each_learned() - each once, in no order; @visit may stop by not returning 0. Return: what it
 * returned last. */
typedef int (*capture_learned_visitor)(void *data, const char *text);
int capture_each_learned(const struct capture *capture, capture_learned_visitor visit, void *data);

/** capture_consent() - what @uid agreed to for @target; TP_LEVEL_OFF: nothing. In force at the next
 * hit, in every running process. */
int capture_consent(struct capture *capture, uint32_t uid, uint32_t target,
		    const struct tp_consent *agreed, struct error *error);

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

/** capture_drop() - as capture_leave() for one file. Of one that was never attached to, the ring holds
 * no name: its lease ends at once, and if capture_attach() was not even called, its number is free. */
void capture_drop(struct capture *capture, uint16_t object);

/* --- files that are given up: their numbers are used again, so nothing may speak of them any more -- */

/** capture_leave() - from now on no hit of these files is recorded and their numbers mean nothing to
 * the programs; threads detach from them meanwhile, which takes a grace period each (hazards: 9).
 * Their leases are held until then, their names and counts can be read until capture_forget(). */
void capture_leave(struct capture *capture, const uint16_t *objects, int count);
/** capture_left_fd() - readable when capture_left() may have something to tell */
int capture_left_fd(const struct capture *capture);
/** capture_left() - next of the given up files that is detached and of which no record will be put
 * into the ring; 0: none now */
uint16_t capture_left(struct capture *capture);
/** capture_forget() - the ring was emptied after capture_left() told of them, and who resolved their
 * names forgot them: their counts go into the sum of files that are gone, what their processes have
 * open under ids gives its room back, their leases end, their numbers are free */
void capture_forget(struct capture *capture, const uint16_t *objects, int count);

/** capture_know() - the executable that @record tells of is @object (0: with this content not of
 * interest) */
int capture_know(struct capture *capture, const struct tp_discover *record, uint16_t object,
		 struct error *error);

/** capture_is_steady() - nobody writes the held file, nor has since capture_hold(). Where no lease
 * can be had that is taken for granted. */
bool capture_is_steady(const struct capture *capture, uint16_t object);

/** capture_generation() - of the file's number, as the totals of it say (record.h); known from
 * capture_hold() on. TP_GENERATIONS: no file has the number */
uint32_t capture_generation(const struct capture *capture, uint16_t object);

/** capture_file() - descriptor of the held file, which stays capture's; -1: released */
int capture_file(const struct capture *capture, uint16_t object);

enum capture_use {
	CAPTURE_SHARED,
	CAPTURE_ALONE, /* nobody but us has it open, mapped or executes it */
	CAPTURE_WRITTEN, /* somebody began to write it while we asked: leave it or drop it at once, until
			    then all who open it wait */
};

/** capture_use() - who has the held file. Asks the kernel by taking a write lease for a moment, which it
 * grants to the only opener: needs no right to look into processes. So the file must not be open here
 * but through capture_file(). Of a file whose lease cannot be had it is taken for granted that somebody
 * has it. */
enum capture_use capture_use(const struct capture *capture, uint16_t object);

/** capture_name() - base name of an added file; NULL if unknown. capture_path() - as added. */
const char *capture_name(const struct capture *capture, uint16_t object);
const char *capture_path(const struct capture *capture, uint16_t object);
uint16_t capture_last_object(const struct capture *capture); /* numbers go from 1 to this */
uint32_t capture_sites(const struct capture *capture, uint16_t object); /* attached markers */

/* --- files whose probes cost their programs too much --------------------------------------- */

/** capture_hits() - of everybody on @object's probes, so far; a dear one counts TP_DEAR_HITS. Goes round. */
uint32_t capture_hits(const struct capture *capture, uint16_t object);
/** capture_rest() - detach from @objects and keep all else that is known of them: hits cost nothing, spans
 * that are open then have no end. A grace period in all. Nothing to those of which nothing is attached. */
void capture_rest(struct capture *capture, const uint16_t *objects, int count);
/** capture_rouse() - attach again. Return: 0, also to what does not rest; as capture_attach(), @object is
 * then dropped. */
int capture_rouse(struct capture *capture, uint16_t object, struct error *error);

/* --- files that somebody wants to write --------------------------------------------------- */

/** capture_fd() - readable when a lease is broken: somebody opens an added file for writing and
 * is held up until capture_release(), 45 s at most (/proc/sys/fs/lease-break-time). */
int capture_fd(const struct capture *capture);
/** capture_wanted() - next such object, each once; 0: none. It is to be given up: capture_leave(). */
uint16_t capture_wanted(struct capture *capture);
/** capture_broken() - the same, already detached. Drain the ring and resolve its names, then
 * release it. */
uint16_t capture_broken(struct capture *capture);
void capture_release(struct capture *capture, uint16_t object);

/** capture_pause() - detach from every file and let writers in, for a time in which nobody can hear
 * that they wait; what the ring holds is then to be read. capture_resume() - attach again to those that
 * did not change meanwhile.
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

/* --- totals: spans of people at level basic, added up ---------------------------------------- */

/* Two halves (record.h). One is added to, by programs that run this moment too. The other is empty,
 * or it was added to before and has to be read to its end. */
const struct tp_totals *capture_totals(const struct capture *capture, uint32_t half); /* 0, 1 */
uint32_t capture_totals_half(const struct capture *capture); /* that is added to */
/** capture_totals_source() - tells what is in a half from what was in it before; 0: nothing is */
uint64_t capture_totals_source(const struct capture *capture, uint32_t half);
/** capture_totals_have_grown() - something was added since the last capture_totals_seen(), which
 * comes before they are read. Added while the reader sleeps, it wakes him, once. */
bool capture_totals_have_grown(const struct capture *capture);
void capture_totals_seen(struct capture *capture);

/** capture_totals_turn() - add to the other half from here on. When it returns nothing is added
 * to the half before any more. Return: 0; -EBUSY: that other half was not cleared yet. */
int capture_totals_turn(struct capture *capture, struct error *error);
/** capture_totals_clear() - the half that is not added to was read to its end: make room of it */
int capture_totals_clear(struct capture *capture, struct error *error);

/* --- accounts ----------------------------------------------------------------------------- */

/** capture_count() - of one file; object 0 holds what was refused before it was known whose it is */
int capture_count(struct capture *capture, uint16_t object, enum tp_kind kind,
		  struct tp_counters *out, struct error *error);
/** capture_sum() - over all files there are and were, by kind; what was refused before it was known
 * whose it is, is not in it */
int capture_sum(struct capture *capture, struct tp_counters out[TP_KINDS], struct error *error);
/** capture_open_spans() - begun and neither closed nor counted as anything else */
int64_t capture_open_spans(const struct tp_counters *set);
/** capture_missed() - hits the kernel itself left out because a program was running already */
uint64_t capture_missed(struct capture *capture);

/** capture_program_fds() - descriptors of the loaded programs, for proof.h. Return: how many. */
int capture_program_fds(struct capture *capture, int *fds, int room);

struct capture_facts { /* found by trying */
	enum capture_method method;
	unsigned int nop_bytes; /* which instruction of a marker is probed: 1, 5 or 10 */
	bool is_optimised;	/* the kernel turns that instruction into a call */
	bool is_unsafe;		/* it would another one, which kills forked children: not used */
	uint32_t hit_ns;	/* what an empty probe there costs, at least */
};
const struct capture_facts *capture_facts(const struct capture *capture);

#endif
