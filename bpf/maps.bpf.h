/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* maps.bpf.h - every map, with who writes and who reads it. */
#ifndef TELPROBE_BPF_MAPS_H
#define TELPROBE_BPF_MAPS_H

/* Records on their way to the collector. Written here only; the reader owns the consumer page. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TP_RING_BYTES);
} events SEC(".maps");

/* Nothing is captured after this moment. Mapped and renewed by the supervisor, read here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tp_lease);
} lease SEC(".maps");

/* Whether the ring's reader waits, and how deeply. Mapped by the reader; programs wake it. A map of
 * its own: who reads must not be able to prolong the lease. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tp_reader);
} reader SEC(".maps");

/* Key: object number. Written by userspace before the object's markers are attached. The size is
 * set at load: as many files as the configuration has, plus those discovered. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TP_OBJECTS);
	__type(key, __u32);
	__type(value, struct tp_object);
} objects SEC(".maps");

/* Key: object * TP_KINDS + kind; object 0 has its own, below. One set for all CPUs: one for each would
 * be 900 MB on 128 of them, and a hit that is counted here goes on to the ring, whose lock all CPUs
 * share anyway. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TP_OBJECTS *TP_KINDS);
	__type(key, __u32);
	__type(value, struct tp_object_counters);
} counters SEC(".maps");

/* Key: kind. Mostly what was refused before it was known whose it is: by every process of
 * everybody, so no two CPUs may wait for each other. Atomic although per CPU: with full preemption
 * another task runs in the middle of a program (hazards: 8). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TP_KINDS);
	__type(key, __u32);
	__type(value, struct tp_counters);
} refusals SEC(".maps");

/* What people at level basic did, in sums (totals.bpf.h). Written here and cleared by the
 * supervisor; mapped, without the right to write, by who stores it. One set for all CPUs: one for
 * each would be 41 MB on 128 of them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, TP_HALVES);
	__type(key, __u32);
	__type(value, struct tp_totals);
} totals SEC(".maps");

/* Which half of them. Written by the supervisor, mapped by who stores them to read it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tp_totals_state);
} totals_state SEC(".maps");

/* Who consented, and to what. No entry, no event. Only the supervisor writes it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct tp_consent_key);
	__type(value, struct tp_consent);
} consent SEC(".maps");

struct barrier_inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} barrier_inner SEC(".maps");

/* Replacing the inner map waits until no program runs that began before: what `disable` needs after
 * it deleted a consent (hazards: 10). No program reads it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct barrier_inner);
} barrier SEC(".maps") = { .values = { &barrier_inner } };

/* Key: number, in the cookie. Written by userspace before the probes of the span are attached. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TP_FOREIGN);
	__type(key, __u32);
	__type(value, struct tp_foreign);
} foreign SEC(".maps");

/* Key: `sampling` of an object. Written by userspace; the programs move due_ns. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TP_SAMPLINGS);
	__type(key, __u32);
	__type(value, struct tp_sampling);
} samplings SEC(".maps");

/* Which file is which object, by the kernel's inode; value 0: known to have nothing for us. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TP_EXECUTABLES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct tp_executable_key);
	__type(value, __u32);
} executables SEC(".maps");

/* Constants that stand more than once in a file: a begin and an end in two translation units
 * built without optimisation pass different places of the same text. Asked only on a mismatch. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TP_ALIASES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct tp_alias_key);
	__type(value, __u32);
} aliases SEC(".maps");

enum { SORT_COMMAND, SORT_SPAN, SPAN_SORTS }; /* what a level or a category may refuse alone */

enum frame_inner { /* how far below its begin the highest begin of what is part of it lay */
		   INNER_NONE,	    /* there was none */
		   INNER_WORDS,	    /* so many words, */
		   INNER_FAR = 254, /* or more */
		   INNER_FUNCTION, /* never mind: it ends where its function returns (foreign.bpf.h) */
};

struct frame { /* an open span */
	__u64 start_ns;
	__u32 span;
	__u32 parent;
	__u32 uid;
	__u32 name[3]; /* command: command, subcommand, profile; else: name */
	__u16 object;
	__u8 kind;
	__u8 flags; /* which of the names are places in the program */
	__u32 tags;
	union {
		__u64 id;		   /* of one in async_spans */
		__u32 refused[SPAN_SORTS]; /* of another: begun inside it and refused */
	};
	union {
		__u32 process; /* of one in async_spans */
		__u32 stack;   /* lower half of the stack pointer it began at, by no marker */
	};
	__u16 generation; /* of the object */
	__u8 level;	  /* enum tp_level it began at */
	__u8 inner;	  /* enum frame_inner, of one that began by no marker */
};

struct thread {	       /* what is known of one thread that is traced or may be */
	__u32 process; /* number; shared by the threads of a process */
	__u32 mark;    /* enum tp_mark_flag; copied to threads, children and over exec */
	__u32 agreed;  /* TP_AGREED() of a marked tree */
	__u32 program; /* object of the executable; 0 not looked up or not known */
	__u64 start_ns;
	__u64 start_rss_pages; /* what was used up to exec was used by another program */
	__u64 start_cpu_ns;
	__u64 start_read_bytes;
	__u64 start_written_bytes;
	__u32 next_span;  /* numbers are taken in blocks, so that threads need not share one */
	__u32 next_block; /* leader only: next block to hand out */
	__u32 session_tags;
	__u32 depth;		/* frames in use */
	__u32 deep[SPAN_SORTS]; /* begins beyond the last frame */
	__u32 has_ended;	/* leader only: the exit record was sent */
	__u8 is_forked;
	__u8 uses_ids; /* entries in async_spans or decisions may be left */
	__u16 program_generation;
	__u32 named_by;	  /* leader only: object whose session_begin named the process */
	__u8 is_met;	  /* at a marker: when it began to execute its program is not known */
	__u8 run_level;	  /* enum tp_level it began at */
	__u8 run_starter; /* enum tp_starter */
	__u32 run_uid;
	__u32 run_span; /* of the command that ends with the process (runs.bpf.h); 0: it is none */
	__u32 run_subcommand; /* place */
	__u32 crossing;	      /* open spans of TP_PAIRING_THREAD: they end with the thread */
	struct frame frame[TP_SPAN_DEPTH];
};

_Static_assert(__builtin_offsetof(struct thread, mark) ==
			       __builtin_offsetof(struct tp_mark, mark) &&
		       __builtin_offsetof(struct thread, agreed) ==
			       __builtin_offsetof(struct tp_mark, agreed),
	       "a thread begins with its mark");

/* Userspace writes the mark of a tree's first process; everything else happens here. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

/* Open spans with an id. Swept when their process ends, and by userspace when their file is given up;
 * a full table is a counted refusal. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TP_ASYNC_SPANS);
	__type(key, struct tp_async_key);
	__type(value, struct frame);
} async_spans SEC(".maps");

/* Processes that opted out, by number: asked by their other threads, at fork and at exec. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TP_SILENT);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} silent SEC(".maps");

/* Never filled. A program with a tail call keeps its stack: since 6.13 the kernel may give others one
 * per CPU, which a preempting task's program would overwrite (uprobes may be preempted and are not
 * guarded against recursion as tracepoints are). */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} never SEC(".maps");

struct decision {
	__u64 first_ns;
	__u32 number;
	__u32 reserved;
};

/* Decisions by id, so that the second half tells how long the first waited. Swept likewise. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TP_DECISIONS);
	__type(key, struct tp_async_key);
	__type(value, struct decision);
} decisions SEC(".maps");

/* One struct, so that it lies alike in both objects that share it (capture/declared.c). */
struct {
	__u32 last_process; /* number of the process numbered last */
	__u32 silent_count; /* entries of `silent`, so that most hits need not ask it */
} numbers;
const volatile __u32 page_kib = 4; /* set before the programs are loaded */

#endif
