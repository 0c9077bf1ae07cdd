/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_doctor.c - `telprobe doctor`: what this machine offers, what follows, what to do. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/features.h"
#include "cli/commands.h"

static const char *const state_names[] = {
	[FEATURE_PRESENT] = "ok",
	[FEATURE_MISSING] = "missing",
	[FEATURE_REDUCED] = "without",
	[FEATURE_UNTRIED] = "untried",
};

static const struct cli_option options[] = { CLI_OPTION_JSON, { 0 } };

static const struct cli_example examples[] = {
	{ "telprobe doctor", "why does nothing arrive?", CLI_NEEDS_ROOT },
	{ "telprobe doctor --json", "the same for a program", CLI_NEEDS_ROOT },
	{ 0 },
};

static void print_text(const struct feature *features, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		printf("%-8s %-30s %s\n", state_names[features[i].state], features[i].name,
		       features[i].found);
		if (features[i].follows[0])
			printf("%-8s %-30s -> %s\n", "", "", features[i].follows);
		if (features[i].advice[0])
			printf("%-8s %-30s do: %s\n", "", "", features[i].advice);
	}
}

static void print_json(const struct feature *features, int count)
{
	cJSON *list = cJSON_CreateArray();
	char *text;
	int i;

	for (i = 0; i < count; i++) {
		cJSON *row = cJSON_CreateObject();

		cJSON_AddStringToObject(row, "name", features[i].name);
		cJSON_AddStringToObject(row, "state", state_names[features[i].state]);
		cJSON_AddStringToObject(row, "found", features[i].found);
		cJSON_AddStringToObject(row, "follows", features[i].follows);
		cJSON_AddStringToObject(row, "advice", features[i].advice);
		cJSON_AddItemToArray(list, row);
	}
	text = cJSON_Print(list);
	puts(text ? text : "[]");
	free(text);
	cJSON_Delete(list);
}

static int run_doctor(struct cli *cli)
{
	struct feature features[FEATURES_MAX];
	int count = features_probe(features), i;
	int status = CLI_DONE;

	if (cli_flag(cli, "json"))
		print_json(features, count);
	else
		print_text(features, count);
	for (i = 0; i < count; i++)
		if (features[i].state == FEATURE_MISSING)
			status = CLI_FAILED;
	return status;
}

const struct cli_command doctor_command = {
	.name = "doctor",
	.summary = "what this machine offers telprobe, what is missing, what to do",
	.synopsis = "[OPTIONS]",
	.description =
		"Each row is tried, not guessed from the kernel's version. Exit status 1 when\n"
		"something is missing that telprobe cannot work without.",
	.options = options,
	.examples = examples,
	.run = run_doctor,
};
