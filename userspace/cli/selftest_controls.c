/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_controls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/selftest_fixture.h"
#include "report/leaving.h"
#include "store/bucket.h"
#include "telprobe/record.h"

enum { NAMES = 4 };

static const struct {
	const char *name;
	enum tp_type type;
	const char *names[NAMES];
} controls[] = {
	{ "command", TP_SPAN, { "selftest", "trace", "careful" } },
	{ "tag", TP_TAG, { "model", "small" } },
	{ "counter", TP_COUNT, { "api.calls" } },
	{ "measure", TP_MEASURE, { "latency", "ms" } },
	{ "error", TP_ERROR, { "timeout", "E100" } },
	{ "feature", TP_FEATURE, { FIXTURE_CONTROL, "control" } },
	{ "decision", TP_DECISION, { "suggestion", "safe", "shown", "edit" } },
};

enum { CONTROLS = sizeof(controls) / sizeof(controls[0]) };

_Static_assert((int)CONTROLS <= (int)SELFTEST_CONTROLS, "there is room for them");

static bool is_control(const struct store_row *row, size_t at)
{
	size_t i;

	if (row->type != controls[at].type || strcmp(row->app, FIXTURE_APP) != 0)
		return false;
	for (i = 0; i < NAMES && controls[at].names[i]; i++)
		if (!row->name[i] || strcmp(row->name[i], controls[at].names[i]) != 0)
			return false;
	return true;
}

static void note_stored(struct selftest *selftest, size_t secret, const char *text)
{
	snprintf(selftest->stored[secret], sizeof(selftest->stored[secret]), "%s",
		 text ? text : "nothing");
}

/* A feature of the name of the secret, from where its row tells. */
static void note_feature(struct selftest *selftest, const struct store_row *row)
{
	const struct secret *secret;
	size_t i;

	for (i = 0; row->name[1] && (secret = secrets_at(i)); i++)
		if (!strcmp(row->name[1], secret->name))
			note_stored(selftest, i, row->name[0]);
}

static void note_number(struct selftest *selftest, const struct store_row *row)
{
	const struct secret *secret;
	int32_t code;
	size_t i;

	for (i = 0; row->name[0] && (secret = secrets_at(i)); i++) {
		if (strcmp(row->name[0], secret->name) != 0)
			continue;
		if (secret->source == SECRET_ID)
			note_stored(selftest, i, "no id"); /* and the search finds none */
		if (secret->source == SECRET_MEASURE)
			note_stored(selftest, i,
				    bucket_code(strtod(selftest->texts[i].text, NULL), &code) &&
						    row->value == code
					    ? "its bucket"
					    : "another number");
	}
}

static int visit(const struct store_row *row, void *data)
{
	struct selftest *selftest = data;
	size_t i;

	selftest->events++;
	for (i = 0; i < CONTROLS; i++)
		selftest->controls[i].is_stored |= is_control(row, i);
	if (row->type == TP_FEATURE)
		note_feature(selftest, row);
	if (row->type == TP_MEASURE || row->type == TP_SPAN)
		note_number(selftest, row);
	if (row->type == TP_TAG && row->name[0] && !strcmp(row->name[0], "[REDACTED]"))
		note_stored(selftest, secrets_hidden_value(), row->name[1]);
	return 0;
}

int controls_read(struct selftest *selftest, struct store *store, struct error *error)
{
	struct store_filter all = { 0 };
	size_t i;

	for (i = 0; i < CONTROLS; i++)
		selftest->controls[i].name = controls[i].name;
	selftest->control_count = CONTROLS;
	return store_each(store, &all, visit, selftest, error);
}

static int visit_leaving(const struct store_row *row, void *data)
{
	note_feature(data, row);
	return 0;
}

int controls_leaving(struct selftest *selftest, struct store *store, struct firewall *firewall,
		     struct error *error)
{
	struct leaving leaving = { .store = store, .firewall = firewall };
	struct store_filter all = { 0 };

	return leaving_each(&leaving, &all, visit_leaving, selftest, error);
}
