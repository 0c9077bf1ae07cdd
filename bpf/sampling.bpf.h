/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sampling.bpf.h - which spans are told one by one where a target has too many of them. The others are
 * added up, so that how often and how long stays exact and nothing has to be scaled. Decided where a
 * span ends: its frame was on the stack as any other, and what is inside it knows it. */
#ifndef TELPROBE_BPF_SAMPLING_H
#define TELPROBE_BPF_SAMPLING_H

#include "maps.bpf.h"

enum { RATE_TRIES = 3 }; /* other processors may take their turn meanwhile */

/* The virtual scheduling algorithm of ITU-T I.371: each that is told moves the time at which the next one
 * is due; who comes no more than a burst too early is told. */
static __always_inline bool rate_allows(struct tp_sampling *rules, __u32 kind, __u64 now_ns)
{
	__u64 due_ns, next_ns;
	int i;

	for (i = 0; i < RATE_TRIES; i++) {
		due_ns = *(volatile __u64 *)&rules->due_ns[kind];
		next_ns = due_ns > now_ns ? due_ns : now_ns;
		if (next_ns - now_ns > TP_BURST_NS - rules->number[kind])
			return false;
		if (__sync_val_compare_and_swap(&rules->due_ns[kind], due_ns,
						next_ns + rules->number[kind]) == due_ns)
			return true;
	}
	return false;
}

static __always_inline bool rule_tells(struct tp_sampling *rules, __u32 kind, __u64 now_ns)
{
	switch (rules->how[kind]) {
	case TP_TELL_NONE:
		return false;
	case TP_TELL_SHARE:
		return bpf_get_prandom_u32() < rules->number[kind];
	case TP_TELL_RATE:
		return rate_allows(rules, kind, now_ns);
	}
	return true;
}

/* Return: whether a span of that kind which ended well is told. A global function, so that the verifier
 * looks at it once. */
__noinline int sampling_tells(__u32 sampling, __u32 kind, __u64 now_ns)
{
	struct tp_sampling *rules = bpf_map_lookup_elem(&samplings, &sampling);

	if (!rules || kind >= TP_SPAN_KINDS)
		return true;
	__sync_fetch_and_add(&rules->asked[kind], 1);
	if (rule_tells(rules, kind, now_ns))
		return true;
	__sync_fetch_and_add(&rules->thinned_out[kind], 1);
	return false;
}

static __always_inline bool is_thinned_out(const struct tp_object *object, __u32 kind,
					   __u32 outcome, __u64 now_ns)
{
	return object->sampling && (outcome == TP_OUTCOME_OK || outcome == TP_OUTCOME_CANCELLED) &&
	       !sampling_tells(object->sampling, kind, now_ns);
}

#endif
