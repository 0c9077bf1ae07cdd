/* SPDX-License-Identifier: GPL-2.0-only */
/* run_targets.h - which files of a command are attached to, before it starts and while it runs. */
#ifndef TELPROBE_CLI_RUN_TARGETS_H
#define TELPROBE_CLI_RUN_TARGETS_H

#include "cli/run_session.h"

struct run_targets_found {
	uint32_t files; /* with markers, attached */
	uint32_t sites;
	uint32_t unusable; /* markers that cannot be probed */
};

/**
 * run_targets_add() - look at every file @programs leads to, attach to those with markers
 * The command itself is taken on also without markers, so that its end is told. What cannot be
 * used is said on stderr, one line each, and does not stop the others. */
int run_targets_add(struct run_session *session, const struct programs *programs,
		    struct run_targets_found *out, struct error *error);

/** run_targets_discover() - a program nobody had looked at was executed: look at it and attach */
void run_targets_discover(struct run_session *session, const struct tp_discover *record);

#endif
