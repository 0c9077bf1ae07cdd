/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/bundle_parts.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/features.h"
#include "cli/service_call.h"
#include "service/config.h"
#include "service/places.h"
#include "service/serve.h"

static void print_error(FILE *out, const struct error *error)
{
	fprintf(out, "%s\n", error->what);
	if (error->hint[0])
		fprintf(out, "  hint: %s\n", error->hint);
}

/* Which distribution: one line of a file that others wrote. */
static void print_distribution(FILE *out)
{
	FILE *file = fopen("/etc/os-release", "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "PRETTY_NAME=", 12))
			fprintf(out, "system %s", line + 12);
	if (file)
		fclose(file);
}

static void print_machine(FILE *out, const char *directory)
{
	struct utsname system;

	(void)directory;
	fprintf(out, "telprobe %s, run by %s\n", TELPROBE_VERSION,
		geteuid() ? "an ordinary user" : "root");
	if (!uname(&system))
		fprintf(out, "kernel %s %s, %s\n", system.release, system.version, system.machine);
	print_distribution(out);
	fprintf(out, "%ld processors, %ld MB of memory\n", sysconf(_SC_NPROCESSORS_ONLN),
		sysconf(_SC_PHYS_PAGES) / 1024 * (sysconf(_SC_PAGESIZE) / 1024));
}

static void print_features(FILE *out, const char *directory)
{
	struct feature features[FEATURES_MAX];
	int count = features_probe(features), i;

	(void)directory;
	for (i = 0; i < count; i++) {
		fprintf(out, "%s %s%s%s\n", feature_state_name(features[i].state), features[i].name,
			features[i].found[0] ? ": " : "", features[i].found);
		if (features[i].follows[0])
			fprintf(out, "  %s\n", features[i].follows);
	}
}

static void print_keys(FILE *out, const struct config *config)
{
	char value[256], origin[512];
	const struct config_key *key;

	for (key = config_keys(); key->name; key++)
		if (!key->is_of_target &&
		    !config_value(config, key->name, value, sizeof(value), origin, sizeof(origin)))
			fprintf(out, "%s: %s (%s)\n", key->name, value, origin);
}

static void print_target(FILE *out, const struct config_target *target)
{
	size_t i;

	fprintf(out, "target %s: %s, at most %s (%s)\n", target->name,
		consent_policy_name(target->policy), consent_level_name(target->level_max),
		target->file);
	for (i = 0; i < target->path_count; i++)
		fprintf(out, "  %s\n", target->paths[i]);
}

static void print_config(FILE *out, const char *directory)
{
	struct config *config = NULL;
	struct error error;
	size_t i;

	if (config_examine(directory, &config, &error)) {
		print_error(out, &error);
		return;
	}
	print_keys(out, config);
	for (i = 0; i < config->target_count; i++)
		print_target(out, &config->targets[i]);
	for (i = 0; i < config->problem_count; i++)
		fprintf(out, "problem: %s\n", config->problems[i].text);
	config_free(config);
}

static void print_accounts(FILE *out, const char *directory)
{
	static const char *const places[] = { CONTROL_DIRECTORY, SERVE_STATE_DIRECTORY };
	const char *const *name;
	struct stat status;
	size_t i;

	(void)directory;
	for (name = accounts_names; *name; name++)
		fprintf(out, "account %s: %s\n", *name, getpwnam(*name) ? "there" : "missing");
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (stat(places[i], &status))
			fprintf(out, "%s: missing\n", places[i]);
		else
			fprintf(out, "%s: mode %04o, uid %u\n", places[i], status.st_mode & 07777,
				status.st_uid);
}

static void print_status(FILE *out, const struct control_status *status)
{
	static const char *const states[CONTROL_STATES] = { [CONTROL_OFF] = "switched off",
							    [CONTROL_ON] = "enabled",
							    [CONTROL_SUSPENDED] =
								    "stopped by a selftest" };

	fprintf(out,
		"runs since %" PRIu32 " s, %s; %" PRIu32 " targets attached, %" PRIu32
		" roles started again, %" PRIu32 " problems\n",
		status->uptime_s, states[status->state], status->targets, status->role_restarts,
		status->problems);
	fprintf(out, "stored %s, lost: %s, buffer full: %s\n", status->stored ? "some" : "nothing",
		status->lost ? "some" : "none", status->ring_full ? "at times" : "never");
	fprintf(out, "own cost: %" PRIu64 " us of processor time, %" PRIu64 " bytes of memory\n",
		status->own_cpu_us, status->own_memory_bytes);
	if (status->problem[0])
		fprintf(out, "problem: %s\n", status->problem);
}

static void print_live_targets(FILE *out, const struct service_targets *targets)
{
	size_t i;

	for (i = 0; i < targets->count; i++)
		fprintf(out, "target %s: %s, %" PRIu32 " markers%s%s\n", targets->items[i].name,
			targets->items[i].is_attached ? "attached" : "not attached",
			targets->items[i].sites, targets->items[i].problem[0] ? "; problem: " : "",
			targets->items[i].problem);
}

static void print_service(FILE *out, const char *directory)
{
	struct service_targets targets = { 0 };
	struct control_status status;
	struct client *client;
	struct error error;

	(void)directory;
	if (service_open(&client, &error)) {
		print_error(out, &error);
		return;
	}
	if (service_status(client, &status, &error))
		print_error(out, &error);
	else
		print_status(out, &status);
	if (service_targets(client, &targets, &error))
		print_error(out, &error);
	else
		print_live_targets(out, &targets);
	service_targets_clear(&targets);
	client_close(client);
}

/* Whether, never what: a value may be anything. */
static void print_environment(FILE *out, const char *directory)
{
	static const char *const names[] = { "DO_NOT_TRACK", "TELPROBE_ENABLED",
					     "TELPROBE_DB",  "TELPROBE_SOCKET",
					     "SUDO_UID",     "LD_LIBRARY_PATH",
					     "LD_PRELOAD" };
	size_t i;

	(void)directory;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fprintf(out, "%s is %sset\n", names[i], getenv(names[i]) ? "" : "not ");
}

static const struct bundle_part parts[] = {
	{ "machine", print_machine },
	{ "kernel and rights", print_features },
	{ "configuration", print_config },
	{ "accounts and places", print_accounts },
	{ "service", print_service },
	{ "environment", print_environment },
	{ 0 },
};

const struct bundle_part *bundle_parts(void)
{
	return parts;
}
