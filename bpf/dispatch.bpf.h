/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* dispatch.bpf.h - from a hit to its marker's handler: the body of every program for markers. */
#ifndef TELPROBE_BPF_DISPATCH_H
#define TELPROBE_BPF_DISPATCH_H

#include "markers.bpf.h"
#include "refused.bpf.h"

/* Of each marker. Tables and no switches: with a branch a marker the verifier walks sixteen times
 * what all of them have in common. */
enum { ROWS = 32 };

_Static_assert(TP_MARKERS <= ROWS && !(ROWS & (ROWS - 1)), "a mask keeps within the tables");

/* The lowest level at which it counts. At `basic` what it tells is added up (totals.bpf.h), and
 * nothing single leaves the kernel. */
static const volatile __u8 levels[ROWS] = {
#define TP_X(constant, name, level, category) [TP_MARKER_##constant] = TP_LEVEL_##level,
	TP_MARKERS_TABLE(TP_X)
#undef TP_X
};

static const volatile __u8 categories[ROWS] = {
#define TP_X(constant, name, level, category) [TP_MARKER_##constant] = TP_CATEGORY_##category,
	TP_MARKERS_TABLE(TP_X)
#undef TP_X
};

enum { IS_SINGLE, IS_COMMAND, IS_SPAN }; /* IS_SPAN: the first argument says of which kind */

static const volatile __u8 sorts[ROWS] = {
	[TP_MARKER_COMMAND_BEGIN] = IS_COMMAND, [TP_MARKER_COMMAND_END] = IS_COMMAND,
	[TP_MARKER_SPAN_BEGIN] = IS_SPAN,	[TP_MARKER_SPAN_END] = IS_SPAN,
	[TP_MARKER_SPAN_DONE] = IS_SPAN,
};

static __always_inline __u32 level_of(__u32 marker)
{
	__u8 level = levels[marker & (ROWS - 1)];

	return level ? level : TP_LEVEL_FULL + 1;
}

static __always_inline bool is_span_kind(__u64 kind)
{
	return kind > TP_KIND_COMMAND && kind < TP_SPAN_KINDS;
}

/* Row of the counters; TP_KINDS for a span whose kind is none of telprobe.h. */
static __always_inline __u32 kind_of(struct pt_regs *ctx, __u32 marker)
{
	__u8 sort = sorts[marker & (ROWS - 1)];

	if (sort == IS_SPAN)
		return is_span_kind(ARG1) ? ARG1 : TP_KINDS;
	return sort == IS_COMMAND ? TP_KIND_COMMAND : TP_KIND_SINGLE;
}

static __always_inline int dispatch(struct pt_regs *ctx, struct hit *hit, __u32 marker)
{
	switch (marker) {
	case TP_MARKER_SESSION_BEGIN:
		return on_session_begin(ctx, hit);
	case TP_MARKER_SESSION_END:
		return on_session_end(ctx, hit);
	case TP_MARKER_COMMAND_BEGIN:
		return on_command_begin(ctx, hit);
	case TP_MARKER_COMMAND_END:
		return on_command_end(ctx, hit);
	case TP_MARKER_SPAN_BEGIN:
		return on_span_begin(ctx, hit);
	case TP_MARKER_SPAN_END:
		return on_span_end(ctx, hit);
	case TP_MARKER_SPAN_DONE:
		return on_span_done(ctx, hit);
	case TP_MARKER_TAG:
		return on_tag(ctx, hit);
	case TP_MARKER_COUNT:
		return on_count(ctx, hit);
	case TP_MARKER_MEASURE:
		return on_measure(ctx, hit);
	case TP_MARKER_ERROR:
		return on_error(ctx, hit);
	case TP_MARKER_RECOVERED:
		return on_recovered(ctx, hit);
	case TP_MARKER_FEATURE:
		return on_feature(ctx, hit);
	case TP_MARKER_DECISION:
		return on_decision(ctx, hit);
	case TP_MARKER_LIFECYCLE:
		return on_lifecycle(ctx, hit);
	case TP_MARKER_OPT_OUT:
		return on_opt_out(ctx, hit);
	}
	return 0;
}

static __always_inline int marker_hit(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 marker = TP_COOKIE_MARKER(cookie);
	__u32 kind = kind_of(ctx, marker);
	struct hit hit; /* admit() fills the rest */

	if (cookie == ~0ull) /* no marker's: see the map */
		bpf_tail_call(ctx, &never, 0);
	hit.object = TP_COOKIE_OBJECT(cookie);
	hit.kind = kind < TP_KINDS ? kind : TP_KIND_SINGLE;
	hit.place = cookie;
	hit.cost = 1;
	if (!admit(&hit, level_of(marker), categories[marker & (ROWS - 1)])) {
		if (hit.is_unwanted && sorts[marker & (ROWS - 1)] != IS_SINGLE && kind < TP_KINDS)
			refused_follow(ctx, &hit, marker);
		return 0;
	}
	if (kind >= TP_KINDS) {
		count(0, hit.kind, TP_COUNT_REFUSED_ARGUMENT);
		return 0;
	}
	program_meet(&hit, PT_REGS_IP(ctx));
	frames_tidy(&hit);
	return dispatch(ctx, &hit, marker);
}

#endif
