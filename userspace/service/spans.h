/* SPDX-License-Identifier: GPL-2.0-only */
/* spans.h - from what a target file says of spans to places in one of its files. */
#ifndef TELPROBE_SERVICE_SPANS_H
#define TELPROBE_SERVICE_SPANS_H

#include "capture/capture.h"
#include "inspect/inspector.h"
#include "service/config.h"
#include "service/declared.h"

enum { SPANS_PROBES = 4096 }; /* most of one file */

struct spans { /* as capture_tell_spans() takes them */
	struct tp_foreign *spans;
	size_t span_count;
	struct capture_probe *probes;
	size_t probe_count;
	uint64_t told; /* which of the target's, a bit each */
};

_Static_assert(CONFIG_SPANS <= 64, "a bit each");

struct spans_left_out { /* a span that is not told of a file */
	size_t span;	/* which of the target's */
	bool is_absent; /* it has no such probe: another file of the target may */
	const char *why;
};

struct spans_source { /* the file they are looked for in */
	struct inspector *inspector;
	uint16_t object; /* as inspector_keep() was told */
	const struct inspection *inspection;
	const char *path; /* for messages */
};

/**
 * spans_find() - the spans of @target that can be told of a file
 * One of which a probe is missing, or not to be used, is left out whole: half of it would be counted
 * as ends without a begin.
 * @tell: called with the reason for each that is left out; @names: gives their names numbers
 * Return: 0; -ENOMEM. The caller ends *out with spans_clear(). */
int spans_find(const struct spans_source *source, const struct config_target *target,
	       struct declared *names,
	       void (*tell)(void *data, const struct spans_left_out *left_out), void *data,
	       struct spans *out, struct error *error);
void spans_clear(struct spans *spans);

/** spans_print() - a number that is another when other spans are configured (FNV-1a); 0: none are */
uint64_t spans_print(const struct config_target *target);

#endif
