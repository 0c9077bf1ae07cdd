/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* record.h - what the kernel side writes and userspace reads.
 * The one place for record layouts, places, counters and limits: bpf/ and userspace/ both compile
 * this file, so neither keeps a copy. Integers are in the byte order of the machine. */
#ifndef TELPROBE_RECORD_H
#define TELPROBE_RECORD_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* A place is the ELF virtual address of a constant, counted from the lowest loaded address of its
 * file. 0 is where the file's header is loaded and never a name. */
#define TP_PLACE_ABSENT	    0u		/* the app passed NULL */
#define TP_PLACE_UNDECLARED 0xffffffffu /* the pointer led into no known file; it was not read */

#define TP_NAMES       5	  /* most names one marker carries */
#define TP_SPAN_DEPTH  8	  /* open spans a thread */
#define TP_SPAN_TAGS   8	  /* tags a span; the rest is counted */
#define TP_ASYNC_SPANS 16384	  /* open spans with an id, all processes */
#define TP_DECISIONS   4096	  /* decisions waiting for their second half, all processes */
#define TP_SILENT      65536	  /* processes that asked for silence and are still there */
#define TP_RING_BYTES  (4u << 20) /* default size of the ring; a power of two of pages */
#define TP_OBJECTS     4096	  /* files with markers; object 0 is none */
#define TP_ALIASES     16384	  /* constants that stand more than once in a file, all files */
#define TP_EXECUTABLES 16384	  /* known executables */
#define TP_LEASE_NS \
	60000000000ull /* nothing is captured when nobody renewed the lease for so long */

/* Every marker of telprobe.h: constant, name in the note, name arguments, lowest level it needs.
 * To add one: its macro in telprobe.h, its handler in bpf/, a row here, a test. */
#define TP_MARKERS_TABLE(X)                       \
	X(SESSION_BEGIN, session_begin, ENHANCED) \
	X(SESSION_END, session_end, ENHANCED)     \
	X(COMMAND_BEGIN, command_begin, BASIC)    \
	X(COMMAND_END, command_end, BASIC)        \
	X(SPAN_BEGIN, span_begin, FULL)           \
	X(SPAN_END, span_end, FULL)               \
	X(SPAN_DONE, span_done, FULL)             \
	X(TAG, tag, ENHANCED)                     \
	X(COUNT, count, ENHANCED)                 \
	X(MEASURE, measure, FULL)                 \
	X(ERROR, error, ENHANCED)                 \
	X(RECOVERED, recovered, ENHANCED)         \
	X(FEATURE, feature, ENHANCED)             \
	X(DECISION, decision, ENHANCED)           \
	X(LIFECYCLE, lifecycle, ENHANCED)         \
	X(OPT_OUT, opt_out, BASIC)

enum tp_marker {
#define TP_X(constant, name, level) TP_MARKER_##constant,
	TP_MARKERS_TABLE(TP_X)
#undef TP_X
		TP_MARKERS
};

enum tp_level { TP_LEVEL_OFF, TP_LEVEL_BASIC, TP_LEVEL_ENHANCED, TP_LEVEL_FULL };

/* What a record is. The comment names what value, name[] and code hold; absent ones are 0. */
enum tp_type {
	TP_NONE,
	TP_SPAN,      /* value: duration, ns; name: name, subcommand, profile, error */
	TP_TAG,	      /* name: key, value */
	TP_COUNT,     /* value: delta (signed); name: counter */
	TP_MEASURE,   /* value: bits of a double; name: measure, unit */
	TP_ERROR,     /* kind: severity; outcome: 1 recoverable; name: category, code */
	TP_RECOVERED, /* value: attempts; name: category, code */
	TP_FEATURE,   /* kind: action; name: feature, source */
	TP_DECISION,  /* span: the decision's number, 0 without id; value: ns since it was first
			     seen; name: subject, level, action, category */
	TP_LIFECYCLE, /* value: number; name: action, method, version, other version, category */
	TP_SESSION_BEGIN, /* name: app, version */
	TP_SESSION_END,	  /* name: app */
	TP_OPTED_OUT,	  /* the process asked for silence: its last record */
	TP_EXEC,	  /* a process began to execute a known program */
	TP_EXIT,	  /* struct tp_exit: a process of a known program ended */
	TP_DISCOVER,	  /* struct tp_discover: not an event; an unknown program was executed */
	TP_TYPES
};

enum tp_kind { /* of a TP_SPAN, and the row of the counters a record is counted in */
	       TP_KIND_COMMAND,
	       TP_KIND_TOOL,
	       TP_KIND_STEP,
	       TP_KIND_CALL,
	       TP_KIND_CONVERSATION,
	       TP_KIND_PHASE,
	       TP_SPAN_KINDS,
	       TP_KIND_SINGLE = TP_SPAN_KINDS, /* everything that is no span: one record each */
	       TP_KIND_PROCESS,
	       TP_KINDS
};

enum tp_outcome {
	TP_OUTCOME_OK,
	TP_OUTCOME_FAILED,
	TP_OUTCOME_CANCELLED,
	TP_OUTCOME_ABANDONED, /* never ended by its own end marker; flags say what ended it */
	TP_OUTCOMES
};

enum tp_flag {
	TP_FLAG_NAME_IN_PROGRAM = 1 << 0, /* << i: name[i] is a place in program, not in object */
	/* 1 << 0 .. 1 << 4 are taken by the five names; what ended an abandoned span: */
	TP_FLAG_BY_OUTER = 1 << 5, /* the end of a span around it */
	TP_FLAG_BY_EXEC = 1 << 6,  /* its process executed another program */
	TP_FLAG_BY_EXIT = 1 << 7,  /* its thread or process ended; code holds the wait status */
	/* of TP_EXIT and TP_EXEC: */
	TP_FLAG_FORKED = 1 << 0, /* the process was forked by its program and never executed one */
	TP_FLAG_BARE = 1 << 1,	 /* TP_EXIT: no resource use, the level agreed to is below full */
};

struct tp_header {
	__u64 time_ns; /* CLOCK_MONOTONIC; a span's is its end */
	__u32 process; /* number of the process since the programs were loaded, from 1; not a pid */
	__u32 uid;     /* real uid in the initial user namespace */
	__u16 object;  /* file that holds the marker; 0 none */
	__u16 program; /* file the process executes; 0 unknown */
	__u8 type;     /* enum tp_type */
	__u8 kind;     /* enum tp_kind of a span, else as enum tp_type says */
	__u8 outcome;  /* enum tp_outcome of a span, else as enum tp_type says */
	__u8 flags;    /* enum tp_flag */
};

struct tp_event { /* every type but TP_EXIT and TP_DISCOVER */
	struct tp_header header;
	__u64 value;
	__u32 span;   /* number of the span within its process, from 1; 0 for other types */
	__u32 parent; /* span around it, 0 none */
	__u32 name[TP_NAMES];
	__s32 code; /* wait status of a span that died with its process (TP_FLAG_BY_EXIT) */
};

struct tp_exit {
	struct tp_header header;
	__u64 wall_ns; /* since exec, or since fork with TP_FLAG_FORKED */
	__u64 cpu_ns;
	__u64 read_bytes; /* from storage, as /proc/PID/io has them */
	__u64 written_bytes;
	__u32 peak_rss_kib; /* 0 where it cannot be told from the program before exec */
	__s32 code;	    /* wait status, as waitpid() reports it, without the core bit */
};

struct tp_discover {
	struct tp_header header;
	__u64 inode;   /* of the executable, as the kernel knows it */
	__u32 device;  /* kernel encoding: major << 20 | minor */
	__u32 pid;     /* in the initial pid namespace, to open /proc/PID/exe; never stored */
	__u32 content; /* of tp_executable_key */
	__u32 unused;
	__u64 reserved[2];
};

_Static_assert(sizeof(struct tp_header) == 24, "header");
_Static_assert(sizeof(struct tp_event) == 64, "event");
_Static_assert(sizeof(struct tp_exit) == 64, "exit");
_Static_assert(sizeof(struct tp_discover) == 64, "discover");

/* Counters, one set an object and kind, for each CPU. Object 0 counts what is refused before it is
 * known whose it is. For each object and kind (design: the identity)
 *   begins = closed + abandoned + overwritten + open + refused_owner + refused_depth
 *            + refused_async_full + refused_start + discarded
 *   ends = closed + unmatched + refused_owner + refused_depth_end
 *   closed + abandoned + singles = records that arrive in userspace + dropped_ring_full
 * What is refused for lease, consent, silence, level, state or argument is counted as that alone:
 * a hit is a begin, an end or a single only once it was admitted. */
#define TP_COUNTERS_TABLE(X)                                                                     \
	X(BEGINS, begins, "spans begun")                                                         \
	X(ENDS, ends, "ends seen")                                                               \
	X(CLOSED, closed, "spans closed by their own end")                                       \
	X(ABANDONED, abandoned, "spans closed by an outer end, an exec or an exit")              \
	X(OVERWRITTEN, overwritten, "spans replaced by one of the same id")                      \
	X(SINGLES, singles, "events that are no span")                                           \
	X(DROPPED_RING_FULL, dropped_ring_full, "records lost because the ring was full")        \
	X(UNMATCHED, unmatched, "ends without a begin of that name")                             \
	X(REFUSED_DEPTH, refused_depth, "spans deeper than 8")                                   \
	X(REFUSED_DEPTH_END, refused_depth_end, "ends of spans deeper than 8")                   \
	X(REFUSED_ASYNC_FULL, refused_async_full, "spans by id beyond the table")                \
	X(REFUSED_START, refused_start, "whole spans with an impossible start")                  \
	X(REFUSED_ARGUMENT, refused_argument, "hits whose kind is none of telprobe.h")           \
	X(REFUSED_OWNER, refused_owner, "spans whose owner changed between begin and end")       \
	X(DISCARDED, discarded, "spans open at an opt-out, a detaching or the end of the lease") \
	X(REFUSED_DECISION, refused_decision, "decisions by id beyond the table")                \
	X(REFUSED_TAGS, refused_tags, "tags beyond 8 a span")                                    \
	X(REFUSED_NO_STATE, refused_no_state, "kernel gave no memory for the thread's state")    \
	X(REFUSED_LEVEL, refused_level, "hits above the level consented to")                     \
	X(REFUSED_SILENT, refused_silent, "hits of processes that opted out")                    \
	X(REFUSED_CONSENT, refused_consent, "hits without consent")                              \
	X(REFUSED_LEASE, refused_lease, "hits while nobody renewed the lease")                   \
	X(REFUSED_DISABLED, refused_disabled, "hits of disabled targets")                        \
	X(UNDECLARED, undeclared, "names that are no constant of a known file")

enum tp_counter {
#define TP_X(constant, name, text) TP_COUNT_##constant,
	TP_COUNTERS_TABLE(TP_X)
#undef TP_X
		TP_COUNTERS
};

struct tp_counters {
	__u64 count[TP_COUNTERS];
};

struct tp_object { /* map `objects`; written by userspace before the object's markers are attached */
	__u32 image_bytes; /* from the lowest to the highest loaded address */
	__u32 code_start;  /* lowest executable segment's address, from the lowest loaded one */
	__u32 is_enabled;
	__u32 is_whole; /* all its markers are attached; else a begin could miss its end */
	__u32 target;	/* key of consent */
};

struct tp_consent_key { /* map `consent`: no entry, no event */
	__u32 uid;
	__u32 target;
};

struct tp_consent {
	__u32 level; /* enum tp_level */
	__u32 categories;
};

/* Map `executables`: value __u32 object, 0 for one without markers. That holds for one content only:
 * an inode is written over, or its number given to another file. */
struct tp_executable_key {
	__u64 inode;
	__u32 device;
	__u32 content; /* 0 for an object, whose lease tells; else changes with generation and size */
};

struct tp_alias_key { /* map `aliases`: value __u32, the first place of the same text */
	__u32 object;
	__u32 place;
};

enum tp_reader_state { TP_READER_AWAKE, TP_READER_NAPS, TP_READER_SLEEPS };

struct tp_lease {	/* map `lease`, one entry, mapped by the supervisor alone */
	__u64 until_ns; /* CLOCK_MONOTONIC */
};

struct tp_reader {	       /* map `reader`, one entry, mapped by who reads the ring */
	__u32 state;	       /* enum tp_reader_state */
	__u32 watermark_bytes; /* a napping reader is woken when so much waits */
};

/* How userspace marks the first process of a tree (map `threads`, by pidfd): the first bytes of the
 * kernel side's state of a thread; the rest is zero. */
struct tp_mark {
	__u32 process; /* 0: a number is given at exec */
	__u32 mark;    /* enum tp_mark_flag */
	__u32 level;   /* enum tp_level; with TP_MARK_RUN */
	__u32 program; /* 0 */
};

enum tp_mark_flag {
	TP_MARK_RUN = 1,    /* member of a tree that `run` consented for */
	TP_MARK_SILENT = 2, /* and what it executes: no record */
	TP_MARK_FIRST = 4,  /* the command itself: its end is told whatever it executes */
};

/* A uprobe's cookie: marker, object and place of the probed instruction. */
#define TP_COOKIE(marker, object, place) \
	((__u64)(marker) << 56 | (__u64)(object) << 32 | (__u32)(place))
#define TP_COOKIE_MARKER(cookie) ((__u32)((cookie) >> 56))
#define TP_COOKIE_OBJECT(cookie) ((__u32)((cookie) >> 32) & 0xffffff)

#endif
