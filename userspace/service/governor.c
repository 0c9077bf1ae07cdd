/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/governor.h"

/* Half to one and a half times as long, each as likely. */
static int64_t rest_ms(double share, double allowed, int64_t window_ms, uint32_t chance)
{
	double mean_ms = (double)window_ms * (share / allowed - 1);

	if (mean_ms > GOVERNOR_REST_MS)
		mean_ms = GOVERNOR_REST_MS;
	return (int64_t)(mean_ms * (0.5 + (double)chance / UINT32_MAX)) + 1;
}

static void look_again(struct governor *governor, int64_t now_ms, int64_t in_ms)
{
	governor->looked_ms = now_ms;
	governor->due_ms = now_ms + in_ms;
}

static enum governor_act rest(struct governor *governor, int64_t now_ms, double allowed,
			      uint32_t chance)
{
	if (!governor->is_governed) {
		governor->began_ms = now_ms;
		governor->rested_ms = 0;
	}
	governor->is_governed = true;
	governor->is_resting = true;
	governor->in_a_row = 0;
	look_again(governor, now_ms, rest_ms(governor->share, allowed, GOVERNOR_WINDOW_MS, chance));
	return GOVERNOR_REST;
}

static enum governor_act rouse(struct governor *governor, int64_t now_ms)
{
	governor->is_resting = false;
	governor->rested_ms += now_ms - governor->looked_ms;
	look_again(governor, now_ms, GOVERNOR_WINDOW_MS);
	return GOVERNOR_ROUSE;
}

static enum governor_act look_at_window(struct governor *governor, int64_t now_ms, double allowed,
					uint32_t chance)
{
	if (governor->share > allowed)
		return rest(governor, now_ms, allowed, chance);
	if (++governor->in_a_row < GOVERNOR_LOOKS) {
		look_again(governor, now_ms, GOVERNOR_WINDOW_MS);
		return GOVERNOR_NOTHING;
	}
	*governor = (struct governor){ .share = governor->share };
	look_again(governor, now_ms, GOVERNOR_LOOK_MS);
	return GOVERNOR_RELEASE;
}

enum governor_act governor_look(struct governor *governor, int64_t now_ms, int64_t cost_ns,
				double allowed, uint32_t chance)
{
	int64_t passed_ms = now_ms - governor->looked_ms;

	if (now_ms < governor->due_ms)
		return GOVERNOR_NOTHING;
	if (!governor->due_ms || passed_ms <= 0) {
		look_again(governor, now_ms, GOVERNOR_LOOK_MS);
		return GOVERNOR_NOTHING;
	}
	if (governor->is_resting)
		return rouse(governor, now_ms);
	governor->share = (double)cost_ns / 1e6 / (double)passed_ms;
	if (governor->is_governed)
		return look_at_window(governor, now_ms, allowed, chance);
	governor->in_a_row = governor->share > allowed ? governor->in_a_row + 1 : 0;
	if (governor->in_a_row == GOVERNOR_LOOKS)
		return rest(governor, now_ms, allowed, chance);
	look_again(governor, now_ms, GOVERNOR_LOOK_MS);
	return GOVERNOR_NOTHING;
}

double governor_factor(const struct governor *governor, int64_t now_ms)
{
	int64_t passed_ms = now_ms - governor->began_ms, rested_ms = governor->rested_ms;

	if (!governor->is_governed)
		return 1;
	if (governor->is_resting)
		rested_ms += now_ms - governor->looked_ms;
	/* Before the first window is over, none was seen. */
	if (passed_ms - rested_ms < GOVERNOR_WINDOW_MS)
		return 1 + (double)passed_ms / GOVERNOR_WINDOW_MS;
	return (double)passed_ms / (double)(passed_ms - rested_ms);
}
