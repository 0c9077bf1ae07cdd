/* SPDX-License-Identifier: GPL-2.0-only */
/* governor.h - when a target is to be detached from because its probes cost its programs too much, and when
 * it may be attached to again. Owns the decision, for one target; knows neither clock nor kernel.
 * What costs more than it may for two looks in a row is attached for a window at a time from then on; the
 * rest between two is as long as brings the mean down to what is allowed, times a random number, so that
 * nothing periodic in the program meets the windows or never does. Two windows in a row that cost no more
 * than is allowed end it. */
#ifndef TELPROBE_SERVICE_GOVERNOR_H
#define TELPROBE_SERVICE_GOVERNOR_H

#include <stdbool.h>
#include <stdint.h>

enum {
	GOVERNOR_LOOK_MS = 5000,   /* from one look at what is attached to to the next */
	GOVERNOR_WINDOW_MS = 1000, /* for which it is, once it was too much */
	GOVERNOR_REST_MS = 600000, /* longest rest, before chance has its say */
	GOVERNOR_LOOKS = 2,	   /* in a row */
};

struct governor { /* of one target; all zero: nothing is known yet */
	int64_t looked_ms;
	int64_t due_ms;	   /* of the next look */
	int64_t began_ms;  /* when it began to rest now and then */
	int64_t rested_ms; /* since then, rests that are over */
	double share;	   /* of one processor that the probes cost when they were there last */
	uint8_t in_a_row;  /* looks: too dear, or if it is governed cheap enough */
	bool is_governed;
	bool is_resting;
};

enum governor_act {
	GOVERNOR_NOTHING,
	GOVERNOR_REST,	  /* detach */
	GOVERNOR_ROUSE,	  /* attach again */
	GOVERNOR_RELEASE, /* it is cheap enough: stays attached to */
};

/** governor_look() - at due_ms, or before, which changes nothing; the first time it only begins
 * @now_ms: CLOCK_MONOTONIC. @cost_ns: processor time its probes took since the last look.
 * @allowed: share of one processor, more than 0. @chance: random, any value. */
enum governor_act governor_look(struct governor *governor, int64_t now_ms, int64_t cost_ns,
				double allowed, uint32_t chance);

/** governor_factor() - how many things happened for one that was seen since it began; 1 and more */
double governor_factor(const struct governor *governor, int64_t now_ms);

#endif
