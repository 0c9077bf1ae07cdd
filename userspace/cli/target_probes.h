/* SPDX-License-Identifier: GPL-2.0-only */
/* target_probes.h - what the files of a target offer for its spans, and how often that is hit. */
#ifndef TELPROBE_CLI_TARGET_PROBES_H
#define TELPROBE_CLI_TARGET_PROBES_H

#include <stdbool.h>

#include "service/config.h"

struct target_probes_listener {
	void (*problem)(void *data, const char *text); /* a span is not told */
	void (*note)(void *data, const char *text);
	void *data;
};

/**
 * target_probes_check() - look for the probes of @target's spans in each file that is there
 * @is_counting: attach to them and to its markers for a second, and note how often each was hit
 * Return: 0; -ENOMEM, or what starting the reader of files failed with. That nothing can be attached
 * is a note. */
int target_probes_check(const struct config_target *target, bool is_counting,
			const struct target_probes_listener *listener, struct error *error);

#endif
