/* SPDX-License-Identifier: GPL-2.0-only */
/* serve.h - from root to the roles: what `telprobe serve` does before its loop. */
#ifndef TELPROBE_SERVICE_SERVE_H
#define TELPROBE_SERVICE_SERVE_H

#include "lib/error.h"

#define SERVE_STATE_DIRECTORY "/var/lib/telprobe"

struct serve_options {
	const char *config_directory;  /* CONFIG_DIRECTORY */
	const char *state_directory;   /* consent/, events/ */
	const char *runtime_directory; /* control, lock */
};

/** serve() - run the service until it is told to stop
 * Needs root to begin with; no role of it stays root. Uses the accounts telprobe,
 * telprobe-collect, telprobe-api, telprobe-inspect, telprobe-attach and their groups.
 * Return: 0 stopped as told; negative errno with what and hint. */
int serve(const struct serve_options *options, struct error *error);

#endif
