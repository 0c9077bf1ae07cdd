/* SPDX-License-Identifier: GPL-2.0-only */
/* collected.h - what is collected, as a set that two of can be compared: of this build, of each text
 * people were asked with (CONSENT_TEXT_VERSION), of an answer of `explain --json` that somebody kept.
 *
 * collected_versions.c holds one entry a version of the text, append only. Whoever has something else
 * collected, at a lower level or longer, raises CONSENT_TEXT_VERSION and adds an entry:
 * tests/unit/report/test_collected.c says which. */
#ifndef TELPROBE_REPORT_COLLECTED_H
#define TELPROBE_REPORT_COLLECTED_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"

enum { COLLECTED_NAME = 48, COLLECTED_ROWS = 4096, COLLECTED_KEEP_DAYS = 90 };

struct collected_row {
	char event[COLLECTED_NAME]; /* event type; "event" for what all have; "totals" */
	char field[COLLECTED_NAME];
	uint8_t level; /* the lowest at which it is collected */
	uint8_t was;   /* before, in a difference */
};

struct collected { /* zeroed: nothing */
	struct collected_row *rows;
	size_t count, capacity;
	int64_t keep_days; /* 0: for ever */
};

/** collected_now() - of this build; @keep_days: as is in force, or COLLECTED_KEEP_DAYS, the default.
 * End each with collected_clear(), also after a failure. Return: 0, -ENOMEM. */
int collected_now(struct collected *out, int64_t keep_days);
void collected_clear(struct collected *collected);

/** collected_add() - Return: 0, -ENOMEM, -EINVAL: there are COLLECTED_ROWS. */
int collected_add(struct collected *collected, const struct collected_row *row);

/** collected_of_version() - under text @version. Return: 0; -ENOENT: no text of that number. */
int collected_of_version(struct collected *out, uint32_t version, struct error *error);

/** collected_of_json() - as told by `explain --json`. Return: 0; -EINVAL: it is no such answer. */
int collected_of_json(struct collected *out, const cJSON *json, struct error *error);

/** collected_print() - a line for each group of events with the same fields, within 80 columns:
 * "full     measure: name, unit"; @is_entry: as collected_versions.c has it, unbroken */
int collected_print(FILE *out, const struct collected *collected, bool is_entry);

struct collected_difference { /* zeroed: none */
	struct collected added, removed;
	struct collected lower, higher; /* level; row.was: before */
	int64_t was_days, is_days;
};

/** collected_compare() - what differs. End it with collected_difference_clear(). Return: 0, -ENOMEM. */
int collected_compare(const struct collected *before, const struct collected *now,
		      struct collected_difference *out);
void collected_difference_clear(struct collected_difference *difference);

/** collected_is_same() - whether nothing differs */
bool collected_is_same(const struct collected_difference *difference);

/** collected_difference_print() - in words, "nothing else is collected" where nothing differs */
int collected_difference_print(FILE *out, const struct collected_difference *difference);

/** collected_difference_json() - NULL: no memory */
cJSON *collected_difference_json(const struct collected_difference *difference);

/** collected_version_text() - the entry of @version; NULL: there is none. */
const char *collected_version_text(uint32_t version);

#endif
