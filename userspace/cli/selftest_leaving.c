/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_leaving.h"

#include <stdint.h>
#include <time.h>

#include "cli/selftest_controls.h"
#include "store/daily.h"
#include "telprobe/record.h"

struct planting {
	struct store *store;
	struct error *error;
	int64_t context, time_us, day;
};

static int add_series(struct planting *planting, struct store_series *series,
		      const char *const names[4], int64_t *out)
{
	int ret = 0, i;

	for (i = 0; !ret && i < 4 && names[i]; i++)
		ret = store_name(planting->store, names[i], &series->name[i], planting->error);
	return ret ? ret : store_series(planting->store, series, out, planting->error);
}

static int plant(struct planting *planting, struct store_series series, const char *const names[4])
{
	struct store_event event = { .time_us = planting->time_us, .context = planting->context };
	int ret = add_series(planting, &series, names, &event.series);

	return ret ? ret : store_add(planting->store, &event, planting->error);
}

static int plant_sum(struct planting *planting, struct store_series series,
		     const char *const names[4])
{
	struct store_daily daily = { .day = planting->day, .spans = 1 };
	int ret = add_series(planting, &series, names, &daily.series);

	return ret ? ret : store_add_daily(planting->store, &daily, planting->error);
}

/* A process of an app of that name. */
static int begin_app(struct planting *planting, const char *text, int64_t *out_app)
{
	struct store_session session;
	int ret = store_name(planting->store, text, out_app, planting->error);

	if (!ret)
		ret = store_session(planting->store, *out_app, *out_app, planting->time_us,
				    &session, planting->error);
	if (!ret)
		ret = store_context(planting->store, session.id, 1, &planting->context,
				    planting->error);
	return ret;
}

/* In each column a name can stand in; a feature as the fixture tells what comes by the first gate. */
static int plant_secret(struct planting *planting, const char *text, const char *name)
{
	struct store_series series = { .outcome = TP_OUTCOME_FAILED };
	int ret = begin_app(planting, text, &series.app);

	series.type = TP_FEATURE;
	if (!ret)
		ret = plant(planting, series, (const char *[4]){ text, name });
	series.type = TP_TAG;
	if (!ret)
		ret = plant(planting, series, (const char *[4]){ "channel", text });
	series.type = TP_SPAN;
	if (!ret)
		ret = plant(planting, series, (const char *[4]){ text, text, text, text });
	if (!ret)
		ret = plant_sum(planting, series, (const char *[4]){ text, text, text, text });
	return ret;
}

static int plant_all(struct planting *planting, const struct selftest *selftest)
{
	const struct secret *secret;
	int ret = store_begin(planting->store, planting->error);
	size_t i;

	planting->time_us = (int64_t)time(NULL) * 1000000;
	planting->day = planting->time_us / (INT64_C(86400) * 1000000);
	for (i = 0; !ret && (secret = secrets_at(i)); i++)
		if (secret->source == SECRET_STORED)
			ret = plant_secret(planting, selftest->texts[i].text, secret->name);
	return ret ? ret : store_commit(planting->store, NULL, 0, 0, planting->error);
}

int leaving_try(const struct everything *everything, const char *path)
{
	struct planting planting = { .error = everything->error };
	struct everything leaves = *everything;
	int ret = store_open(path, STORE_WRITE, 0, &planting.store, everything->error);

	if (ret)
		return ret;
	leaves.store = planting.store;
	ret = plant_all(&planting, everything->selftest);
	if (!ret)
		ret = everything_leaving(&leaves);
	if (!ret)
		ret = controls_leaving(everything->selftest, planting.store,
				       everything->session->firewall, everything->error);
	store_close(planting.store);
	return ret;
}
