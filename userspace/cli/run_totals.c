/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_totals.h"

#include "cli/notice.h"
#include "lib/clock.h"
#include "service/totals.h"
#include "store/daily.h"

enum { TOTALS_MS = 5000 };

int run_totals_open(struct run_session *session, struct error *error)
{
	int ret;

	if (session->level != TP_LEVEL_BASIC)
		return 0;
	ret = totals_new(session->capture, &session->totals, error);
	return ret ? ret : run_keep_open(session, ":memory:", &session->apart, error);
}

void run_totals_close(struct run_session *session)
{
	run_keep_close(session, &session->apart);
	totals_free(session->totals);
	session->totals = NULL;
}

struct store *run_totals_store(const struct run_session *session)
{
	return session->apart.store;
}

static void store_failed(struct run_session *session, const struct error *error)
{
	if (!session->has_store_failed)
		notice_error(error);
	session->has_store_failed = true;
}

/* The kernel side ends with us: nobody can have taken anything before, nobody will ask again. */
static int take(void *data, uint32_t uid, const struct totals_added *added)
{
	const int64_t day = clock_now_us() / STORE_DAY_US;
	struct run_session *session = data;
	struct error error = { 0 };
	int ret;

	(void)uid;
	ret = collector_take_totals(session->keep->collector, added, 0, day, &error);
	if (!ret)
		ret = collector_take_totals(session->apart.collector, added, 0, day, &error);
	if (ret)
		store_failed(session, &error);
	return ret;
}

static int done(void *data, uint32_t uid, int ret)
{
	struct run_session *session = data;
	struct error error = { 0 };

	(void)uid;
	if (ret)
		return ret;
	ret = collector_commit(session->keep->collector, NULL, 0, 0, &error);
	if (ret)
		store_failed(session, &error);
	else
		ret = collector_commit(session->apart.collector, NULL, 0, 0, &error);
	return ret;
}

static void look(struct run_session *session, uint32_t half)
{
	const struct totals_taker taker = { .data = session, .take = take, .done = done };

	run_act_as_user(session);
	totals_look(session->totals, half, &taker);
	run_act_as_root(session);
}

static void make_room(struct run_session *session)
{
	struct capture *capture = session->capture;
	struct error error = { 0 };
	int ret = capture_totals_turn(capture, &error);

	if (!ret) {
		look(session, !capture_totals_half(capture));
		ret = capture_totals_clear(capture, &error);
	}
	if (ret)
		notice_error(&error);
}

void run_totals_take(struct run_session *session)
{
	if (!session->totals)
		return;
	capture_totals_seen(session->capture);
	look(session, capture_totals_half(session->capture));
	if (totals_is_filling(session->totals))
		make_room(session);
	session->totals_taken_ms = clock_monotonic_ms();
}

void run_totals_take_in_time(struct run_session *session)
{
	if (session->totals && capture_totals_have_grown(session->capture) &&
	    clock_monotonic_ms() - session->totals_taken_ms >= TOTALS_MS)
		run_totals_take(session);
}
