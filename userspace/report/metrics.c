/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/metrics.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "report/event_types.h"
#include "report/session_tags.h"

struct walk {
	struct metrics *metrics;
	struct table sessions; /* seen ones, by id */
	struct error *error;
};

static int count_span(struct tally *tally, const char *name, const char *detail,
		      const struct store_row *row)
{
	struct tally_row *counted = tally_row(tally, name, detail);

	if (!counted || distribution_add(&counted->durations, row->value))
		return -ENOMEM;
	counted->total++;
	if (row->outcome < TP_OUTCOMES)
		counted->by[row->outcome]++;
	return 0;
}

static int count_error(struct metrics *metrics, const char *category, enum metrics_errors kind)
{
	struct tally_row *counted = tally_row(&metrics->errors, category ? category : "-", NULL);

	if (!counted)
		return -ENOMEM;
	counted->by[kind]++;
	if (kind != METRICS_RECOVERED)
		counted->total++;
	return 0;
}

static int take_command(struct metrics *metrics, const struct store_row *row)
{
	int ret = count_span(&metrics->commands, row->name[0] ? row->name[0] : "-", row->name[1],
			     row);

	if (!ret)
		ret = distribution_add(&metrics->latency, row->value);
	if (!ret && row->name[2])
		ret = count_span(&metrics->profiles, row->name[2], NULL, row);
	if (!ret && row->outcome == TP_OUTCOME_FAILED)
		ret = count_error(metrics, row->name[3], METRICS_COMMANDS);
	if (!ret && row->outcome < TP_OUTCOMES)
		metrics->outcomes[row->outcome]++;
	return ret;
}

static int take_command_sum(struct metrics *metrics, const struct store_sum *sum)
{
	struct tally_row *error;
	int ret;

	metrics->aggregated += sum->spans;
	ret = tally_add_sum(&metrics->commands, sum->name[0] ? sum->name[0] : "-", sum->name[1],
			    sum);
	if (!ret)
		ret = tally_add_durations(&metrics->latency, sum);
	if (!ret && sum->name[2])
		ret = tally_add_sum(&metrics->profiles, sum->name[2], NULL, sum);
	if (!ret && sum->outcome == TP_OUTCOME_FAILED) {
		error = tally_row(&metrics->errors, sum->name[3] ? sum->name[3] : "-", NULL);
		ret = error ? 0 : -ENOMEM;
		if (error) {
			error->by[METRICS_COMMANDS] += sum->spans;
			error->total += sum->spans;
		}
	}
	if (sum->outcome < TP_OUTCOMES)
		metrics->outcomes[sum->outcome] += sum->spans;
	return ret;
}

/* What was added up: commands at level basic, and of any kind what a target's 'sampling' left out. */
static int take_sum(const struct store_sum *sum, void *data)
{
	struct walk *walk = data;
	int ret = 0;

	if (sum->kind == TP_KIND_COMMAND)
		ret = take_command_sum(walk->metrics, sum);
	else if (sum->kind == TP_KIND_TOOL)
		ret = tally_add_sum(&walk->metrics->tools, sum->name[0] ? sum->name[0] : "-", NULL,
				    sum);
	return ret ? error_set(walk->error, ret, "out of memory") : 0;
}

static void take_count(struct metrics *metrics, const struct store_row *row)
{
	const struct {
		const char *name;
		int64_t *sum;
	} sums[] = {
		{ "cache.hit", &metrics->cache_hits },
		{ "cache.miss", &metrics->cache_misses },
		{ "tokens.input", &metrics->tokens_input },
		{ "tokens.output", &metrics->tokens_output },
		{ "tokens.cached", &metrics->tokens_cached },
	};
	size_t i;

	for (i = 0; row->name[0] && i < sizeof(sums) / sizeof(sums[0]); i++)
		if (!strcmp(sums[i].name, row->name[0]) &&
		    __builtin_add_overflow(*sums[i].sum, row->value, sums[i].sum))
			*sums[i].sum = row->value > 0 ? INT64_MAX : INT64_MIN;
}

static int take(const struct store_row *row, void *data)
{
	struct walk *walk = data;
	struct metrics *metrics = walk->metrics;
	const struct session_key session = session_key(row);
	int ret = 0;

	metrics->events++;
	table_add(&walk->sessions, &session);
	if (row->type == TP_SPAN && row->kind == TP_KIND_COMMAND)
		ret = take_command(metrics, row);
	else if (row->type == TP_SPAN && row->kind == TP_KIND_TOOL)
		ret = count_span(&metrics->tools, row->name[0] ? row->name[0] : "-", NULL, row);
	else if (row->type == TP_COUNT)
		take_count(metrics, row);
	else if (row->type == TP_ERROR)
		ret = count_error(metrics, row->name[0], METRICS_OCCURRED);
	else if (row->type == TP_RECOVERED)
		ret = count_error(metrics, row->name[0], METRICS_RECOVERED);
	else if (row->type == TP_EXIT)
		metrics->crashes += event_is_crash(row->code);
	return ret ? error_set(walk->error, ret, "out of memory") : 0;
}

int metrics_load(struct metrics *metrics, struct leaving *leaving, int64_t since_us,
		 int64_t until_us, struct error *error)
{
	const struct store_filter filter = { .since_us = since_us, .until_us = until_us };
	const struct store_sum_filter sums = { .since_us = since_us, .until_us = until_us };
	struct walk walk = { .metrics = metrics, .error = error };
	int ret;

	memset(metrics, 0, sizeof(*metrics));
	metrics->since_us = since_us;
	metrics->until_us = until_us;
	tally_init(&metrics->commands);
	tally_init(&metrics->profiles);
	tally_init(&metrics->tools);
	tally_init(&metrics->errors);
	table_init(&walk.sessions, sizeof(struct session_key), 0, METRICS_SESSIONS);
	ret = leaving_each(leaving, &filter, take, &walk, error);
	if (!ret)
		ret = leaving_each_sum(leaving, &sums, take_sum, &walk, error);
	metrics->sessions = (int64_t)walk.sessions.count;
	table_clear(&walk.sessions);
	tally_sort(&metrics->commands);
	tally_sort(&metrics->profiles);
	tally_sort(&metrics->tools);
	tally_sort(&metrics->errors);
	return ret;
}

void metrics_clear(struct metrics *metrics)
{
	tally_clear(&metrics->commands);
	tally_clear(&metrics->profiles);
	tally_clear(&metrics->tools);
	tally_clear(&metrics->errors);
	distribution_clear(&metrics->latency);
}

double metrics_success(const struct metrics *metrics)
{
	int64_t judged = metrics->outcomes[TP_OUTCOME_OK] + metrics->outcomes[TP_OUTCOME_FAILED] +
			 metrics->outcomes[TP_OUTCOME_ABANDONED];

	return judged ? (double)metrics->outcomes[TP_OUTCOME_OK] / (double)judged : NAN;
}
