/* SPDX-License-Identifier: GPL-2.0-only */
/* features.h - what this kernel, its file systems and our rights allow, found by trying.
 * Never inferred from the kernel's version. Safe to call without any right: what cannot be tried
 * is told as such. */
#ifndef TELPROBE_CAPTURE_FEATURES_H
#define TELPROBE_CAPTURE_FEATURES_H

#include <stdbool.h>

enum feature_state {
	FEATURE_PRESENT,
	FEATURE_MISSING, /* telprobe cannot work */
	FEATURE_REDUCED, /* it works without, see `follows` */
	FEATURE_UNTRIED, /* something before it is missing */
};

struct feature {
	const char *name;
	enum feature_state state;
	char found[160];     /* what was seen */
	const char *follows; /* what follows from its absence; "" where present */
	const char *advice;  /* what to do about it; "" where present or nothing can be done */
};

enum { FEATURES_MAX = 24 };

/** feature_state_name() - "ok", "missing", "without", "untried" */
const char *feature_state_name(enum feature_state state);

/** features_probe() - fill @out. Return: how many. */
int features_probe(struct feature out[FEATURES_MAX]);

/** features_has_function() - whether the kernel itself, not a module, has a function of that name */
bool features_has_function(const char *name);

/** features_has_crashes() - whether a program can be attached where a signal ends a process */
bool features_has_crashes(void);

struct kernel_facts {	      /* what decides how the service runs, if it does */
	bool has_types;	      /* BTF */
	bool is_confidential; /* locked down against reading kernel memory */
	bool has_multi;	      /* uprobe_multi links; also where no program can be loaded: that is
				 told by who tries, and the kernel was not asked */
	bool has_admin;	      /* CAP_SYS_ADMIN, of this process */
	bool has_ring_fix;    /* of CVE-2024-41009: who maps a ring cannot reach beyond it */
};

/** features_facts() - found by trying, as root */
void features_facts(struct kernel_facts *out);

#endif
