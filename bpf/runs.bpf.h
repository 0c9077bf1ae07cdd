/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* runs.bpf.h - programs without markers: each run is a command, from exec to the end of the process.
 * Nothing is on the thread's stack of spans for it: what it would say stands in every thread of the
 * process, and the last one tells. A child that is forked and executes nothing is no run. */
#ifndef TELPROBE_BPF_RUNS_H
#define TELPROBE_BPF_RUNS_H

#include "spans.bpf.h"

enum {
	SIGNAL_INTERRUPT = 2,
	CODE_INTERRUPTED = 128 + SIGNAL_INTERRUPT, /* what shells end with, and who imitates them */
};

#define SHELL(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)

/* The name is compared and goes nowhere. */
static __always_inline __u8 starter_of(struct task_struct *task)
{
	struct task_struct *parent = task->real_parent;
	__u32 name = 0;
	int i;

	for (i = 0; parent && i < 5; i++) {
		__u8 letter = parent->comm[i];

		if (i == 4 && letter)
			return TP_STARTER_OTHER;
		name |= i < 4 ? (__u32)letter << 8 * i : 0;
	}
	switch (name) {
	case SHELL('s', 'h', 0, 0):
	case SHELL('d', 'a', 's', 'h'):
		return TP_STARTER_SH;
	case SHELL('b', 'a', 's', 'h'):
		return TP_STARTER_BASH;
	case SHELL('z', 's', 'h', 0):
		return TP_STARTER_ZSH;
	case SHELL('f', 'i', 's', 'h'):
		return TP_STARTER_FISH;
	}
	return TP_STARTER_OTHER;
}

static __always_inline bool tells_runs(const struct tp_object *object, __u32 agreed)
{
	return (object->runs & TP_RUNS) && object->is_whole &&
	       TP_AGREED_LEVEL(agreed) >= TP_LEVEL_BASIC &&
	       !(TP_AGREED_WITHOUT(agreed) & TP_CATEGORY_COMMANDS);
}

/* Whether it is a run, of a file that still has that number and whose runs are still wanted. */
static __always_inline bool run_is_told(const struct thread *thread)
{
	__u32 program = thread->program;
	struct tp_object *object = bpf_map_lookup_elem(&objects, &program);

	return thread->run_span && program && object && (object->runs & TP_RUNS) &&
	       object->generation == thread->program_generation;
}

/* The process has just begun to execute its program. */
static __always_inline void run_begin(struct hit *hit, __u32 agreed)
{
	struct thread *thread = hit->thread;
	__u32 program = thread->program;
	struct tp_object *object = bpf_map_lookup_elem(&objects, &program);
	struct tp_counters *set = counters_of_file(program, TP_KIND_COMMAND);

	if (!program || !object || !set || !tells_runs(object, agreed))
		return;
	bump(set, TP_COUNT_BEGINS);
	thread->run_level = TP_AGREED_LEVEL(agreed);
	thread->run_starter = starter_of(hit->task);
	thread->run_uid = hit->uid;
	thread->run_span = span_number(hit);
	/* until somebody has looked: arguments.bpf.h */
	thread->run_subcommand =
		object->runs & TP_RUNS_SUBCOMMANDS ? TP_PLACE_UNDECLARED : TP_PLACE_ABSENT;
}

static __always_inline void run_end(struct hit *hit, struct ending *ending)
{
	struct thread *thread = hit->thread;
	struct frame frame = {
		.start_ns = thread->start_ns,
		.span = thread->run_span,
		.uid = thread->run_uid,
		.name = { TP_PLACE_FILE, thread->run_subcommand },
		.object = thread->program,
		.generation = thread->program_generation,
		.kind = TP_KIND_COMMAND,
		.level = thread->run_level,
	};
	__u32 program = thread->program;
	struct tp_object *object = bpf_map_lookup_elem(&objects, &program);

	if (!thread->run_span || !program || !object || object->generation != frame.generation)
		return;
	hit->counters = counters_of_file(program, TP_KIND_COMMAND);
	if (!hit->counters)
		return;
	if (!(object->runs & TP_RUNS))
		ending->is_discarded = 1;
	span_close(hit, &frame, ending);
}

/* @status: as wait4() reports it. The code of one that failed is told by the end of its process. */
static __always_inline __u32 run_outcome(__s32 status)
{
	__u32 signal = status & 0x7f, code = (__u32)status >> 8 & 0xff;

	if (signal == SIGNAL_INTERRUPT || code == CODE_INTERRUPTED)
		return TP_OUTCOME_CANCELLED;
	if (signal)
		return TP_OUTCOME_ABANDONED;
	return code ? TP_OUTCOME_FAILED : TP_OUTCOME_OK;
}

/* @others: as what else was open in the process ends */
static __always_inline void run_exit(struct hit *hit, const struct ending *others, __s32 status)
{
	struct ending ending = *others;

	ending.outcome = run_outcome(status);
	ending.flags = 0;
	ending.code = 0;
	if (ending.outcome == TP_OUTCOME_ABANDONED) {
		ending.flags = TP_FLAG_BY_EXIT;
		ending.code = status;
	}
	run_end(hit, &ending);
}

#endif
