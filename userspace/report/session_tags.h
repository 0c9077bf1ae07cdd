/* SPDX-License-Identifier: GPL-2.0-only */
/* session_tags.h - what sessions were tagged with that belongs to an event's source.
 * A program tags its session (a tag outside of any span) with `runtime` or `tier`; each event of
 * that session then carries it, whether it came before or after the tag. */
#ifndef TELPROBE_REPORT_SESSION_TAGS_H
#define TELPROBE_REPORT_SESSION_TAGS_H

#include "lib/error.h"
#include "lib/table.h"
#include "report/leaving.h"

enum { SESSION_TAGS = 65536 }; /* most sessions with such tags; of the rest they are left out */

struct session_source {
	char runtime[64]; /* "": not tagged */
	char tier[64];
};

struct session_key { /* a session among those of several people; no padding */
	int64_t id;
	int64_t owner;
};

static inline struct session_key session_key(const struct store_row *row)
{
	return (struct session_key){ .id = row->session_id, .owner = row->owner };
}

struct session_tags {
	struct table sources; /* by struct session_key */
};

/** session_tags_load() - read them all; the last of a kind wins. End with session_tags_clear(). */
int session_tags_load(struct session_tags *tags, struct leaving *leaving, struct error *error);
void session_tags_clear(struct session_tags *tags);

/** session_tags_of() - of the session of @row. Return: NULL for a session without. */
const struct session_source *session_tags_of(const struct session_tags *tags,
					     const struct store_row *row);

#endif
