/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/nearest.h"
#include "privacy/categories.h"
#include "service/config_lists.h"
#include "store/retention.h"

#define OF_MACHINE(member) .offset = offsetof(struct config, member)
#define OF_TARGET(member)  .is_of_target = true, .offset = offsetof(struct config_target, member)

#define LEVELS	   "off, basic, enhanced or full"
#define CATEGORIES "a category, or a list of up to 7 ('telprobe explain categories')"

static const struct config_key keys[CONFIG_KEYS + 1] = {
	{ .name = "enabled",
	  .type = "true or false",
	  .default_text = "true",
	  .kind = CONFIG_BOOLEAN,
	  OF_MACHINE(is_enabled),
	  .help = "whether anything is captured on this machine at all; false also silences people "
		  "who said yes, and is shown to them" },
	{ .name = "level_max",
	  .type = LEVELS,
	  .default_text = "full",
	  .kind = CONFIG_LEVEL,
	  OF_MACHINE(level_max),
	  .help = "the highest level anybody on this machine gets, whatever they said yes to" },
	{ .name = "without",
	  .type = CATEGORIES,
	  .default_text = "[]",
	  .kind = CONFIG_CATEGORY_LIST,
	  OF_MACHINE(without),
	  .help = "categories of which nothing is recorded on this machine, whatever anybody said "
		  "yes to; people may leave out more for themselves" },
	{ .name = "ring_mb",
	  .type = "a whole number from 1 to 64",
	  .default_text = "4",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(ring_mb),
	  .is_read_at_start = true,
	  .min = 1,
	  .max = 64,
	  .help = "megabytes of the buffer between kernel and service, rounded up to a power of "
		  "two; more bridges longer bursts. Read when the service starts" },
	{ .name = "connections_max",
	  .type = "a whole number from 1 to 1024",
	  .default_text = "256",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(connections_max),
	  .is_read_at_start = true,
	  .min = 1,
	  .max = 1024,
	  .help = "how many commands may talk to the service at a time. Read when the service "
		  "starts" },
	{ .name = "connections_max_user",
	  .type = "a whole number from 1 to 1024",
	  .default_text = "16",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(connections_max_user),
	  .is_read_at_start = true,
	  .min = 1,
	  .max = 1024,
	  .help = "how many of these may belong to one person, so that nobody locks the others "
		  "out. Read when the service starts" },
	{ .name = "retention_days",
	  .type = "a whole number of days from 0 to 36500",
	  .default_text = "90",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(retention_days),
	  .max = STORE_KEEP_DAYS_MAX,
	  .help = "how many days events are kept; 0 is for ever. Whole days (UTC) go: with 90, "
		  "an event of day 0 is removed on day 91. A person may choose less for his own "
		  "('telprobe retention'), never more" },
	{ .name = "max_db_size_mb",
	  .type = "a whole number of megabytes from 0 to 1000000",
	  .default_text = "100",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(max_db_size_mb),
	  .max = 1000000,
	  .help = "how large each person's database may become (a million bytes each); 0 is no "
		  "limit. Beyond it the oldest events go until nine tenths are used. The log "
		  "beside it, a few megabytes, is not counted" },
	{ .name = "names_max",
	  .type = "a whole number from 1 to 100000",
	  .default_text = "20000",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(names_max),
	  .min = 1,
	  .max = 100000,
	  .help = "how many different names a target may leave in each person's database, so that "
		  "a program that makes ever new ones fills neither it nor the service. Beyond "
		  "that a new name is kept as [OTHER], counted; names that are there already, "
		  "placeholders and the target's own 'names' go on. Retention makes room again" },
	{ .name = "heartbeat_s",
	  .type = "a whole number of seconds from 0 to 86400",
	  .default_text = "300",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(heartbeat_s),
	  .max = 86400,
	  .help = "how often a session whose programs run and tell nothing is kept up by an event "
		  "session_heartbeat, of people at level enhanced or full; 0 is never" },
	{ .name = "overhead_max",
	  .type = "a whole number from 0 to 1000",
	  .default_text = "25",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(overhead_max),
	  .max = 1000,
	  .help = "how much processor time the probes of a target may cost the programs they are "
		  "in, all together, in per cent of one processor; 0 is no limit. What costs more "
		  "for 10 s is detached from and attached to again for a second at a time, at "
		  "random moments; 'telprobe status' says so, and what share of the time that is. "
		  "Not where a rule of 'sampling' says always" },
	{ .name = "attach",
	  .type = "auto, multi or perf",
	  .default_text = "auto",
	  .kind = CONFIG_ATTACH,
	  OF_MACHINE(attach),
	  .is_read_at_start = true,
	  .help = "how probes are attached. multi: many in one link, which Linux 6.6 or later has; "
		  "perf: one event each, made by a helper process that keeps CAP_SYS_ADMIN; auto: "
		  "multi where the kernel has it, else perf. Under systemd perf needs the drop-in "
		  "before-linux-6.6.conf on newer kernels too. Read when the service starts" },
	{ .name = "strip_pii",
	  .type = "true or false",
	  .default_text = "true",
	  .kind = CONFIG_BOOLEAN,
	  OF_MACHINE(privacy.strips_pii),
	  .help = "whether names that look like an address, a phone or card number, a person or a "
		  "machine are replaced; keys, tokens and passwords are, whatever this says" },
	{ .name = "redact_file_paths",
	  .type = "true or false",
	  .default_text = "true",
	  .kind = CONFIG_BOOLEAN,
	  OF_MACHINE(privacy.redacts_paths),
	  .help = "whether paths are told apart, as [USER_PATH]; with false they are [REDACTED], "
		  "as "
		  "anything that is no identifier: no path is stored either way" },
	{ .name = "block_sensitive",
	  .type = "true or false",
	  .default_text = "false",
	  .kind = CONFIG_BOOLEAN,
	  OF_MACHINE(privacy.blocks_sensitive),
	  .help = "whether an event with something sensitive in any of its names, a word such as "
		  "password included, is dropped whole instead of kept with a placeholder; "
		  "counted" },
	{ .name = "sensitive_patterns",
	  .type = "a regular expression, or a list of up to 32",
	  .default_text = "[]",
	  .kind = CONFIG_EXPRESSION_LIST,
	  OF_MACHINE(privacy.patterns),
	  .help = "names in which one of these is found are replaced; PCRE2, without regard to "
		  "case, "
		  "at most 256 bytes each, quoted with '...'. One that takes too many steps on a "
		  "name "
		  "counts as found" },
	{ .name = "sensitive_words",
	  .type = "a word of lower-case letters, or a list of up to 32",
	  .default_text = "[]",
	  .kind = CONFIG_WORD_LIST,
	  OF_MACHINE(privacy.fields),
	  .help = "names with one of these as a whole word are replaced, and the value of a tag "
		  "with "
		  "such a key; email, password, token, key, secret and apikey are always so" },
	{ .name = "url_domains",
	  .type = "a domain such as example.org, or a list of up to 32",
	  .default_text = "[]",
	  .kind = CONFIG_DOMAIN_LIST,
	  OF_MACHINE(privacy.domains),
	  .help = "a name that is a URL of one of these, or of a host below it, is kept as that "
		  "domain, without host, path and all else; others are kept as [URL]" },
	{ .name = "ignore",
	  .type = "a name, or a list of up to 32",
	  .default_text = "[]",
	  .kind = CONFIG_IGNORE_LIST,
	  OF_MACHINE(privacy.ignores),
	  .help = "events with one of these names are dropped, counted; * ? and [] are patterns" },
	{ .name = "paths",
	  .type = "an absolute path, or a list of up to 32",
	  .kind = CONFIG_PATH_LIST,
	  OF_TARGET(paths),
	  .help = "the programs and libraries that carry the markers; * ? and [] are patterns, and "
		  "from the first of them on no symbolic link is followed. A file that appears "
		  "later is found" },
	{ .name = "policy",
	  .type = "opt-in, opt-out or locked",
	  .default_text = "opt-in",
	  .kind = CONFIG_POLICY,
	  OF_TARGET(policy),
	  .help = "opt-in: nothing until a person says yes; opt-out: at 'level' until a person "
		  "says no, for builds whose users agreed elsewhere, and for those alone whom "
		  "'getent passwd' lists; locked: nothing, whatever anybody says" },
	{ .name = "level_max",
	  .type = LEVELS,
	  .default_text = "full",
	  .kind = CONFIG_LEVEL,
	  OF_TARGET(level_max),
	  .help = "the highest level anybody gets for this target" },
	{ .name = "level",
	  .type = LEVELS,
	  .default_text = "enhanced",
	  .kind = CONFIG_LEVEL,
	  OF_TARGET(level_default),
	  .help = "with policy opt-out, the level of people who have not decided; at most "
		  "level_max" },
	{ .name = "without",
	  .type = CATEGORIES,
	  .default_text = "[]",
	  .kind = CONFIG_CATEGORY_LIST,
	  OF_TARGET(without),
	  .help = "categories of which nothing is recorded for this target; those of telprobe.yaml "
		  "are left out besides" },
	{ .name = "names",
	  .type = "a name, or a list of up to 1024",
	  .default_text = "none",
	  .kind = CONFIG_NAME_LIST,
	  OF_TARGET(names),
	  .help = "what markers of these programs may say with strings made at run time, as "
		  "'telprobe emit' does. Only with this key are strings of a program read, and all "
		  "but these are kept as [UNDECLARED]. A letter or digit, then letters, digits and "
		  "_ . : + -, at most 63" },
	{ .name = "processes",
	  .type = "true or false",
	  .default_text = "false",
	  .kind = CONFIG_BOOLEAN,
	  OF_TARGET(tells_runs),
	  .help = "whether each run of one of these programs is a command, called what its file "
		  "is: "
		  "how long, and whether it ended with 0 (ok), with another code (failed), by "
		  "SIGINT "
		  "or with 130 (cancelled), or by another signal (abandoned). For programs without "
		  "markers" },
	{ .name = "subcommands",
	  .type = "a name, or a list of up to 1024",
	  .default_text = "none",
	  .kind = CONFIG_SUBCOMMAND_LIST,
	  OF_TARGET(subcommands),
	  .help = "with 'processes': first arguments that are told as the run's sub-command; "
		  "another one is kept as [UNDECLARED]. Nothing else of a command line is told but "
		  "'options'. Written as 'names'" },
	{ .name = "options",
	  .type = "an option such as --all or -v, or a list of up to 1024",
	  .default_text = "none",
	  .kind = CONFIG_OPTION_LIST,
	  OF_TARGET(options),
	  .help = "with 'processes': options that are told if they are given, --help as "
		  "help_viewed, others as features, "
		  "without their hyphens and what follows a '='; none that is not listed. A value "
		  "in a word of its own that reads like a listed one is taken for it. Up to 16 of "
		  "a "
		  "run; what comes behind -- is none. Short ones in one word, as in -xv, are "
		  "another "
		  "option" },
	{ .name = "sampling",
	  .type = "a rule such as 'call 1 %', or a list of them",
	  .default_text = "none",
	  .kind = CONFIG_SAMPLING_LIST,
	  OF_TARGET(sampling),
	  .help = "of which spans not each is an event: a kind (command, tool, step, call, "
		  "conversation or phase), then always, never, a share by chance such as 10 %, or "
		  "a "
		  "rate such as 100/s, which allows a second's worth at once. Each that is left "
		  "out is added to the totals of its day instead, so that counts and durations of "
		  "'telprobe metrics' stay exact; what failed or was abandoned is always an "
		  "event. For all people together" },
	{ .name = "spans",
	  .type = "a list of spans, each with 'name', 'begin' and 'end'",
	  .default_text = "none",
	  .kind = CONFIG_SPAN_LIST,
	  OF_TARGET(spans),
	  .help = "what these programs do between probes that are no markers: 'begin', 'end', "
		  "'failed' and 'cancelled' are usdt:PROVIDER:NAME or function:NAME; 'end: return' "
		  "is where the function returns, then 'failed' may be a comparison such as "
		  "'return < 0'. "
		  "'kind' is command (the default), tool, step, call, conversation or phase. "
		  "'pairs' is nested, thread, 'argument N' or 'argument N int'; 'recursion' none, "
		  "nested or "
		  "outermost; 'dear: true' allows probes that cost microseconds. See the guide, "
		  "Programs without markers" },
	{ 0 },
};

const struct config_key *config_keys(void)
{
	return keys;
}

static const struct config_key *find(const char *name, bool is_target)
{
	const struct config_key *key;

	for (key = keys; key->name; key++)
		if (key->is_of_target == is_target && !strcmp(key->name, name))
			return key;
	return NULL;
}

uint32_t config_keys_line(const uint32_t *lines, const char *name)
{
	const struct config_key *key;

	for (key = keys; key->name; key++)
		if (lines[key - keys] && !strcmp(key->name, name))
			return lines[key - keys];
	return 0;
}

static int refuse_unknown(const struct config_into *into, const struct config_entry *entry)
{
	char known[256] = "";
	const struct config_key *key;
	struct nearest nearest;
	size_t used = 0;

	nearest_init(&nearest, entry->key, strlen(entry->key));
	for (key = keys; key->name; key++) {
		if (key->is_of_target != into->is_target)
			continue;
		nearest_try(&nearest, key->name);
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 used ? ", " : "", key->name);
	}
	error_set(into->error, -EINVAL, "%s:%u: unknown key '%.64s'", into->path, entry->line,
		  entry->key);
	if (find(entry->key, !into->is_target))
		error_hint(into->error, "that one belongs into %s; here are %s",
			   into->is_target ? "telprobe.yaml" : "a file of targets.d", known);
	else if (nearest.best)
		error_hint(into->error, "did you mean '%s'? known are %s", nearest.best, known);
	else
		error_hint(into->error, "known are %s", known);
	return -EINVAL;
}

int config_keys_refuse(const struct config_into *into, const struct config_key *key,
		       const struct config_entry *entry, const struct config_value *value)
{
	unsigned int line = value ? value->line : entry->line;
	char found[96] = "a list";

	if (value && value->is_quoted)
		snprintf(found, sizeof(found), "the text \"%.64s\"", value->text);
	else if (value)
		snprintf(found, sizeof(found), "'%.64s'", value->text);
	if (value && !value->text[0])
		snprintf(found, sizeof(found), "nothing");
	else if (!value && !entry->count)
		snprintf(found, sizeof(found), "an empty list");
	error_set(into->error, -EINVAL, "%s:%u: '%s' must be %s, not %s", into->path, line,
		  key->name, key->type, found);
	error_hint(into->error, "'telprobe config explain %s' says what it does", key->name);
	return -EINVAL;
}

static int parse_number(const struct config_key *key, const char *text, int64_t *out)
{
	int64_t number = 0;
	const char *at;

	for (at = text; *at; at++) {
		if (*at < '0' || *at > '9' || number > key->max)
			return -EINVAL;
		number = number * 10 + (*at - '0');
	}
	if (at == text || number < key->min || number > key->max)
		return -EINVAL;
	*out = number;
	return 0;
}

static const char *const attach_names[] = { [CAPTURE_ATTACH_AUTO] = "auto",
					    [CAPTURE_ATTACH_MULTI] = "multi",
					    [CAPTURE_ATTACH_PERF] = "perf" };

static int parse_attach(const char *text, enum capture_attach *out)
{
	size_t i;

	for (i = 0; i < sizeof(attach_names) / sizeof(attach_names[0]); i++)
		if (!strcmp(text, attach_names[i])) {
			*out = (enum capture_attach)i;
			return 0;
		}
	return -EINVAL;
}

static int set_scalar(const struct config_key *key, const char *text, void *member)
{
	bool is_true = !strcmp(text, "true");

	switch (key->kind) {
	case CONFIG_BOOLEAN:
		if (!is_true && strcmp(text, "false") != 0)
			return -EINVAL;
		*(bool *)member = is_true;
		return 0;
	case CONFIG_LEVEL:
		return consent_level_parse(text, member);
	case CONFIG_NUMBER:
		return parse_number(key, text, member);
	case CONFIG_POLICY:
		return consent_policy_parse(text, member);
	case CONFIG_ATTACH:
		return parse_attach(text, member);
	case CONFIG_PATH_LIST:
	case CONFIG_NAME_LIST:
	case CONFIG_SUBCOMMAND_LIST:
	case CONFIG_OPTION_LIST:
	case CONFIG_SAMPLING_LIST:
	case CONFIG_SPAN_LIST:
	case CONFIG_EXPRESSION_LIST:
	case CONFIG_WORD_LIST:
	case CONFIG_DOMAIN_LIST:
	case CONFIG_CATEGORY_LIST:
	case CONFIG_IGNORE_LIST:
		break;
	}
	return -EINVAL;
}

/* Return: the first value of @entry that is in a mapping although @key's is not, NULL. */
static const struct config_value *misplaced(const struct config_key *key,
					    const struct config_entry *entry)
{
	size_t i;

	for (i = 0; i < entry->count && key->kind != CONFIG_SPAN_LIST; i++)
		if (entry->values[i].field)
			return &entry->values[i];
	return NULL;
}

int config_keys_set(const struct config_entry *entry, void *data)
{
	const struct config_into *into = data;
	const struct config_key *key = find(entry->key, into->is_target);
	uint32_t *line = key ? &into->lines[key - keys] : NULL;

	if (!key)
		return refuse_unknown(into, entry);
	if (*line) {
		error_set(into->error, -EINVAL, "%s:%u: '%s' is there twice, first in line %u",
			  into->path, entry->line, key->name, *line);
		error_hint(into->error, "remove one of them");
		return -EINVAL;
	}
	*line = entry->line;
	if (misplaced(key, entry)) {
		error_set(into->error, -EINVAL, "%s:%u: there is a mapping inside", into->path,
			  misplaced(key, entry)->line);
		return error_hint(into->error, "expected 'key: value' or 'key: [value, value]'");
	}
	if (config_lists_has(key->kind))
		return config_lists_set(into, key, entry);
	if (entry->is_list)
		return config_keys_refuse(into, key, entry, NULL);
	if (entry->values[0].is_quoted && key->kind <= CONFIG_NUMBER && key->kind != CONFIG_LEVEL)
		return config_keys_refuse(into, key, entry, &entry->values[0]);
	if (set_scalar(key, entry->values[0].text, (char *)into->into + key->offset))
		return config_keys_refuse(into, key, entry, &entry->values[0]);
	return 0;
}

void config_keys_default(const struct config_into *into)
{
	const struct config_key *key;

	for (key = keys; key->name; key++)
		if (key->is_of_target == into->is_target && key->default_text &&
		    !config_lists_has(key->kind))
			set_scalar(key, key->default_text, (char *)into->into + key->offset);
}

static void format(const struct config_key *key, const void *member, char *out, size_t bytes)
{
	char categories[CATEGORIES_TEXT];

	switch (key->kind) {
	case CONFIG_BOOLEAN:
		snprintf(out, bytes, "%s", *(const bool *)member ? "true" : "false");
		break;
	case CONFIG_LEVEL:
		snprintf(out, bytes, "%s", consent_level_name(*(const enum tp_level *)member));
		break;
	case CONFIG_NUMBER:
		snprintf(out, bytes, "%" PRId64, *(const int64_t *)member);
		break;
	case CONFIG_ATTACH:
		snprintf(out, bytes, "%s", attach_names[*(const enum capture_attach *)member]);
		break;
	case CONFIG_EXPRESSION_LIST:
	case CONFIG_WORD_LIST:
	case CONFIG_DOMAIN_LIST:
	case CONFIG_IGNORE_LIST:
		config_lists_format(member, out, bytes);
		break;
	case CONFIG_CATEGORY_LIST:
		snprintf(out, bytes, "%s",
			 categories_format(*(const uint8_t *)member, categories) ? categories
										 : "[]");
		break;
	case CONFIG_POLICY:
	case CONFIG_PATH_LIST: /* of target files only */
	case CONFIG_NAME_LIST:
	case CONFIG_SUBCOMMAND_LIST:
	case CONFIG_OPTION_LIST:
	case CONFIG_SAMPLING_LIST:
	case CONFIG_SPAN_LIST:
		snprintf(out, bytes, "%s", "");
		break;
	}
}

int config_value(const struct config *config, const char *key, char *out, size_t bytes,
		 char *origin, size_t origin_bytes)
{
	const struct config_key *row = find(key, false);
	uint32_t line;

	if (!row)
		return -EINVAL;
	line = config->lines[row - keys];
	format(row, (const char *)config + row->offset, out, bytes);
	if (line)
		snprintf(origin, origin_bytes, "%s:%" PRIu32, config->file, line);
	else
		snprintf(origin, origin_bytes, "default");
	return 0;
}
