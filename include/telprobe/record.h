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
#define TP_PLACE_UNDECLARED 0xffffffffu /* the pointer led to neither constant nor declared name */
#define TP_PLACE_FILE	    0xfffffffeu /* what the file itself is called, without its directory */
/* From here on: the number of a name that the target declares, which was read from memory. */
#define TP_PLACE_DECLARED 0xff000000u

#define TP_NAMES	5	   /* most names one marker carries */
#define TP_SPAN_DEPTH	8	   /* open spans a thread */
#define TP_SPAN_TAGS	8	   /* tags a span; the rest is counted */
#define TP_ASYNC_SPANS	16384	   /* open spans with an id, all processes */
#define TP_DECISIONS	3584	   /* decisions waiting for their second half, all processes */
#define TP_SILENT	65536	   /* processes that asked for silence and are still there */
#define TP_RING_BYTES	(4u << 20) /* default size of the ring; a power of two of pages */
#define TP_OBJECTS	4096	   /* files with markers; object 0 is none */
#define TP_GENERATIONS	0x10000	   /* they go round; number and generation fit into 32 bits */
#define TP_ALIASES	16384	   /* constants that stand more than once in a file, all files */
#define TP_EXECUTABLES	16384	   /* known executables */
#define TP_DECLARED	32768	   /* declared names, all targets */
#define TP_CRASH_FRAMES 16	   /* most places of a stack */
#define TP_LEARNED	256	   /* undeclared names shown to who learns a target */
#define TP_FOREIGN	1024  /* spans told of programs by probes that are no markers, all files */
#define TP_SAMPLINGS	64    /* targets of which spans are thinned out; 0 is none */
#define TP_SERIES	1024  /* what is added up apart, all people; a power of two, as the next */
#define TP_OTHERS	128   /* what found no room there, by person and outcome */
#define TP_CELLS	16384 /* buckets of series that hold something */
#define TP_LEASE_NS \
	60000000000ull /* nothing is captured when nobody renewed the lease for so long */

/* What a person can do without, whatever the level: constant, name, what it is. The kernel side refuses
 * what is taken away. In the kernel a set of them is one byte. */
#define TP_CATEGORIES_TABLE(X)                                                               \
	X(COMMANDS, commands, "commands: which, how long, how they ended; also in sums")     \
	X(SPANS, spans, "tools, steps, calls, conversations and phases inside commands")     \
	X(DETAILS, details, "tags and counters")                                             \
	X(PERFORMANCE, performance, "measures; processor time, memory and i/o of processes") \
	X(ERRORS, errors, "errors that the program reports, recovers from, or crashes by")   \
	X(FEATURES, features, "features and decisions")                                      \
	X(LIFECYCLE, lifecycle, "installation, updates, upgrades and trials")                \
	X(SESSIONS, sessions, "sessions; that processes run, and how they ended")

enum tp_category_number {
#define TP_X(constant, name, what) TP_CATEGORY_NUMBER_##constant,
	TP_CATEGORIES_TABLE(TP_X)
#undef TP_X
		TP_CATEGORIES
};

enum tp_category { /* a bit each */
		   TP_CATEGORY_NONE,
#define TP_X(constant, name, what) TP_CATEGORY_##constant = 1 << TP_CATEGORY_NUMBER_##constant,
		   TP_CATEGORIES_TABLE(TP_X)
#undef TP_X
			   TP_CATEGORIES_ALL = (1 << TP_CATEGORIES) - 1
};

/* Level and the categories taken away, in one number: 0 is nothing. */
#define TP_AGREED(level, without) ((__u32)(level) | (__u32)(without) << 8)
#define TP_AGREED_LEVEL(agreed)	  ((agreed)&0xff)
#define TP_AGREED_WITHOUT(agreed) ((agreed) >> 8 & 0xff)

_Static_assert(TP_CATEGORIES <= 8, "a set of categories is a byte");

/* Every marker of telprobe.h: constant, name in the note, lowest level and the category it needs. Who
 * opts out is heard in any case.
 * To add one: its macro in telprobe.h, its handler in bpf/, a row here, a test. */
#define TP_MARKERS_TABLE(X)                                 \
	X(SESSION_BEGIN, session_begin, ENHANCED, SESSIONS) \
	X(SESSION_END, session_end, ENHANCED, SESSIONS)     \
	X(COMMAND_BEGIN, command_begin, BASIC, COMMANDS)    \
	X(COMMAND_END, command_end, BASIC, COMMANDS)        \
	X(SPAN_BEGIN, span_begin, FULL, SPANS)              \
	X(SPAN_END, span_end, FULL, SPANS)                  \
	X(SPAN_DONE, span_done, FULL, SPANS)                \
	X(TAG, tag, ENHANCED, DETAILS)                      \
	X(COUNT, count, ENHANCED, DETAILS)                  \
	X(MEASURE, measure, FULL, PERFORMANCE)              \
	X(ERROR, error, ENHANCED, ERRORS)                   \
	X(RECOVERED, recovered, ENHANCED, ERRORS)           \
	X(FEATURE, feature, ENHANCED, FEATURES)             \
	X(DECISION, decision, ENHANCED, FEATURES)           \
	X(LIFECYCLE, lifecycle, ENHANCED, LIFECYCLE)        \
	X(OPT_OUT, opt_out, BASIC, NONE)

enum tp_marker {
#define TP_X(constant, name, level, category) TP_MARKER_##constant,
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
	TP_FEATURE,   /* kind: action, or TP_FEATURE_OPTION; name: feature, source */
	TP_DECISION,  /* span: the decision's number, 0 without id; value: ns since it was first
			     seen; name: subject, level, action, category */
	TP_LIFECYCLE, /* value: number; name: action, method, version, other version, category */
	TP_SESSION_BEGIN, /* name: app, version */
	TP_SESSION_END,	  /* name: app */
	TP_OPTED_OUT,	  /* the process asked for silence: its last record */
	TP_EXEC,	  /* a process began to execute a known program */
	TP_EXIT,	  /* struct tp_exit: a process of a known program ended; kind: enum
			     tp_starter of a run */
	TP_DISCOVER,	  /* struct tp_discover: not an event; an unknown program was executed */
	TP_FORK,	  /* not an event; value: the process, one with a name of its own (object
			     holds its marker), that the header's process was forked by */
	TP_HEARTBEAT,	  /* a process still runs; value: ns from one such record to the next */
	TP_CRASH,	  /* struct tp_crash: where in its code a process that crashes was */
	TP_TYPES
};

/* The kind of a TP_FEATURE that is an option of a run's command line. No marker says it: they have actions
 * 0 to 2. */
enum { TP_FEATURE_OPTION = 3 };

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

/* What started a run: its parent, when it was executed, by what the kernel calls that. */
enum tp_starter {
	TP_STARTER_NONE, /* it is no run: TP_RUNS */
	TP_STARTER_OTHER,
	TP_STARTER_SH, /* dash too */
	TP_STARTER_BASH,
	TP_STARTER_ZSH,
	TP_STARTER_FISH,
	TP_STARTERS
};

enum tp_outcome {
	TP_OUTCOME_OK,
	TP_OUTCOME_FAILED,
	TP_OUTCOME_CANCELLED,
	TP_OUTCOME_ABANDONED, /* never ended by its own end; flags say what ended it, none of them that
				 its function was left, or that it began anew */
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
	TP_FLAG_BARE = 1 << 1,	 /* TP_EXIT: no resource use, as agreed to */
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

struct tp_event { /* every type but TP_EXIT, TP_DISCOVER and TP_CRASH */
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

enum tp_frame_flag {
	TP_FRAME_KNOWN = 1 << 0,   /* it lies in a file with a build id, */
	TP_FRAME_PROGRAM = 1 << 1, /* and in the code of the program that is executed */
};

struct tp_frame {	   /* where a function was; of what is not TP_FRAME_KNOWN all is 0 */
	__u64 offset;	   /* in the file */
	__u32 flags;	   /* enum tp_frame_flag */
	__u8 build_id[20]; /* zeroed behind its end, where it is shorter */
};

struct tp_crash { /* the one record that is longer than the others */
	struct tp_header header;
	__u32 parent; /* innermost span the thread had open, 0 none */
	__s32 code;   /* wait status: the signal */
	__u32 count;  /* frames, innermost first, up to the last one of the program */
	__u32 reserved;
	struct tp_frame frame[TP_CRASH_FRAMES];
};

_Static_assert(sizeof(struct tp_frame) == 32, "frame");
_Static_assert(sizeof(struct tp_crash) == 40 + TP_CRASH_FRAMES * 32, "crash");
_Static_assert(sizeof(struct tp_header) == 24, "header");
_Static_assert(sizeof(struct tp_event) == 64, "event");
_Static_assert(sizeof(struct tp_exit) == 64, "exit");
_Static_assert(sizeof(struct tp_discover) == 64, "discover");

/* Counters, one set an object and kind. Object 0 counts what is refused before it is known whose it
 * is. For each object and kind (design: the identity)
 *   begins = closed + abandoned + overwritten + open + refused_owner + refused_depth
 *            + refused_async_full + refused_start + discarded
 *   ends = closed + unmatched + refused_owner + refused_depth_end
 *   closed + abandoned + singles = records that arrive in userspace + dropped_ring_full
 *            + aggregated + dropped_totals_full
 * An end is none of these where the begin was not to be seen: its process ran when the markers were
 * attached. It is refused_disabled, as the begin was.
 * What is refused for lease, consent, silence, level, category, state or argument is counted as that alone:
 * a hit is a begin, an end or a single only once it was admitted. Where an end refused for consent,
 * level or category finds its span open, that span is discarded. Of spans without markers (struct
 * tp_foreign) what is part of one that is open is neither a begin nor an end, and what fails, or ends when
 * it has failed, is an end only where a span was open. */
#define TP_COUNTERS_TABLE(X)                                                                     \
	X(BEGINS, begins, "spans begun")                                                         \
	X(ENDS, ends, "ends seen")                                                               \
	X(CLOSED, closed, "spans closed by their own end")                                       \
	X(ABANDONED, abandoned, "spans closed by an outer end, an exec, an exit or anew")        \
	X(OVERWRITTEN, overwritten, "spans replaced by one of the same id")                      \
	X(SINGLES, singles, "events that are no span")                                           \
	X(DROPPED_RING_FULL, dropped_ring_full, "records lost because the ring was full")        \
	X(UNMATCHED, unmatched, "ends without a begin of that name")                             \
	X(REFUSED_DEPTH, refused_depth, "spans deeper than 8")                                   \
	X(REFUSED_DEPTH_END, refused_depth_end, "ends of spans deeper than 8")                   \
	X(REFUSED_ASYNC_FULL, refused_async_full, "spans by id beyond the table")                \
	X(REFUSED_START, refused_start, "whole spans with an impossible start")                  \
	X(REFUSED_OWNER, refused_owner, "spans whose owner changed between begin and end")       \
	X(DISCARDED, discarded, "spans open at an opt-out, lesser yes, detaching, end of lease") \
	X(REFUSED_DECISION, refused_decision, "decisions by id beyond the table")                \
	X(REFUSED_TAGS, refused_tags, "tags beyond 8 a span")                                    \
	X(REFUSED_LEVEL, refused_level, "hits above the level consented to")                     \
	X(REFUSED_CATEGORY, refused_category, "hits of categories taken away")                   \
	X(REFUSED_SILENT, refused_silent, "hits of processes that opted out")                    \
	X(UNDECLARED, undeclared, "names that are no constant of a known file")                  \
	X(UNREADABLE, unreadable, "names whose memory could not be read")                        \
	X(AGGREGATED, aggregated, "spans added to totals")                                       \
	X(REFUSED_DISABLED, refused_disabled, "hits while not all markers were attached")        \
	/* from here on counted under object 0 alone, by kind */                                 \
	X(REFUSED_NO_STATE, refused_no_state, "kernel gave no memory for the thread's state")    \
	X(REFUSED_ARGUMENT, refused_argument, "hits whose kind is none of telprobe.h")           \
	X(REFUSED_CONSENT, refused_consent, "hits without consent")                              \
	X(REFUSED_LEASE, refused_lease, "hits while nobody renewed the lease")                   \
	X(AGGREGATED_OTHER, aggregated_other, "of these as [OTHER]: the totals were full")       \
	X(DROPPED_TOTALS_FULL, dropped_totals_full, "spans lost because totals were full")

enum tp_counter {
#define TP_X(constant, name, text) TP_COUNT_##constant,
	TP_COUNTERS_TABLE(TP_X)
#undef TP_X
		TP_COUNTERS
};

enum { TP_OBJECT_COUNTERS = TP_COUNT_REFUSED_NO_STATE };

struct tp_counters {
	__u64 count[TP_COUNTERS];
};

struct tp_object_counters { /* of one of many files: what is never counted there has no room */
	__u64 count[TP_OBJECT_COUNTERS];
};

/* What of the runs of a program is told, without a marker in it: each is a command that begins with
 * exec, ends with the process, and is called what the file is. */
enum tp_runs {
	TP_RUNS = 1,
	TP_RUNS_SUBCOMMANDS = 2, /* and the first argument, if it is declared as one */
	TP_RUNS_OPTIONS =
		4, /* and each option that is declared, without its value: TP_FEATURE_OPTION */
};

/* What a probe that is no marker is to its span. */
enum tp_foreign_role {
	TP_FOREIGN_BEGIN,
	TP_FOREIGN_END,
	TP_FOREIGN_RETURN,    /* one of the instructions by which the function of BEGIN returns */
	TP_FOREIGN_FAILED,    /* what is open has failed; means nothing where nothing is open */
	TP_FOREIGN_CANCELLED, /* likewise */
	TP_FOREIGN_ROLES
};

/* Of an id in `async_spans` that stands for a thread, whose id the lower half is: TP_PAIRING_THREAD. */
#define TP_ID_OF_THREAD (1ull << 63)

/* Which begin an end belongs to. */
enum tp_pairing {
	TP_PAIRING_NESTED, /* as markers without an id: the innermost of that name on the thread */
	TP_PAIRING_THREAD, /* of its span on the thread, whatever else began and ended in between */
	TP_PAIRING_ARGUMENT, /* an argument of the functions tells, on any thread of the process */
	TP_PAIRINGS
};

/* A begin while one of that name is open on the thread, with TP_PAIRING_NESTED. */
enum tp_recursion {
	TP_RECURSION_NONE,	/* the end of that one never came: it is abandoned */
	TP_RECURSION_NESTED,	/* one inside the other */
	TP_RECURSION_OUTERMOST, /* is part of that one, if it lies deeper in the stack */
	TP_RECURSIONS
};

enum tp_failure { /* of what a function returned, compared with a value */
		  TP_FAILURE_NEVER,
		  TP_FAILURE_LESS,
		  TP_FAILURE_GREATER,
		  TP_FAILURE_EQUAL,
		  TP_FAILURE_OTHER,
		  TP_FAILURES
};

struct tp_foreign {  /* map `foreign`, by number: a span of one file; 0 is none */
	__u32 name;  /* place: TP_PLACE_DECLARED + number */
	__s32 value; /* that is compared with */
	__u8 kind;
	__u8 pairing;
	__u8 argument; /* with TP_PAIRING_ARGUMENT, 1..6 */
	__u8 recursion;
	__u8 failure;
	__u8 bytes; /* of what the function returns that are compared: 1, a bool; 4 and 8, signed;
		       0: it does not end by TP_FOREIGN_RETURN */
	__u8 can_fail; /* by TP_FOREIGN_FAILED or _CANCELLED; an end may follow that is none any more */
	__u8 argument_bytes; /* 4: an int, whose upper half is anything; 8 */
};

struct tp_object { /* map `objects`; written by userspace before the object's markers are attached */
	__u64 whole_since_ns; /* CLOCK_MONOTONIC; what runs for longer may have begun spans unseen */
	__u32 image_bytes;    /* from the lowest to the highest loaded address */
	__u32 code_start;     /* lowest executable segment's address, from the lowest loaded one */
	__u8 is_enabled;
	__u8 runs;	  /* enum tp_runs */
	__u8 is_whole;	  /* all its markers are attached; else a begin could miss its end */
	__u8 sampling;	  /* key of `samplings`: which of its spans are told one by one; 0: all */
	__u32 hits;	  /* of everybody, so far; a dear one counts TP_DEAR_HITS. Goes round */
	__u32 target;	  /* key of consent */
	__u32 generation; /* of the number: each file has another, and so has the time between two */
};

/* Which spans of a target that ended well, or were cancelled, are told one by one. The others are added to
 * the totals, as those of people at level basic are: sums stay exact. What failed or was abandoned is
 * always told. */
enum tp_thinning {
	TP_TELL_ALL,
	TP_TELL_NONE,
	TP_TELL_SHARE, /* of 2^32, by chance */
	TP_TELL_RATE,  /* at most so often, and what a second of that is at once */
	TP_THINNINGS
};

/* A second is the burst that TP_TELL_RATE allows. */
#define TP_BURST_NS 1000000000ull

struct tp_sampling { /* map `samplings`, by number: of one target; 0 is none */
	/* by the programs: */
	__u64 due_ns[TP_SPAN_KINDS];	  /* TP_TELL_RATE: CLOCK_MONOTONIC */
	__u64 asked[TP_SPAN_KINDS];	  /* spans that ended well, since the rule holds */
	__u64 thinned_out[TP_SPAN_KINDS]; /* of them */
	/* by userspace: */
	__u32 number
		[TP_SPAN_KINDS]; /* TP_TELL_SHARE: of 2^32; TP_TELL_RATE: ns from one to the next */
	__u8 how[8];		 /* enum tp_thinning, by kind */
};

struct tp_consent_key { /* map `consent`: no entry, no event */
	__u32 uid;
	__u32 target;
};

struct tp_consent {
	__u32 level;	/* enum tp_level */
	__u32 without;	/* enum tp_category: what is not agreed to */
	__u64 until_ns; /* CLOCK_BOOTTIME: no entry any more; 0: no end */
};

/* Map `executables`: value __u32 object, 0 for one without markers. That holds for one content only:
 * an inode is written over, or its number given to another file. */
struct tp_executable_key {
	__u64 inode;
	__u32 device;
	__u32 content; /* 0 for an object, whose lease tells; else changes with generation and size */
};

enum tp_mapped { /* what userspace asks the program `mapped` of the file behind an address */
		 TP_MAPPED_INODE, /* the lower half */
		 TP_MAPPED_INODE_HIGH,
		 TP_MAPPED_DEVICE,
};

struct tp_alias_key { /* map `aliases`: value __u32, the first place of the same text */
	__u32 object;
	__u32 place;
};

/* Maps `async_spans` and `decisions`: an id means one thing within a file of a process. */
struct tp_async_key {
	__u32 process;
	__u32 object;
	__u32 kind; /* of the span; for decisions TP_KINDS */
	__u32 generation;
	__u64 id;
};

/* Bytes of a name with its NUL; a longer one is never declared. */
#define TP_DECLARED_BYTES 64

/* What a declared name may be said for. */
enum tp_declared_use {
	TP_DECLARED_NAME, /* by a marker */
	TP_DECLARED_SUBCOMMAND,
	TP_DECLARED_OPTION, /* with its hyphens; the number is that of what it is called without */
};

#define TP_DECLARED_OF(target, use) ((__u32)(target) | (__u32)(use) << 16)

struct tp_declared_key {	      /* map `declared`: value __u32, number of the name, from 1 */
	__u32 target;		      /* TP_DECLARED_OF() */
	char text[TP_DECLARED_BYTES]; /* zeroed behind its end */
};

enum tp_reader_state { TP_READER_AWAKE, TP_READER_NAPS, TP_READER_SLEEPS };

struct tp_lease {	/* map `lease`, one entry, mapped by the supervisor alone */
	__u64 until_ns; /* CLOCK_MONOTONIC */
	__u64 beat_ns;	/* from one look for heartbeats to the next: capture_beat() */
};

struct tp_reader {	       /* map `reader`, one entry, mapped by who reads the ring */
	__u32 state;	       /* enum tp_reader_state */
	__u32 watermark_bytes; /* a napping reader is woken when so much waits */
	__u32 has_totals;      /* set when something was added, cleared before they are read */
	__u32 reserved;
};

/* Spans of people at level basic leave the kernel in sums only. What is told apart is a series; how
 * often each bucket (bucket.h) of it occurred stands in cells. A series has one owner, and places
 * of its names only mean something while its files are attached. Everything only grows until the
 * half it is in is cleared: who stores what was added since he looked last keeps what he saw then.
 * Two slots may hold the same series: it was new on two processors. */
union tp_series_key {
	struct {
		__u32 uid;
		__u32 file;    /* of the marker: generation << 16 | object */
		__u32 program; /* file that was executed, likewise; 0 unknown */
		__u32 name[3]; /* as those of a TP_SPAN */
		__u32 error;
		__u8 kind;
		__u8 outcome;
		__u8 flags;    /* TP_FLAG_NAME_IN_PROGRAM << i; 3: the error */
		__u8 is_other; /* of what found no series; only uid, kind, outcome */
	};
	__u64 word[4];
};

#define TP_SERIES_TAKEN 2ull /* tag of one that is being filled in; a finished one's is odd */

struct tp_series {
	__u64 tag; /* 0: free */
	union tp_series_key key;
	__u64 sum_ns;
	__u64 unbucketed; /* occurrences beyond the cells: they have no bucket */
	__u64 reserved;
};

#define TP_CELL(series, bucket) (1ull << 63 | (__u64)(series) << 16 | (bucket))
#define TP_CELL_SERIES(key)	((__u32)((key) >> 16) & 0xffff)
#define TP_CELL_BUCKET(key)	((__u32)(key)&0xffff)

struct tp_cell {
	__u64 key; /* TP_CELL(); 0: free */
	__u64 count;
};

#define TP_HALVES 2

struct tp_totals { /* map `totals`: two halves, mapped read-only by who stores them */
	struct tp_series series[TP_SERIES + TP_OTHERS]; /* the others behind */
	struct tp_cell cells[TP_CELLS];
};

struct tp_totals_state { /* map `totals_state`, one entry, mapped likewise */
	__u32 half;	 /* that is added to */
	__u32 reserved;
	__u64 source[TP_HALVES]; /* random, another one whenever the half begins anew; 0: empty */
};

_Static_assert(sizeof(union tp_series_key) == 32, "series key");
_Static_assert(sizeof(struct tp_series) == 64, "series");

/* How userspace marks the first process of a tree (map `threads`, by pidfd): the first bytes of the
 * kernel side's state of a thread; the rest is zero. */
struct tp_mark {
	__u32 process; /* 0: a number is given at exec */
	__u32 mark;    /* enum tp_mark_flag */
	__u32 agreed;  /* TP_AGREED(); with TP_MARK_RUN */
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

/* Of a probe that is no marker, for a program of its own: role, span, object and place. */
#define TP_FOREIGN_COOKIE(role, span, object, place) \
	((__u64)(role) << 56 | (__u64)(span) << 44 | (__u64)(object) << 32 | (__u32)(place))
#define TP_FOREIGN_SPAN(cookie)	  ((__u32)((cookie) >> 44) & 0xfff)
#define TP_FOREIGN_OBJECT(cookie) ((__u32)((cookie) >> 32) & 0xfff)

/* Set in the role: the kernel steps the instruction at each hit. */
#define TP_FOREIGN_DEAR		0x80
#define TP_FOREIGN_ROLE(cookie) (TP_COOKIE_MARKER(cookie) & 0x7f)

/* How many others a hit on a stepped instruction is worth: 15 us and 1 us in a virtual machine with Linux
 * 6.18; on bare metal less. */
#define TP_DEAR_HITS 15

_Static_assert(TP_SAMPLINGS <= 0x100 && TP_FOREIGN <= 0x1000 && TP_OBJECTS <= 0x1000,
	       "all fit into where they are kept");

#endif
