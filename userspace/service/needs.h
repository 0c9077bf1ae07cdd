/* SPDX-License-Identifier: GPL-2.0-only */
/* needs.h - may the service start on this kernel, and with what reductions?
 * A judgement over facts that others found, so that every kernel can be tried on every other. What
 * cannot be done without is refused with the next step; what can is told, once, at each start. */
#ifndef TELPROBE_SERVICE_NEEDS_H
#define TELPROBE_SERVICE_NEEDS_H

#include <stdbool.h>

#include "capture/capture.h"
#include "capture/features.h"
#include "lib/error.h"

enum { NEEDS_REDUCED = 4 };

struct needs_facts {
	struct kernel_facts kernel;
	bool has_landlock;
};

struct needs {
	bool collector_is_root; /* it could become root anyway: the ring gives it kernel memory */
	bool may_lack_landlock;
	const char *reduced[NEEDS_REDUCED + 1]; /* sentences, ends with NULL */
};

/** needs_judge() - @attach: as configured
 * Return: 0; -ENOTSUP with what is missing and what to do about it. */
int needs_judge(const struct needs_facts *facts, enum capture_attach attach, struct needs *out,
		struct error *error);

/** needs_find() - judge this machine and tell on standard error what is reduced */
int needs_find(enum capture_attach attach, struct needs *out, struct error *error);

#endif
