/* SPDX-License-Identifier: GPL-2.0-only */
/* target_spans.h - the span that `targets add --usdt` and `--function` ask for. */
#ifndef TELPROBE_CLI_TARGET_SPANS_H
#define TELPROBE_CLI_TARGET_SPANS_H

#include <stddef.h>

#include "cli/command.h"
#include "service/config.h"

/** target_spans_asked() - the option of these that was given, NULL: none */
const char *target_spans_asked(const struct cli *cli);

/** target_spans_parse() - the span that was asked for
 * Return: 0; -EINVAL with what is wrong. */
int target_spans_parse(const struct cli *cli, struct config_span *out, struct error *error);

/** target_spans_check() - can it be told of the files that @paths lead to?
 * Return: 0; -ENOENT: no file has its probes; -ENODATA: one cannot be used; -ENOMEM. */
int target_spans_check(const struct config_span *span, const char *const *paths, size_t count,
		       struct error *error);

/** target_spans_text() - the key of a target file. The caller frees. Return: NULL: no memory. */
char *target_spans_text(const struct config_span *span);

#endif
