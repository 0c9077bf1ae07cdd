/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* arguments.bpf.h - which of its declared sub-commands and options a program was run with.
 * The command line is read string by string where it was just written, each into the key of a lookup,
 * and what is not declared goes no further. Of an option what follows its '=' is cut off before. */
#ifndef TELPROBE_BPF_ARGUMENTS_H
#define TELPROBE_BPF_ARGUMENTS_H

#include "names.bpf.h"
#include "runs.bpf.h"
#include "singles.bpf.h"

enum {
	PIECES_MAX = 65536, /* of a command line; what comes then is not looked at */
	OPTIONS_MAX = 16,   /* told of a run */
};

struct line { /* a command line, and how far it was read */
	__u64 at;
	__u64 end;
	__u32 target;
	__u32 runs; /* enum tp_runs */
	__u32 argument;
	__u32 options;	  /* told */
	__u32 subcommand; /* place */
	__u32 is_start;	  /* of an argument, not in the middle of a long one */
	bool tells_options;
	bool is_unreadable;
	struct hit hit;
};

static __always_inline bool is_option(const char *text)
{
	return text[0] == '-' && text[1];
}

/* Leaves of an option what it is called. Word by word: with a branch a letter there would be as many ways
 * through for the verifier to walk. The lowest byte of a word stands first.
 * Return: whether a value was cut off. */
static __always_inline bool option_cut(struct tp_declared_key *key)
{
	__u32 *words = (__u32 *)key->text, differs, found;
	bool is_cut = false;
	int i;

#pragma unroll
	for (i = 0; i < TP_DECLARED_BYTES / 4; i++) {
		if (is_cut) {
			words[i] = 0;
			continue;
		}
		differs = words[i] ^ 0x3d3d3d3d; /* "====" */
		found = (differs - 0x01010101) & ~differs & 0x80808080;
		if (found) { /* what is below the lowest byte that is the same */
			words[i] &= ((found & -found) >> 7) - 1;
			is_cut = true;
		}
	}
	return is_cut;
}

static __always_inline void option_see(struct line *line, struct tp_declared_key *key,
				       bool is_whole)
{
	struct hit *hit = &line->hit;
	struct tp_event event = {};
	__u32 place;

	is_whole |= option_cut(key);
	if (!line->tells_options || !is_whole || line->options >= OPTIONS_MAX)
		return;
	key->target = TP_DECLARED_OF(line->target, TP_DECLARED_OPTION);
	place = place_declared(key);
	if (place == TP_PLACE_UNDECLARED)
		return;
	line->options++;
	event_fill(&event, hit, TP_FEATURE);
	event.header.kind = TP_FEATURE_OPTION;
	event.parent = hit->thread->run_span;
	event.name[0] = place;
	bump(hit->counters, TP_COUNT_SINGLES);
	if (put_here(hit->reader, (const struct record *)&event,
		     false)) /* no global function here */
		bump(hit->counters, TP_COUNT_DROPPED_RING_FULL);
}

static __always_inline void subcommand_see(struct line *line, struct tp_declared_key *key,
					   bool is_whole)
{
	key->target = TP_DECLARED_OF(line->target, TP_DECLARED_SUBCOMMAND);
	if (is_whole)
		line->subcommand = place_declared(key);
}

/* @is_whole: it fits into a key; what does not is not declared */
static __always_inline void argument_see(struct line *line, struct tp_declared_key *key,
					 bool is_whole)
{
	if (line->argument == 1)
		line->subcommand = TP_PLACE_UNDECLARED;
	if (is_option(key->text)) {
		if (line->argument == 1)
			line->subcommand = TP_PLACE_ABSENT;
		option_see(line, key, is_whole);
	} else if (line->argument == 1) {
		subcommand_see(line, key, is_whole);
	}
}

/* Whether nothing that comes is told. */
static __always_inline bool is_enough(const struct line *line)
{
	return line->at >= line->end ||
	       (line->argument > 1 && (!line->tells_options || line->options >= OPTIONS_MAX));
}

static long argument_read(__u32 index, void *context)
{
	struct line *line = context;
	struct name name = {};
	long bytes;

	if (is_enough(line))
		return 1;
	bytes = bpf_probe_read_user_str(name.key.text, TP_DECLARED_BYTES + 1,
					(const void *)line->at);
	if (bytes < 0) {
		line->is_unreadable = true;
		return 1;
	}
	if (!bytes) /* of an empty string 6.1 says so, later kernels count the NUL */
		bytes = 1;
	if (line->is_start && line->argument) {
		if (name.key.text[0] == '-' && name.key.text[1] == '-' && !name.key.text[2])
			return 1;
		argument_see(line, &name.key, bytes <= TP_DECLARED_BYTES);
	}
	/* a full buffer lost its last byte to the NUL: go on there, in the middle of the argument */
	line->is_start = bytes <= TP_DECLARED_BYTES;
	line->argument += line->is_start;
	line->at += line->is_start ? bytes : TP_DECLARED_BYTES;
	return 0;
}

/* Whether there is anything to look for. */
static __always_inline bool line_open(struct line *line, struct task_struct *task)
{
	struct hit *hit = &line->hit;
	struct mm_struct *mm = task->mm;
	struct tp_object *object;
	__u32 agreed, zero;

	hit->thread = bpf_task_storage_get(&threads, task, NULL, 0);
	if (!mm || !hit->thread || !hit->thread->run_span || is_silent(hit->thread) ||
	    !lease_is_alive(hit))
		return false;
	/* another program's, whose exec process_execs was skipped for (preemption.bpf.h) */
	if (program_executed() != hit->thread->program)
		return false;
	/* before 6.7 the verifier walks what bpf_loop() calls once, as it begins, and takes out of the
	 * program what cannot be reached then */
	zero = zero_unknown(&hit->thread->run_uid);
	hit->task = task;
	hit->object = hit->thread->program;
	hit->uid = hit->thread->run_uid;
	object = bpf_map_lookup_elem(&objects, &hit->object);
	hit->counters = counters_of_file(hit->object, TP_KIND_SINGLE);
	if (!object || !hit->counters)
		return false;
	agreed = consented(hit->thread, hit->uid, object->target);
	line->at = mm->arg_start;
	line->end = mm->arg_end;
	line->target = object->target;
	line->runs = object->runs;
	line->argument = zero;
	line->options = zero;
	line->is_start = zero + 1;
	line->tells_options = (object->runs & TP_RUNS_OPTIONS) &&
			      TP_AGREED_LEVEL(agreed) >= TP_LEVEL_ENHANCED &&
			      !(TP_AGREED_WITHOUT(agreed) & TP_CATEGORY_FEATURES);
	return line->tells_options || (line->runs & TP_RUNS_SUBCOMMANDS);
}

/* What was found of the first argument; before that the run has none that is known. */
static __always_inline void line_close(struct line *line)
{
	struct hit *hit = &line->hit;

	hit->counters = counters_of_file(hit->object, TP_KIND_COMMAND);
	if (line->is_unreadable && line->argument <= 1)
		line->subcommand = TP_PLACE_UNDECLARED;
	if (hit->counters && line->is_unreadable)
		bump(hit->counters, TP_COUNT_UNREADABLE);
	if (!(line->runs & TP_RUNS_SUBCOMMANDS))
		return;
	hit->thread->run_subcommand = line->subcommand;
	if (hit->counters && line->subcommand == TP_PLACE_UNDECLARED)
		bump(hit->counters, TP_COUNT_UNDECLARED);
}

#endif
