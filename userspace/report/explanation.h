/* SPDX-License-Identifier: GPL-2.0-only */
/* explanation.h - what is collected, at which level, what for and for how long, and what never: told
 * from the tables that the rest of the code works by (event_types.h, purpose.h, stored_columns.h). */
#ifndef TELPROBE_REPORT_EXPLANATION_H
#define TELPROBE_REPORT_EXPLANATION_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"
#include "report/event_types.h"
#include "report/purpose.h"

struct explanation_keeping { /* for how long; zeroed but for days: the default */
	int64_t days;	     /* what holds; 0: for ever */
	int64_t own_days;    /* what the person chose; 0: nothing */
	int64_t machine_days;
	int64_t max_bytes; /* of a person's database; 0: no limit */
	bool is_in_force;  /* a service said so */
};

/** explanation_print() - the overview, within 80 columns. Return: 0, -ENOMEM. */
int explanation_print(FILE *out, const struct explanation_keeping *keeping);

/** explanation_print_topic() - all about an event type, some that belong together ("command"), a
 * field, a level, or one of the words explanation_topic_at() has
 * Return: 0; -EINVAL: nothing is called so, and @error says what is nearest. */
int explanation_print_topic(FILE *out, const char *topic, const struct explanation_keeping *keeping,
			    struct error *error);

/** explanation_json() - all of it. NULL: no memory. */
cJSON *explanation_json(const struct explanation_keeping *keeping);

/** explanation_print_never(), _levels() - parts of it that consent is asked with: a change of them
 * is a change of that text (cli/consent_text.h). */
void explanation_print_never(FILE *out);
int explanation_print_levels(FILE *out); /* 0, -ENOMEM */
void explanation_print_categories(FILE *out);

/* --- for explanation_json.c and explanation_topic.c ------------------------------------------ */

/** explanation_never_at(), _kept_at() - line @index of what is never collected, and of how what is
 * collected is kept; NULL behind the last. */
const char *explanation_never_at(size_t index);
const char *explanation_kept_at(size_t index);

const char *explanation_level_says(int level); /* what it collects; NULL: there is no such level */

/** explanation_category() - "errors": which one has the events of @type in it. */
const char *explanation_category(const struct event_type *type);

/** explanation_where() - where what is of @part is. */
const char *explanation_where(enum purpose_part part);

/** explanation_for_whom() - who has any good of it. */
const char *explanation_for_whom(void);

/** explanation_kept() - for how long it is kept there: "90 days". */
void explanation_kept(enum purpose_part part, const struct explanation_keeping *keeping,
		      char out[160]);

/** explanation_print_list() - lines with a dash, wrapped; NULL ends @at. */
void explanation_print_list(FILE *out, const char *heading, const char *(*at)(size_t index));

#endif
