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

#include "capture/capture.h"
#include "lib/error.h"
#include "privacy/consent.h"
#include "privacy/firewall_options.h"

enum {
	CONFIG_TARGETS = 1024,
	CONFIG_PATHS = 32,
	CONFIG_SPANS = 64,
	CONFIG_PROBLEMS = 64,
	CONFIG_KEYS = 30
};

#define CONFIG_DIRECTORY "/etc/telprobe" /* telprobe.yaml; targets.d/NAME.yaml */

enum config_probe_kind {
	CONFIG_PROBE_NONE,
	CONFIG_PROBE_USDT,
	CONFIG_PROBE_FUNCTION, /* where it begins */
	CONFIG_PROBE_RETURN,   /* where the function that begins the span returns */
};

struct config_probe {
	enum config_probe_kind kind;
	char provider[INSPECT_NAME]; /* of a USDT probe */
	char name[INSPECT_SYMBOL];
};

struct config_span { /* what begins and ends it are probes that are no markers */
	char name[TP_DECLARED_BYTES];
	enum tp_kind kind;
	struct config_probe begin, end, failed, cancelled;
	enum tp_pairing pairing;
	uint8_t argument; /* with TP_PAIRING_ARGUMENT, 1..6 */
	uint8_t argument_bytes;
	enum tp_recursion recursion;
	enum tp_failure failure; /* of what the function returns */
	int32_t value;
	uint8_t bytes;	  /* that are compared; 0 unless @end is CONFIG_PROBE_RETURN */
	bool may_be_dear; /* probes may cost some microseconds a hit */
	uint32_t line;
};

struct config_target {		   /* one file of targets.d */
	char name[CONSENT_TARGET]; /* base name of the file without .yaml; an identifier */
	char **paths;		   /* absolute; may hold glob(7) patterns */
	size_t path_count;
	enum consent_policy policy;
	enum tp_level level_max;     /* at most the machine's */
	enum tp_level level_default; /* at most level_max */
	uint8_t without;	     /* enum tp_category; at least the machine's */
	char **names;		     /* declared: may be read from memory; FIREWALL_NAME */
	size_t name_count;	     /* at most CONFIG_VALUES, as the next two */
	char **subcommands;	     /* first arguments that are told; with tells_runs */
	size_t subcommand_count;
	char **options; /* told if given, with their hyphens; with tells_runs */
	size_t option_count;
	struct config_span *spans;
	size_t span_count;
	char **sampling; /* as it was said: sampling.h; one rule a kind */
	size_t sampling_count;
	bool tells_runs;	     /* each run of its programs is a command, without a marker */
	char *file;		     /* where it was said */
	uint32_t lines[CONFIG_KEYS]; /* where in it, by row of the table; 0: the default */
};

/* A target file that was left out: "/etc/telprobe/targets.d/x.yaml:3: unknown key 'pth'; did you..." */
struct config_problem {
	char text[776];
};

struct config {
	enum tp_level level_max;      /* of the machine */
	uint8_t without;	      /* enum tp_category: of nobody, whatever they said yes to */
	bool is_enabled;	      /* false: the service runs, captures nothing, and says so */
	int64_t ring_mb;	      /* 1..64; the ring is the next power of two */
	int64_t connections_max;      /* 1..1024, of the control socket */
	int64_t connections_max_user; /* of one uid */
	int64_t retention_days;	      /* 0: for ever */
	int64_t max_db_size_mb;	      /* of each owner's database; 0: no limit */
	int64_t heartbeat_s;	      /* 0: none */
	int64_t overhead_max;	      /* 0..1000, per cent of a processor; 0: no limit */
	int64_t names_max;	      /* 1..100000, of a target in each owner's database */
	enum capture_attach attach;
	struct firewall_options privacy; /* without names of the machine */
	struct config_target *targets;	 /* by name */
	size_t target_count;
	struct config_problem *problems;
	size_t problem_count; /* the last one may stand for more that found no room */
	char *file;	      /* DIRECTORY/telprobe.yaml, which need not exist */
	uint32_t lines[CONFIG_KEYS];
};

enum config_kind {
	CONFIG_BOOLEAN,
	CONFIG_LEVEL,
	CONFIG_NUMBER,
	CONFIG_POLICY,
	CONFIG_ATTACH,
	CONFIG_PATH_LIST, /* here and below: lists */
	CONFIG_NAME_LIST,
	CONFIG_SUBCOMMAND_LIST,
	CONFIG_OPTION_LIST,
	CONFIG_SAMPLING_LIST,
	CONFIG_SPAN_LIST, /* of mappings */
	CONFIG_EXPRESSION_LIST,
	CONFIG_WORD_LIST,
	CONFIG_DOMAIN_LIST,
	CONFIG_CATEGORY_LIST,
	CONFIG_IGNORE_LIST
};

struct config_key {
	const char *name;
	const char *type;	  /* what is expected: "true or false" */
	const char *default_text; /* NULL: it must be given */
	const char *help;	  /* a sentence or two, lower case, no full stop at the end */
	bool is_of_target;	  /* a key of target files */
	bool is_read_at_start;	  /* and then no more; its help says so too */
	enum config_kind kind;
	size_t offset;	  /* in struct config or struct config_target */
	int64_t min, max; /* of CONFIG_NUMBER */
};

/** config_keys() - the table; ends with a row whose name is NULL
 * To add a key: its row (config_keys.c), its member above, whoever uses it, a case in
 * tests/unit/service/test_config.c. */
const struct config_key *config_keys(void);

/** config_read() - @directory/telprobe.yaml and @directory/targets.d, each of which may be missing
 * Return: 0 (with *out->problems for target files left out); -EINVAL with file and line; -EACCES for
 * a file or directory others may write, -ELOOP for one behind a symbolic link; -ENOENT: no
 * @directory; -EIO; -ENOMEM. The caller frees with config_free(). */
int config_read(const char *directory, struct config **out, struct error *error);
void config_free(struct config *config);

/** config_examine() - for who looks for mistakes: as config_read(), but a telprobe.yaml that is refused
 * becomes the first of *out->problems, and the target files are read all the same */
int config_examine(const char *directory, struct config **out, struct error *error);

/** config_try_machine(), config_try_target() - would @name in @directory be read if it were the file
 * @path? The latter also with regard to the other targets of @config.
 * Return: 0, or what config_read() would say of it. */
int config_try_machine(int directory, const char *name, const char *path, struct error *error);
int config_try_target(const struct config *config, int directory, const char *name,
		      const char *path, struct error *error);

/** config_read_target() - a single target file at @path, wherever it is, judged in the same way
 * Return: as config_read(). The caller ends *out with config_target_clear(). */
int config_read_target(const char *path, struct config_target *out, struct error *error);
void config_target_clear(struct config_target *target);

/** config_target_declares() - whether @text is one of its names. */
bool config_target_declares(const struct config_target *target, const char *text);

/** config_value() - a key's value as text and where it is from ("default", "FILE:LINE"); keys of
 * target files have a value in a target only. Return: 0, -EINVAL: no such key of telprobe.yaml. */
int config_value(const struct config *config, const char *key, char *out, size_t bytes,
		 char *origin, size_t origin_bytes);

#endif
