/* SPDX-License-Identifier: GPL-2.0-only */
/* emit_advice.h - what `telprobe emit -v` says: whether a marker is heard, and what of it arrives.
 * Owns what the configuration declares for this program, read once. */
#ifndef TELPROBE_CLI_EMIT_ADVICE_H
#define TELPROBE_CLI_EMIT_ADVICE_H

#include "cli/emit_marker.h"

struct emit_advice;

/** emit_advice_new() - @directory: the service's configuration, as far as the caller may read it;
 * outlives the advice, which reads it when it is asked first, and says then what cannot be read
 * Return: NULL: no memory. */
struct emit_advice *emit_advice_new(const char *directory);
void emit_advice_free(struct emit_advice *advice); /* NULL is fine */

/** emit_advise() - on stderr: whether somebody listens, and which names no target declares
 * @advice: NULL: say nothing */
void emit_advise(struct emit_advice *advice, const struct emit_event *event, bool is_heard);

#endif
