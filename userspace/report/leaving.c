/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/leaving.h"

#include <stdio.h>
#include <string.h>

#include "privacy/placeholders.h"
#include "telprobe/record.h"

enum { ROW_NAMES = 5, SUM_NAMES = 4, TEXT_BYTES = 65 };

/* The texts of a row the firewall does not remember for us. */
struct texts {
	char text[ROW_NAMES + 2][TEXT_BYTES];
	int used;
};

struct walk {
	struct leaving *leaving;
	store_row_callback row_callback;
	store_sum_callback sum_callback;
	void *data;
};

/* Lengths differ by field, and were kept when it was stored: here the longest is let through.
 * *out_hides_value: it names a sensitive field */
static const char *judge(struct leaving *leaving, enum firewall_field field, const char *text,
			 struct texts *texts, bool *out_hides_value)
{
	struct firewall_verdict verdict;
	char *copy;

	*out_hides_value = false;
	if (!text || !text[0] || placeholders_has(text))
		return text;
	verdict = firewall_check(leaving->firewall, field, FIREWALL_CONSTANT, text);
	*out_hides_value = verdict.hides_value;
	leaving->replaced += strcmp(verdict.text, text) != 0; /* a domain that may be told stays */
	if (verdict.is_kept)
		return verdict.text;
	copy = texts->text[texts->used++];
	snprintf(copy, TEXT_BYTES, "%s", verdict.text);
	return copy;
}

static int pass_row(const struct store_row *row, void *data)
{
	struct walk *walk = data;
	struct leaving *leaving = walk->leaving;
	struct store_row judged = *row;
	struct texts texts = { .used = 0 };
	bool hides_value, hides_first = false;
	int i;

	judged.app = judge(leaving, FIREWALL_APP, row->app, &texts, &hides_value);
	judged.version = judge(leaving, FIREWALL_VERSION, row->version, &texts, &hides_value);
	for (i = row->frames ? 1 : 0; i < ROW_NAMES;
	     i++) { /* a group's name is no text of anybody's */
		judged.name[i] = judge(leaving, FIREWALL_APP, row->name[i], &texts, &hides_value);
		hides_first |= !i && hides_value;
	}
	if (row->type == TP_TAG && hides_first && judged.name[1])
		judged.name[1] = "[REDACTED]";
	return walk->row_callback(&judged, walk->data);
}

static int pass_sum(const struct store_sum *sum, void *data)
{
	struct walk *walk = data;
	struct store_sum judged = *sum;
	struct texts texts = { .used = 0 };
	bool hides_value;
	int i;

	judged.app = judge(walk->leaving, FIREWALL_APP, sum->app, &texts, &hides_value);
	for (i = 0; i < SUM_NAMES; i++)
		judged.name[i] =
			judge(walk->leaving, FIREWALL_APP, sum->name[i], &texts, &hides_value);
	return walk->sum_callback(&judged, walk->data);
}

int leaving_each(struct leaving *leaving, const struct store_filter *filter,
		 store_row_callback callback, void *data, struct error *error)
{
	struct walk walk = { .leaving = leaving, .row_callback = callback, .data = data };

	return store_each(leaving->store, filter, pass_row, &walk, error);
}

int leaving_each_sum(struct leaving *leaving, const struct store_sum_filter *filter,
		     store_sum_callback callback, void *data, struct error *error)
{
	struct walk walk = { .leaving = leaving, .sum_callback = callback, .data = data };

	return store_each_sum(leaving->store, filter, pass_sum, &walk, error);
}
