/* SPDX-License-Identifier: GPL-2.0-only */
/* emit_marker.h - from words to a marker of telprobe.h and its arguments, and firing it.
 * Owns the table of what each marker takes. The one place of this program where markers stand: only
 * `telprobe emit` calls it, so no other command can be seen by who watches telprobe itself. */
#ifndef TELPROBE_CLI_EMIT_MARKER_H
#define TELPROBE_CLI_EMIT_MARKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "telprobe/record.h"

enum { EMIT_ARGUMENTS = 6 }; /* most arguments of one marker */

union emit_value {
	const char *text; /* NULL: absent; points into the words */
	int64_t number;
	uint64_t id;
	double decimal;
};

struct emit_event {
	enum tp_marker marker;
	union emit_value value[EMIT_ARGUMENTS];
};

/**
 * emit_parse() - a marker's name and its arguments in the order of telprobe.h
 * @words: @count of them, at least 1; "-" is an absent name. What is left out at the end is absent,
 * 0, or as emit_synopsis() says.
 * Return: 0, or -EINVAL with what is wrong. */
int emit_parse(int count, char *const *words, struct emit_event *out, struct error *error);

/** emit_fire() - Return: whether somebody listens to that marker; else nothing was done. */
bool emit_fire(const struct emit_event *event);

/** emit_needs_process() - a marker that means nothing in a process which ends at once: it opens or
 * closes what the process has open */
bool emit_needs_process(enum tp_marker marker);

/** emit_texts() - the names @event carries. Return: how many. */
int emit_texts(const struct emit_event *event, const char *out[EMIT_ARGUMENTS]);

/** emit_text_name() - what its @index-th argument that is a name is called: "SUBCOMMAND"; NULL if it has
 * not so many */
const char *emit_text_name(enum tp_marker marker, int index);

const char *emit_marker_name(enum tp_marker marker);
const char *emit_marker_summary(enum tp_marker marker); /* lower case, no full stop */

/** emit_synopsis() - "NAME [DELTA [ID]]" */
void emit_synopsis(enum tp_marker marker, char *out, size_t bytes);

#endif
