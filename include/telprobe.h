/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* telprobe.h - the markers an application carries so that telprobe can tell how it is used.
 *
 *	TELPROBE_COMMAND_SCOPE(run, "sync", "push", NULL);	// ends on every way out
 *	if (upload(file) < 0)
 *		TELPROBE_SCOPE_FAILED(run, "network");
 *
 * This file is all there is: nothing to link, nothing to initialise, no thread, no socket. A marker
 * is one well-predicted branch until somebody listens: `telprobe run -- app`, bpftrace, perf, gdb.
 * C99 and later, C++11 and later, gcc and clang. On 64-bit x86 and arm64 Linux the markers are
 * there; elsewhere, and with -DTELPROBE_DISABLE, they are checked by the compiler and vanish.
 *
 * Names. Every `const char *` is a name, never content: a string literal or an array of const char
 * at file scope, so that it lies in the read-only part of the same program or library. telprobe
 * does not read the program's memory. It learns where the name stands and looks it up in the file,
 * so a name made at run time (heap, stack, argv) is recorded as [UNDECLARED], unread, unless the
 * administrator declares such names for the program (`names:` of its target). Names look like
 * "auth.login" or "HTTP-2": a letter or digit, then letters, digits and _ . : + -, at most 63
 * bytes. NULL is an absent name.
 *
 * Arguments are evaluated only while somebody listens to that marker, and then once. Do nothing in
 * them that the program needs.
 *
 * id. 0 means "this thread": begin and end pair like brackets, eight deep, and everything between
 * goes to the innermost. Work that changes threads (event loops, coroutines) gives any other
 * number to its begin and its end, unique within the process while the span is open: a counter, or
 * an address as (uintptr_t)request. Ids pair events and are never stored.
 *
 * Begin and end of one span belong into the same program or the same library.
 *
 * To add a marker: a row in TELPROBE_MARKERS_, its macro, and what record.h says. */
#ifndef TELPROBE_H
#define TELPROBE_H

#include <stddef.h>
#include <stdint.h>
#if defined(__cplusplus) && defined(__cpp_exceptions)
#include <exception>
#endif

enum telprobe_outcome { TELPROBE_OK = 0, TELPROBE_FAILED = 1, TELPROBE_CANCELLED = 2 };

enum telprobe_kind {
	TELPROBE_TOOL = 1,	   /* something the program calls on somebody's behalf */
	TELPROBE_STEP = 2,	   /* a part of a command */
	TELPROBE_CALL = 3,	   /* a request to another program or machine */
	TELPROBE_CONVERSATION = 4, /* an exchange of several turns */
	TELPROBE_PHASE = 5	   /* a part of the program's life: start, warm-up, drain */
};

enum telprobe_action {
	TELPROBE_FEATURE_USED = 0,
	TELPROBE_FEATURE_DISCOVERED = 1,
	TELPROBE_FEATURE_DISABLED = 2
};

enum telprobe_severity {
	TELPROBE_SEVERITY_DEBUG = 0,
	TELPROBE_SEVERITY_INFO = 1,
	TELPROBE_SEVERITY_WARNING = 2,
	TELPROBE_SEVERITY_ERROR = 3,
	TELPROBE_SEVERITY_CRITICAL = 4
};

/* Names that end in an underscore are not for applications. */
#define TELPROBE_MARKERS_(X)                                                               \
	X(session_begin, (const char *, const char *))                                     \
	X(session_end, (const char *))                                                     \
	X(command_begin, (const char *, const char *, const char *, uint64_t))             \
	X(command_end, (const char *, int64_t, const char *, uint64_t))                    \
	X(span_begin, (int64_t, const char *, uint64_t))                                   \
	X(span_end, (int64_t, const char *, int64_t, const char *, uint64_t))              \
	X(span_done, (int64_t, const char *, uint64_t, int64_t, const char *))             \
	X(tag, (const char *, const char *, uint64_t))                                     \
	X(count, (const char *, int64_t, uint64_t))                                        \
	X(measure, (const char *, uint64_t, const char *, uint64_t))                       \
	X(error, (const char *, const char *, int64_t, int64_t, uint64_t))                 \
	X(recovered, (const char *, const char *, int64_t, uint64_t))                      \
	X(feature, (const char *, int64_t, const char *))                                  \
	X(decision, (const char *, const char *, const char *, const char *, uint64_t))    \
	X(lifecycle,                                                                       \
	  (const char *, const char *, const char *, const char *, const char *, int64_t)) \
	X(opt_out, (void))

#if !defined(TELPROBE_DISABLE) && defined(__linux__) && defined(__ELF__) && defined(__GNUC__) && \
	defined(__LP64__) && !defined(__TINYC__) &&                                              \
	(defined(__x86_64__) || (defined(__aarch64__) && !defined(__AARCH64EB__)))
#define TELPROBE_PRESENT_ 1
#endif

#ifdef __GNUC__
#define TELPROBE_INLINE_ inline __attribute__((always_inline, no_instrument_function))
#else
#define TELPROBE_INLINE_ inline
#endif

#ifdef TELPROBE_PRESENT_

/* How it is built. `if (semaphore) function(arguments)`: the calling convention brings the
 * arguments into known registers, and being a call, the place that is probed has no red zone and
 * unwinds like any function. The function and its semaphore are assembled where a marker stands,
 * so an unused marker leaves nothing, and in a comdat group, so that a program or library has one
 * of each however many files use it. From label 990 on its bytes are a contract with telprobe,
 * which probes the quickest nop that this kernel does right:
 *	+0 one-byte nop, +1 five-byte nop, +6 ten-byte nop, +16 ret
 * It is data to the assembler, so it is the same under -masm=intel and gets no line number. The
 * landing pad before it allows indirect calls under CET. What follows ret makes each marker's
 * function different: a linker that folds equal ones (--icf=all) would mix them up. Aligned to 32,
 * so no nop crosses a page. Its unwind table is written by hand because .cfi directives inside
 * another function would describe that one.
 *
 * The asm stands after the call and not before, so the call is never turned into a jump, which
 * would hide the caller from debuggers. `inline` says that it has no size (gcc 9, clang 11). */
#if (defined(__clang_major__) && __clang_major__ >= 11) || (!defined(__clang__) && __GNUC__ >= 9)
#define TELPROBE_ASM_ __asm__ __inline__
#else
#define TELPROBE_ASM_ __asm__
#endif

#ifdef __x86_64__
#define TELPROBE_R1_ "@%rdi"
#define TELPROBE_R2_ "@%rsi"
#define TELPROBE_R3_ "@%rdx"
#define TELPROBE_R4_ "@%rcx"
#define TELPROBE_R5_ "@%r8"
#define TELPROBE_R6_ "@%r9"
#define TELPROBE_CODE_(number)                                                            \
	".byte 0xf3,0x0f,0x1e,0xfa\n"                                                     \
	"990: .byte 0x90, 0x0f,0x1f,0x44,0,0, 0x66,0x2e,0x0f,0x1f,0x84,0,0,0,0,0, 0xc3\n" \
	".byte 0xcc, 0x0f,0x1f,0x40," number "\n"
/* CIE: code 1, data -8, return address 16; CFA = rsp + 8, return address at CFA - 8 */
#define TELPROBE_CIE_	   ".byte 1,0x78,16, 1,0x1b, 0x0c,7,8, 0x90,1\n"
#define TELPROBE_EH_FRAME_ ".pushsection .eh_frame,\"a\",@unwind\n"
#else
#define TELPROBE_R1_	       "@x0"
#define TELPROBE_R2_	       "@x1"
#define TELPROBE_R3_	       "@x2"
#define TELPROBE_R4_	       "@x3"
#define TELPROBE_R5_	       "@x4"
#define TELPROBE_R6_	       "@x5"
#define TELPROBE_CODE_(number) "hint #34\n990: nop\nret\n.4byte " number "\n"
/* CIE: code 4, data -8, return address x30; CFA = sp */
#define TELPROBE_CIE_	       ".byte 4,0x78,30, 1,0x1b, 0x0c,31,0\n"
#define TELPROBE_EH_FRAME_     ".pushsection .eh_frame,\"a\",@progbits\n"
#endif

/* name: of the marker, a string; number: its row, a string; arguments: as systemtap's notes */
#define TELPROBE_DEFINE_(name, number, arguments)                                              \
	TELPROBE_ASM_(".ifndef telprobe_at_" name "\n"                                         \
		      ".pushsection .telprobe,\"axG\",@progbits,telprobe_at_" name ",comdat\n" \
		      ".balign 32\n"                                                           \
		      ".weak telprobe_at_" name "\n"                                           \
		      ".hidden telprobe_at_" name "\n"                                         \
		      ".type telprobe_at_" name ",@function\n"                                 \
		      "telprobe_at_" name ":\n"                                                \
		      "991: " TELPROBE_CODE_(                                                  \
			      number) "992: .size telprobe_at_" name ",992b-991b\n"            \
				      ".pushsection .note.stapsdt,\"?\",@note\n"               \
				      ".balign 4\n"                                            \
				      ".4byte 994f-993f,996f-995f,3\n"                         \
				      "993: .asciz \"stapsdt\"\n"                              \
				      "994: .balign 4\n"                                       \
				      "995: .8byte 990b,_.stapsdt.base,telprobe_on_" name "\n" \
				      ".asciz \"telprobe\"\n.asciz \"" name                    \
				      "\"\n.asciz \"" arguments "\"\n"                         \
				      "996: .balign 4\n"                                       \
				      ".popsection\n" TELPROBE_EH_FRAME_ ".balign 8\n"         \
				      "980: .4byte 982f-981f\n"                                \
				      "981: .4byte 0\n.byte 1\n.asciz \"zR\"\n" TELPROBE_CIE_  \
				      ".balign 8\n"                                            \
				      "982: .4byte 984f-983f\n"                                \
				      "983: .4byte 983b-980b\n.4byte 991b-.\n.4byte "          \
				      "992b-991b\n.byte 0\n.balign 8\n"                        \
				      "984: .popsection\n"                                     \
				      ".popsection\n"                                          \
				      ".endif\n"                                               \
				      ".ifndef _.stapsdt.base\n"                               \
				      ".pushsection "                                          \
				      ".stapsdt.base,\"aG\",@progbits,.stapsdt.base,comdat\n"  \
				      ".weak _.stapsdt.base\n"                                 \
				      ".hidden _.stapsdt.base\n"                               \
				      "_.stapsdt.base: .space 1\n"                             \
				      ".size _.stapsdt.base,1\n"                               \
				      ".popsection\n"                                          \
				      ".endif\n")

/* Semaphores: counts of listeners, written by the kernel alone. All of a program or library fill
 * one page of file and memory: where linkers let two writable segments share a file page (lld),
 * the kernel would count up the wrong copy and the marker would never fire. */
#define TELPROBE_LISTED_(name, parameters) "," #name
#define TELPROBE_DEFINE_SEMAPHORES_()                                                       \
	TELPROBE_ASM_(".ifndef telprobe_semaphores\n"                                       \
		      ".pushsection .probes,\"awG\",@progbits,telprobe_semaphores,comdat\n" \
		      ".balign 4096\n"                                                      \
		      ".weak telprobe_semaphores\n"                                         \
		      ".hidden telprobe_semaphores\n"                                       \
		      "telprobe_semaphores:\n"                                              \
		      ".irp marker" TELPROBE_MARKERS_(                                      \
			      TELPROBE_LISTED_) "\n"                                        \
						".weak telprobe_on_\\marker\n"              \
						".hidden telprobe_on_\\marker\n"            \
						".type telprobe_on_\\marker,@object\n"      \
						".size telprobe_on_\\marker,2\n"            \
						"telprobe_on_\\marker: .2byte 0\n"          \
						".endr\n"                                   \
						".balign 4096\n"                            \
						".popsection\n"                             \
						".endif\n")

#define TELPROBE_DECLARE_(name, parameters)                     \
	extern const volatile unsigned short telprobe_on_##name \
		__attribute__((visibility("hidden")));          \
	extern void telprobe_at_##name parameters __attribute__((visibility("hidden"), nothrow));

#else
#define TELPROBE_DECLARE_(name, parameters) void telprobe_at_##name parameters; /* never called */
#endif

#ifdef __cplusplus
extern "C" {
#endif
TELPROBE_MARKERS_(TELPROBE_DECLARE_)
#ifdef TELPROBE_PRESENT_
struct telprobe_time_ {
	uint64_t s, ns;
};
/* libc's clock_gettime(), which strict C99 keeps <time.h> from declaring */
extern int telprobe_clock_(int, struct telprobe_time_ *) __asm__("clock_gettime");
#endif
#ifdef __cplusplus
}
#endif

#ifdef TELPROBE_PRESENT_

static TELPROBE_INLINE_ int telprobe_is_on_(const volatile unsigned short *semaphore)
{
	unsigned short listeners = *semaphore;

	TELPROBE_DEFINE_SEMAPHORES_();
	return __builtin_expect(listeners != 0, 0) != 0;
}

static TELPROBE_INLINE_ uint64_t telprobe_now_(void)
{
	struct telprobe_time_ now = { 0, 0 };

	telprobe_clock_(1 /* CLOCK_MONOTONIC */, &now);
	return now.s * 1000000000u + now.ns;
}

static TELPROBE_INLINE_ uint64_t telprobe_bits_(double value)
{
	uint64_t bits;

	__builtin_memcpy(&bits, &value, sizeof(bits));
	return bits;
}

#define TELPROBE_HIT_(name, number, arguments, call)                 \
	do {                                                         \
		if (TELPROBE_IS_ON(name)) {                          \
			telprobe_at_##name call;                     \
			TELPROBE_DEFINE_(#name, #number, arguments); \
		}                                                    \
	} while (0)

/**
 * TELPROBE_IS_ON() - does anybody listen to this marker?
 * @marker: its name in lower case, as in TELPROBE_IS_ON(span_done)
 * For work that only a listener needs, such as reading a clock. Costs what a marker costs when off:
 * a load and a branch. The answer may change at any time. 0 where markers are compiled out. */
#define TELPROBE_IS_ON(marker) telprobe_is_on_(&telprobe_on_##marker)

/** TELPROBE_NOW() - CLOCK_MONOTONIC in ns, for TELPROBE_SPAN_DONE(); 0 where compiled out. */
#define TELPROBE_NOW() telprobe_now_()

#else
#define TELPROBE_IS_ON(marker) 0
#define TELPROBE_NOW()	       UINT64_C(0)
#define TELPROBE_HIT_(name, number, arguments, call) \
	do {                                         \
		if (0)                               \
			telprobe_at_##name call;     \
	} while (0)

static TELPROBE_INLINE_ uint64_t telprobe_bits_(double value)
{
	(void)value;
	return 0;
}
#endif

/* Argument 1 to 6 of a note: U for pointers and unsigned, S for signed numbers, all 64 bits wide */
#define TELPROBE_U1_ "8" TELPROBE_R1_
#define TELPROBE_S1_ "-8" TELPROBE_R1_
#define TELPROBE_U2_ " 8" TELPROBE_R2_
#define TELPROBE_S2_ " -8" TELPROBE_R2_
#define TELPROBE_U3_ " 8" TELPROBE_R3_
#define TELPROBE_S3_ " -8" TELPROBE_R3_
#define TELPROBE_U4_ " 8" TELPROBE_R4_
#define TELPROBE_S4_ " -8" TELPROBE_R4_
#define TELPROBE_U5_ " 8" TELPROBE_R5_
#define TELPROBE_S6_ " -8" TELPROBE_R6_

/**
 * TELPROBE_SESSION_BEGIN(), TELPROBE_SESSION_END() - a long-running program's own session borders
 * @app: the program's name; @version: its version, a literal such as "1.4.2"
 * Without them a session is what one person does in one program until 30 minutes of quiet. The name
 * holds for what this process forks from here on, too, until that executes a program. */
#define TELPROBE_SESSION_BEGIN(app, version) \
	TELPROBE_HIT_(session_begin, 0, TELPROBE_U1_ TELPROBE_U2_, (app, version))
#define TELPROBE_SESSION_END(app) TELPROBE_HIT_(session_end, 1, TELPROBE_U1_, (app))

/**
 * TELPROBE_COMMAND_BEGIN() - opens the span of a command
 * @command, @subcommand: "git", "push"; @profile: a named set of options, or NULL
 * Still open when the process ends, it is recorded as abandoned with the exit code or signal. */
#define TELPROBE_COMMAND_BEGIN(command, subcommand, profile, id)                             \
	TELPROBE_HIT_(command_begin, 2, TELPROBE_U1_ TELPROBE_U2_ TELPROBE_U3_ TELPROBE_U4_, \
		      (command, subcommand, profile, id))

/**
 * TELPROBE_COMMAND_END() - closes it: command_executed, command_failed or command_cancelled
 * @command: as in the begin; spans opened inside and still open are abandoned
 * @outcome: TELPROBE_OK, TELPROBE_FAILED or TELPROBE_CANCELLED
 * @error: category of the failure ("network", "timeout"), or NULL; never a message */
#define TELPROBE_COMMAND_END(command, outcome, error, id)                                  \
	TELPROBE_HIT_(command_end, 3, TELPROBE_U1_ TELPROBE_S2_ TELPROBE_U3_ TELPROBE_U4_, \
		      (command, outcome, error, id))

/**
 * TELPROBE_SPAN_BEGIN(), TELPROBE_SPAN_END() - a span inside a command or of its own
 * @kind: enum telprobe_kind; @name: the same in both; @outcome, @error: as of a command */
#define TELPROBE_SPAN_BEGIN(kind, name, id) \
	TELPROBE_HIT_(span_begin, 4, TELPROBE_S1_ TELPROBE_U2_ TELPROBE_U3_, (kind, name, id))
#define TELPROBE_SPAN_END(kind, name, outcome, error, id)                               \
	TELPROBE_HIT_(span_end, 5,                                                      \
		      TELPROBE_S1_ TELPROBE_U2_ TELPROBE_S3_ TELPROBE_U4_ TELPROBE_U5_, \
		      (kind, name, outcome, error, id))

/**
 * TELPROBE_SPAN_DONE() - a whole span in one marker, for hot paths that know when they started
 * @start_ns: CLOCK_MONOTONIC, as TELPROBE_NOW() gives it; one in the future, 0, or from before the
 * process started is refused and counted. Half the cost of a begin and an end:
 *	uint64_t start_ns = TELPROBE_IS_ON(span_done) ? TELPROBE_NOW() : 0;
 *	...
 *	if (start_ns)
 *		TELPROBE_SPAN_DONE(TELPROBE_CALL, "lookup", start_ns, TELPROBE_OK, NULL); */
#define TELPROBE_SPAN_DONE(kind, name, start_ns, outcome, error)                        \
	TELPROBE_HIT_(span_done, 6,                                                     \
		      TELPROBE_S1_ TELPROBE_U2_ TELPROBE_U3_ TELPROBE_S4_ TELPROBE_U5_, \
		      (kind, name, start_ns, outcome, error))

/**
 * TELPROBE_TAG() - a name put on the open span, else on the session; eight a span
 * @key: "model", "runtime", "shell", "backend", "tier", "channel"; @value: a name too */
#define TELPROBE_TAG(key, value, id) \
	TELPROBE_HIT_(tag, 7, TELPROBE_U1_ TELPROBE_U2_ TELPROBE_U3_, (key, value, id))

/**
 * TELPROBE_COUNT() - adds to a counter of the open span
 * @name: api.*, ui.*, cache.* and tokens.* feed views of their own; @delta: 64 bits, signed */
#define TELPROBE_COUNT(name, delta, id) \
	TELPROBE_HIT_(count, 8, TELPROBE_U1_ TELPROBE_S2_ TELPROBE_U3_, (name, delta, id))

/**
 * TELPROBE_MEASURE() - one value of a distribution: parts of a latency, scores, sizes
 * @value: double; @unit: "ms", "bytes", or NULL */
#define TELPROBE_MEASURE(name, value, unit, id)                                        \
	TELPROBE_HIT_(measure, 9, TELPROBE_U1_ TELPROBE_U2_ TELPROBE_U3_ TELPROBE_U4_, \
		      (name, telprobe_bits_(value), unit, id))

/**
 * TELPROBE_ERROR() - something went wrong: error_occurred
 * @category: "network"; @code: "ECONNRESET" or NULL; @severity: enum telprobe_severity
 * @recoverable: 1 when the program goes on, else 0 */
#define TELPROBE_ERROR(category, code, severity, recoverable, id)                                  \
	TELPROBE_HIT_(error, 10, TELPROBE_U1_ TELPROBE_U2_ TELPROBE_S3_ TELPROBE_S4_ TELPROBE_U5_, \
		      (category, code, severity, recoverable, id))

/** TELPROBE_RECOVERED() - the error of that category and code is overcome; @attempts: from 1 */
#define TELPROBE_RECOVERED(category, code, attempts, id)                                  \
	TELPROBE_HIT_(recovered, 11, TELPROBE_U1_ TELPROBE_U2_ TELPROBE_S3_ TELPROBE_U4_, \
		      (category, code, attempts, id))

/**
 * TELPROBE_FEATURE() - a feature was met; first uses and milestones are derived from it
 * @action: enum telprobe_action; @source: where from ("menu", "shortcut", "config"), or NULL */
#define TELPROBE_FEATURE(name, action, source) \
	TELPROBE_HIT_(feature, 12, TELPROBE_U1_ TELPROBE_S2_ TELPROBE_U3_, (name, action, source))

/**
 * TELPROBE_DECISION() - a safety check's verdict, or a suggestion and what became of it
 * @subject: "command", "suggestion"; @level: "safe", "dangerous"; @action: "allowed", "blocked",
 * "shown", "accepted", "dismissed"; @category: or NULL
 * @id: the same for "shown" and for what followed tells how long that took; 0 stands alone */
#define TELPROBE_DECISION(subject, level, action, category, id)                         \
	TELPROBE_HIT_(decision, 13,                                                     \
		      TELPROBE_U1_ TELPROBE_U2_ TELPROBE_U3_ TELPROBE_U4_ TELPROBE_U5_, \
		      (subject, level, action, category, id))

/**
 * TELPROBE_LIFECYCLE() - install, update, uninstall, upgrade or trial of the program itself
 * @action: "install_completed", "update_failed", "trial_started"; @method: "deb", "script"
 * @version, @other_version: now and before, or to come; @category: of a failure
 * @number: what the action counts (days, attempts), else 0. Any name may be NULL. */
#define TELPROBE_LIFECYCLE(action, method, version, other_version, category, number)           \
	TELPROBE_HIT_(                                                                         \
		lifecycle, 14,                                                                 \
		TELPROBE_U1_ TELPROBE_U2_ TELPROBE_U3_ TELPROBE_U4_ TELPROBE_U5_ TELPROBE_S6_, \
		(action, method, version, other_version, category, number))

/** TELPROBE_OPT_OUT() - for --no-telemetry: this process and what it executes are silent now */
#define TELPROBE_OPT_OUT() TELPROBE_HIT_(opt_out, 15, "", ())

/**
 * TELPROBE_COMMAND_SCOPE(), TELPROBE_SPAN_SCOPE() - a span that ends with the block it stands in
 * @variable: declared by the macro, to speak of the scope below; the names are as above, id is 0
 * Ends as TELPROBE_OK on every way out of the block (return, break, goto) unless told otherwise.
 * exit(), longjmp() and a crash leave it open: then it is abandoned. In C++ it is an object of
 * telprobe::command or telprobe::span, and left by an exception it ends as TELPROBE_FAILED,
 * "exception". */
#ifdef __cplusplus
#define TELPROBE_COMMAND_SCOPE(variable, name, subcommand, profile) \
	::telprobe::command variable(name, subcommand, profile)
#define TELPROBE_SPAN_SCOPE(variable, kind, name) ::telprobe::span variable(kind, name)
#elif defined(__GNUC__)
#define TELPROBE_COMMAND_SCOPE(variable, name, subcommand, profile)                                \
	struct telprobe_scope variable __attribute__((unused, cleanup(telprobe_leave_command_))) = \
		telprobe_enter_command_(name, subcommand, profile)
#define TELPROBE_SPAN_SCOPE(variable, kind, name)                                               \
	struct telprobe_scope variable __attribute__((unused, cleanup(telprobe_leave_span_))) = \
		telprobe_enter_span_(kind, name)
#else
#define TELPROBE_COMMAND_SCOPE(variable, name, subcommand, profile)                          \
	struct telprobe_scope variable = telprobe_enter_command_(name, subcommand, profile); \
	(void)variable
#define TELPROBE_SPAN_SCOPE(variable, kind, name)                          \
	struct telprobe_scope variable = telprobe_enter_span_(kind, name); \
	(void)variable
#endif

/**
 * TELPROBE_SCOPE_FAILED(), TELPROBE_SCOPE_CANCELLED() - how it will end; the last one said holds
 * @variable: of TELPROBE_COMMAND_SCOPE() or TELPROBE_SPAN_SCOPE(); @category: a name, or NULL */
#ifdef __cplusplus
#define TELPROBE_SCOPE_FAILED(variable, category) (variable).fail(category)
#define TELPROBE_SCOPE_CANCELLED(variable)	  (variable).cancel()
#else
#define TELPROBE_SCOPE_FAILED(variable, category) \
	telprobe_scope_ends_(&(variable), TELPROBE_FAILED, category)
#define TELPROBE_SCOPE_CANCELLED(variable) \
	telprobe_scope_ends_(&(variable), TELPROBE_CANCELLED, NULL)
#endif

struct telprobe_scope {
	const char *name;
	const char *error;
	int64_t kind;
	int64_t outcome;
};

static TELPROBE_INLINE_ void telprobe_scope_ends_(struct telprobe_scope *scope, int64_t outcome,
						  const char *category)
{
	scope->outcome = outcome;
	scope->error = category;
}

static TELPROBE_INLINE_ struct telprobe_scope telprobe_enter_command_(const char *name,
								      const char *subcommand,
								      const char *profile)
{
	struct telprobe_scope scope = { name, NULL, 0, TELPROBE_OK };

	TELPROBE_COMMAND_BEGIN(name, subcommand, profile, 0);
	return scope;
}

static TELPROBE_INLINE_ void telprobe_leave_command_(struct telprobe_scope *scope)
{
	TELPROBE_COMMAND_END(scope->name, scope->outcome, scope->error, 0);
}

static TELPROBE_INLINE_ struct telprobe_scope telprobe_enter_span_(int64_t kind, const char *name)
{
	struct telprobe_scope scope = { name, NULL, kind, TELPROBE_OK };

	TELPROBE_SPAN_BEGIN(kind, name, 0);
	return scope;
}

static TELPROBE_INLINE_ void telprobe_leave_span_(struct telprobe_scope *scope)
{
	TELPROBE_SPAN_END(scope->kind, scope->name, scope->outcome, scope->error, 0);
}

#ifdef __cplusplus
namespace telprobe
{
/* What command and span share. An exception counts when it left this scope: C++17 compares the
 * numbers of exceptions in flight. Before, there is only a yes or no, so a scope opened inside a
 * destructor that itself runs because of an exception never ends as failed by one. */
class scope
{
      public:
	TELPROBE_INLINE_ void fail(const char *category) noexcept
	{
		telprobe_scope_ends_(&scope_, TELPROBE_FAILED, category);
	}
	TELPROBE_INLINE_ void cancel() noexcept
	{
		telprobe_scope_ends_(&scope_, TELPROBE_CANCELLED, nullptr);
	}
	scope(const scope &) = delete;
	scope &operator=(const scope &) = delete;

      protected:
	/* the count of exceptions is asked for only where somebody listens */
	TELPROBE_INLINE_ scope(const telprobe_scope &begun, bool is_on) noexcept
	    : scope_(begun), exceptions_(is_on ? exceptions() : 0)
	{
	}
	~scope() = default;
	TELPROBE_INLINE_ telprobe_scope *leave(bool is_on) noexcept
	{
		if (is_on && scope_.outcome == TELPROBE_OK && exceptions() > exceptions_)
			fail("exception");
		return &scope_;
	}

      private:
	static TELPROBE_INLINE_ int exceptions() noexcept
	{
#if !defined(__cpp_exceptions)
		return 0;
#elif defined(__cpp_lib_uncaught_exceptions)
		return std::uncaught_exceptions();
#else
		return std::uncaught_exception();
#endif
	}
	telprobe_scope scope_;
	int exceptions_;
};

/** telprobe::command - TELPROBE_COMMAND_SCOPE() as a class */
class command : public scope
{
      public:
	TELPROBE_INLINE_ explicit command(const char *name, const char *subcommand = nullptr,
					  const char *profile = nullptr) noexcept
	    : scope(telprobe_enter_command_(name, subcommand, profile), TELPROBE_IS_ON(command_end))
	{
	}
	TELPROBE_INLINE_ ~command()
	{
		telprobe_leave_command_(leave(TELPROBE_IS_ON(command_end)));
	}
};

/** telprobe::span - TELPROBE_SPAN_SCOPE() as a class */
class span : public scope
{
      public:
	TELPROBE_INLINE_ span(telprobe_kind kind, const char *name) noexcept
	    : scope(telprobe_enter_span_(kind, name), TELPROBE_IS_ON(span_end))
	{
	}
	TELPROBE_INLINE_ ~span()
	{
		telprobe_leave_span_(leave(TELPROBE_IS_ON(span_end)));
	}
};
} // namespace telprobe
#endif

#endif
