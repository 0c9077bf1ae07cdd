/* SPDX-License-Identifier: GPL-2.0-only */
/* run_session.h - one `telprobe run`: capture, inspector, collector and store put together for the
 * process tree of a command. Owns all of them. Effective ids are those of the user the command
 * runs for, except while something is asked of the kernel that only root may. */
#ifndef TELPROBE_CLI_RUN_SESSION_H
#define TELPROBE_CLI_RUN_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/capture.h"
#include "cli/child.h"
#include "cli/run_undeclared.h"
#include "inspect/inspector.h"
#include "inspect/programs.h"
#include "lib/clock.h"
#include "service/collector.h"
#include "store/store.h"
#include "telprobe/record.h"

enum {
	RUN_OBJECTS = 255,     /* files one run attaches to */
	RUN_REFUSED_NAMES = 16 /* refused names told at the end; the rest is counted */
};

struct run_refused {   /* a name the firewall did not let through; shown, never stored */
	char text[64]; /* "" where it was empty or too long to be read */
	uint16_t object;
	enum firewall_layer layer;
};

struct run_keep { /* a database and the way into it */
	struct store *store;
	struct collector *collector;
	uint64_t committed; /* position of the ring in the store */
};

struct totals;

struct run_session {
	struct child_identity identity;
	enum tp_level level;
	uint8_t without;  /* enum tp_category */
	bool is_silent;	  /* the environment asks for it */
	bool is_learning; /* names that are no constants are read: capture_learn() */
	struct inspector *inspector;
	struct capture *capture;
	struct firewall *firewall;
	struct clock clock;
	int64_t started_us; /* what is older in a database is not this run's */
	struct store_ring ring;
	char command[64];      /* base name of CMD: what its process is called if its file is not */
	struct run_keep *keep; /* where records go now; the caller's */
	struct totals *totals; /* at level basic; else NULL, and the next two are not used */
	struct run_keep apart; /* the totals of this run alone */
	int64_t totals_taken_ms;
	uint32_t unseen; /* programs that ended before they could be looked at */
	uint32_t late;	 /* programs that ran before their markers were attached */
	bool has_store_failed;
	struct run_refused refused[RUN_REFUSED_NAMES];
	size_t refused_count;
	uint64_t refused_more;
	struct run_undeclared undeclared;
};

/** run_session_open() - load the kernel side, start the inspector. Needs root. @agreed: TP_AGREED();
 * @reads_environment: what the command starts may ask for silence, too: struct capture_options */
int run_session_open(uint32_t agreed, bool reads_environment, struct run_session *session,
		     struct error *error);
void run_session_close(struct run_session *session); /* accepts a zeroed or half-open one */

/** run_keep_open() - a database at @path (":memory:" keeps nothing) for this session's records.
 * It becomes the one they go into. The caller ends it with run_keep_close(), before the session. */
int run_keep_open(struct run_session *session, const char *path, struct run_keep *keep,
		  struct error *error);
void run_keep_close(struct run_session *session, struct run_keep *keep); /* zeroed is fine */

/** run_act_as_user(), run_act_as_root() - switch the effective ids; no-ops but under sudo */
void run_act_as_user(const struct run_session *session);
void run_act_as_root(const struct run_session *session);

#endif
