/* SPDX-License-Identifier: GPL-2.0-only */
/* sampling.h - the key 'sampling' of target files: which spans are told one by one where a target has
 * too many. The kernel side obeys it (bpf/sampling.bpf.h) and adds the others to the totals. */
#ifndef TELPROBE_SERVICE_SAMPLING_H
#define TELPROBE_SERVICE_SAMPLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/config.h"
#include "telprobe/record.h"

enum { SAMPLING_RATE_MAX = 1000000 }; /* a second */

#define SAMPLING_RULE_HINT                                                                  \
	"a kind (command, tool, step, call, conversation or phase), then always, never, a " \
	"share such as 10 % or 0.5 %, or a rate such as 100/s, up to 1000000/s"

struct sampling_rule {
	enum tp_kind kind;
	enum tp_thinning how;
	uint32_t number; /* as struct tp_sampling has it */
};

/** sampling_rule_parse() - "KIND always|never|N %|N/s"; more than 0 and less than 100 %, with at most four
 * digits behind the point; 1..SAMPLING_RATE_MAX a second. Return: 0, -EINVAL. */
int sampling_rule_parse(const char *text, struct sampling_rule *out);

/** sampling_check() - Return: the first rule of a kind that has one already, -1: there is none. */
int sampling_check(char *const *rules, size_t count);

/** sampling_fill() - what the kernel is told of @target. Return: false: all its spans are told. */
bool sampling_fill(const struct config_target *target, struct tp_sampling *out);

/** sampling_thins() - not all spans of that kind are events. @target: NULL: of a target that is gone */
bool sampling_thins(const struct config_target *target, enum tp_kind kind);

/** sampling_says_always() - of any kind of its spans: then it must not be attached to now and then */
bool sampling_says_always(const struct config_target *target);

/** sampling_describe() - "call 1 %, tool 100/s"; with @done, which may be NULL, what became of it:
 * "call 1 % (1 of 99.8 so far)". Cut off where @bytes end. */
void sampling_describe(const struct config_target *target, const struct tp_sampling *done,
		       char *out, size_t bytes);

#endif
