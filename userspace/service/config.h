/* SPDX-License-Identifier: GPL-2.0-only */
/* config.h - telprobe.yaml and the target files beside it.
 * Owns the reading of both. Every key stands in one table (config_keys) with type, range, default
 * and what it does: `config explain`, the man page and the checks are made from it. An unknown key,
 * a wrong type or range is an error with file and line; a bad target file is told and left out, a
 * bad telprobe.yaml is refused whole. Files must be regular, at most 64 KiB, not writable by anybody
 * but root (or the reader), reached through directories of which the same is true; symbolic links
 * are not followed. */
#ifndef TELPROBE_SERVICE_CONFIG_H
#define TELPROBE_SERVICE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "privacy/consent.h"

enum { CONFIG_TARGETS = 1024, CONFIG_PATHS = 32, CONFIG_PROBLEMS = 64 };

#define CONFIG_DIRECTORY "/etc/telprobe" /* telprobe.yaml; targets.d/NAME.yaml */

struct config_target { /* one file of targets.d */
	char name[CONSENT_TARGET]; /* base name of the file without .yaml; an identifier */
	char **paths;		   /* absolute; may hold glob(7) patterns */
	size_t path_count;
	enum consent_policy policy;
	enum tp_level level_max;
	enum tp_level level_default;
	char *file; /* where it was said */
};

struct config_problem { /* a target file that was left out */
	char text[512]; /* "/etc/telprobe/targets.d/x.yaml:3: unknown key 'pth'; ..." */
};

struct config {
	enum tp_level level_max; /* of the machine */
	bool is_enabled;	 /* false: the service runs, captures nothing, and says so */
	int64_t ring_mb;	 /* 1..64 */
	int64_t connections_max; /* 1..1024, of the control socket */
	int64_t connections_max_user; /* of one uid */
	struct config_target *targets;
	size_t target_count;
	struct config_problem *problems;
	size_t problem_count;
};

struct config_key {
	const char *name;
	const char *type; /* "boolean", "level", "1..64", ... */
	const char *default_text;
	const char *help;
	bool is_of_target; /* a key of target files */
};

/** config_keys() - the table; ends with a row whose name is NULL */
const struct config_key *config_keys(void);

/** config_read() - @directory/telprobe.yaml (may be missing: defaults) and @directory/targets.d
 * Return: 0 (with *out->problems for target files left out); -EINVAL with file and line; -EACCES for
 * a file or directory others may write; -EIO; -ENOMEM. The caller frees with config_free(). */
int config_read(const char *directory, struct config **out, struct error *error);
void config_free(struct config *config);

/** config_value() - a key's value as text and where it is from ("default", "FILE:LINE") */
int config_value(const struct config *config, const char *key, char *out, size_t bytes,
		 char *origin, size_t origin_bytes);

#endif
