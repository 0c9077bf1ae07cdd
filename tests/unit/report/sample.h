/* SPDX-License-Identifier: GPL-2.0-only */
/* sample.h - stores with known events, for the tests of reports and commands.
 * A test that writes what it cannot write has no meaning, so every failure aborts. */
#ifndef TESTS_UNIT_REPORT_SAMPLE_H
#define TESTS_UNIT_REPORT_SAMPLE_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/bucket.h"
#include "store/store.h"
#include "telprobe/record.h"

#define SAMPLE_MS INT64_C(1000000) /* in ns */
#define SAMPLE_S  INT64_C(1000000) /* in us */

struct sample {
	struct store *store;
	int64_t app;
	int64_t context;
	int64_t time_us; /* of the next event; a millisecond later each */
	struct store_session session;
	struct error error;
};

struct sample_event {
	uint8_t type, kind, outcome, flags;
	int32_t code;
	const char *name[5];
	int64_t value;
	uint32_t span, parent;
	const struct store_resources *resources;
};

static inline void sample_check(struct sample *sample, int ret)
{
	if (!ret)
		return;
	fprintf(stderr, "sample: %s\n", sample->error.what);
	abort();
}

static inline void sample_open(struct sample *sample, const char *path, int64_t time_us)
{
	memset(sample, 0, sizeof(*sample));
	sample->time_us = time_us;
	sample_check(sample, store_open(path, STORE_WRITE, 0, &sample->store, &sample->error));
	sample_check(sample, store_begin(sample->store, &sample->error));
}

static inline void sample_commit(struct sample *sample)
{
	sample_check(sample, store_commit(sample->store, NULL, 0, 0, &sample->error));
}

static inline int64_t sample_name(struct sample *sample, const char *text)
{
	int64_t id = 0;

	if (text)
		sample_check(sample, store_name(sample->store, text, &id, &sample->error));
	return id;
}

/* The events from here on are of a new process of @app. */
static inline void sample_process(struct sample *sample, const char *app, const char *version)
{
	static uint32_t process;

	sample->app = sample_name(sample, app);
	sample_check(sample, store_session(sample->store, sample->app, sample_name(sample, version),
					   sample->time_us, &sample->session, &sample->error));
	sample_check(sample, store_context(sample->store, sample->session.id, ++process,
					   &sample->context, &sample->error));
}

static inline void sample_add(struct sample *sample, struct sample_event add)
{
	struct store_series series = { .app = sample->app,
				       .type = add.type,
				       .kind = add.kind,
				       .outcome = add.outcome,
				       .flags = add.flags,
				       .code = add.code };
	struct store_event event = { .time_us = sample->time_us,
				     .context = sample->context,
				     .value = add.value,
				     .span = add.span,
				     .parent = add.parent,
				     .resources = add.resources };
	int i;

	for (i = 0; i < 5; i++)
		series.name[i] = sample_name(sample, add.name[i]);
	sample_check(sample, store_series(sample->store, &series, &event.series, &sample->error));
	sample_check(sample, store_add(sample->store, &event, &sample->error));
	sample->session.last_us = sample->time_us;
	sample_check(sample, store_session_extend(sample->store, &sample->session, &sample->error));
	sample->time_us += 1000;
}

static inline void sample_measure(struct sample *sample, const char *name, double value,
				  const char *unit)
{
	int32_t code = 0;

	bucket_code(value, &code);
	sample_add(sample, (struct sample_event){ .type = TP_MEASURE,
						  .name = { name, unit },
						  .value = code,
						  .parent = 2 });
}

static inline void sample_count(struct sample *sample, const char *name, int64_t delta)
{
	sample_add(sample,
		   (struct sample_event){
			   .type = TP_COUNT, .name = { name }, .value = delta, .parent = 1 });
}

static inline void sample_exit(struct sample *sample, int32_t status, uint8_t flags)
{
	static const struct store_resources resources = { 1500, 3200, 4096, 8192 };

	sample_add(sample, (struct sample_event){ .type = TP_EXIT,
						  .code = status,
						  .flags = flags,
						  .value = 40 * SAMPLE_MS,
						  .resources = status ? &resources : NULL });
}

static inline void sample_span(struct sample *sample, uint8_t kind, uint8_t outcome,
			       const char *name, uint32_t span, uint32_t parent)
{
	sample_add(sample, (struct sample_event){ .type = TP_SPAN,
						  .kind = kind,
						  .outcome = outcome,
						  .name = { name },
						  .value = span * SAMPLE_MS,
						  .span = span,
						  .parent = parent });
}

/* What one command of "mailer" tells: something of every type. */
static inline void sample_fill_inside(struct sample *sample)
{
	int kind, outcome;

	sample_add(sample, (struct sample_event){
				   .type = TP_TAG, .name = { "model", "small" }, .parent = 2 });
	sample_measure(sample, "coherence", 0.83, "score");
	sample_measure(sample, "drift", -12.5, NULL);
	sample_measure(sample, "nothing", 0, "ms");
	sample_add(sample, (struct sample_event){ .type = TP_ERROR,
						  .kind = 2,
						  .outcome = 1,
						  .name = { "network", "timeout" },
						  .parent = 2 });
	sample_add(sample, (struct sample_event){ .type = TP_RECOVERED,
						  .name = { "network", "timeout" },
						  .value = 3,
						  .parent = 2 });
	sample_count(sample, "cache.hit", 3);
	sample_count(sample, "cache.miss", 1);
	sample_count(sample, "tokens.input", 120);
	sample_count(sample, "tokens.output", 45);
	sample_count(sample, "tokens.cached", 10);
	sample_count(sample, "[UNDECLARED]", -7);
	for (kind = TP_KIND_TOOL; kind < TP_SPAN_KINDS; kind++)
		for (outcome = TP_OUTCOME_OK; outcome <= TP_OUTCOME_CANCELLED; outcome++)
			sample_span(sample, (uint8_t)kind, (uint8_t)outcome, "inner",
				    (uint32_t)(2 + (kind - 1) * 3 + outcome), 1);
	for (kind = 0; kind < 3; kind++)
		sample_add(sample, (struct sample_event){ .type = TP_FEATURE,
							  .kind = (uint8_t)kind,
							  .name = { "themes", "Help" },
							  .parent = 1 });
	sample_add(sample, (struct sample_event){ .type = TP_DECISION,
						  .span = 30,
						  .parent = 1,
						  .name = { "rm", "high", "warned", "delete" } });
	sample_add(sample, (struct sample_event){ .type = TP_DECISION,
						  .span = 30,
						  .parent = 1,
						  .value = 5 * SAMPLE_MS,
						  .name = { "rm", "high", "allowed" } });
	sample_add(sample, (struct sample_event){ .type = TP_LIFECYCLE,
						  .value = 3,
						  .name = { "install_completed", "curl", "2.1.0",
							    "2.0.0", "[REDACTED]" } });
	sample_add(sample,
		   (struct sample_event){ .type = TP_LIFECYCLE, .name = { "something.else" } });
}

static inline void sample_fill_mailer(struct sample *sample)
{
	sample_process(sample, "mailer", "2.1.0");
	sample_add(sample, (struct sample_event){ .type = TP_TAG, .name = { "shell", "bash" } });
	sample_add(sample, (struct sample_event){ .type = TP_SESSION_BEGIN,
						  .name = { "mailer", "2.1.0" } });
	sample_add(sample, (struct sample_event){ .type = TP_TAG, .name = { "runtime", "C-17" } });
	sample_add(sample, (struct sample_event){ .type = TP_TAG, .name = { "tier", "free" } });
	sample_fill_inside(sample);
	sample_add(sample, (struct sample_event){ .type = TP_SPAN,
						  .outcome = TP_OUTCOME_FAILED,
						  .span = 1,
						  .name = { "sync", "push", "balanced", "network" },
						  .value = 250 * SAMPLE_MS });
	sample_add(sample, (struct sample_event){ .type = TP_SESSION_END, .name = { "mailer" } });
	sample_exit(sample, 3 << 8, 0);
}

/* 100 runs of 1 to 100 ms, then one of each other end. */
static inline void sample_fill_lister(struct sample *sample)
{
	int i;

	sample_process(sample, "lister", NULL);
	for (i = 1; i <= 100; i++)
		sample_add(sample, (struct sample_event){ .type = TP_SPAN,
							  .name = { "list", NULL, "deep" },
							  .value = i * SAMPLE_MS,
							  .span = (uint32_t)i });
	sample_exit(sample, 0, 0);
	sample_process(sample, "lister", NULL);
	sample_add(sample, (struct sample_event){ .type = TP_SPAN,
						  .outcome = TP_OUTCOME_CANCELLED,
						  .name = { "wait" },
						  .value = 1,
						  .span = 1 });
	sample_exit(sample, SIGINT, 0);
	sample_process(sample, "lister", NULL);
	sample_add(sample, (struct sample_event){ .type = TP_SPAN,
						  .outcome = TP_OUTCOME_ABANDONED,
						  .flags = TP_FLAG_BY_EXIT,
						  .code = SIGSEGV,
						  .name = { "crash" },
						  .value = 2,
						  .span = 1 });
	sample_exit(sample, SIGSEGV, TP_FLAG_FORKED);
	sample_process(sample, "lister", NULL);
	sample_add(sample, (struct sample_event){ .type = TP_SPAN,
						  .outcome = TP_OUTCOME_ABANDONED,
						  .kind = TP_KIND_STEP,
						  .flags = TP_FLAG_BY_EXEC,
						  .name = { "before" },
						  .value = 2,
						  .span = 1 });
	sample_add(sample, (struct sample_event){ .type = TP_SPAN,
						  .outcome = TP_OUTCOME_ABANDONED,
						  .kind = TP_KIND_TOOL,
						  .flags = TP_FLAG_BY_OUTER,
						  .name = { "inside" },
						  .value = 2,
						  .span = 2,
						  .parent = 1 });
	sample_add(sample, (struct sample_event){ .type = TP_OPTED_OUT });
}

/* A command of 40 days before @now_us, then what happened within the last two hours. */
static inline void sample_fill(struct sample *sample, int64_t now_us)
{
	sample->time_us = now_us - 40 * 86400 * SAMPLE_S;
	sample_process(sample, "mailer", "2.0.0");
	sample_span(sample, TP_KIND_COMMAND, TP_OUTCOME_OK, "old", 1, 0);
	sample->time_us = now_us - 7200 * SAMPLE_S;
	sample_fill_lister(sample);
	sample->time_us = now_us - 600 * SAMPLE_S;
	sample_fill_mailer(sample);
	sample_commit(sample);
}

enum { SAMPLE_EVENTS = 150, SAMPLE_COMMANDS = 103 }; /* the latter within the last 30 days */

#endif
