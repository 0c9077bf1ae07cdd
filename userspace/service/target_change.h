/* SPDX-License-Identifier: GPL-2.0-only */
/* target_change.h - what a reload made different for a target that stays. */
#ifndef TELPROBE_SERVICE_TARGET_CHANGE_H
#define TELPROBE_SERVICE_TARGET_CHANGE_H

#include "service/config.h"

/** target_change() - in words: "'policy' is locked, it was opt-in; other 'paths'"
 * @has_limits: whether levels and 'without' count; they do not where the machine's, which holds for
 * every target, is another too
 * Return: whether anything is; else @out is "". */
bool target_change(const struct config_target *was, const struct config_target *is, bool has_limits,
		   char *out, size_t bytes);

#endif
