/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/config_check.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/service_call.h"
#include "cli/target_probes.h"
#include "report/json.h"
#include "report/text.h"
#include "service/config.h"

struct findings {
	cJSON *problems; /* texts */
	cJSON *notes;	 /* not wrong, but perhaps not meant */
	size_t targets;
	struct service_targets live; /* as the service has them, where one answers */
	bool is_asked;		     /* it did */
	bool is_short;		     /* of memory */
};

static void add(struct findings *findings, cJSON *list, const char *text)
{
	cJSON *item = cJSON_CreateString(text);

	if (cJSON_AddItemToArray(list, item))
		return;
	cJSON_Delete(item);
	findings->is_short = true;
}

static void add_error(struct findings *findings, const struct error *error)
{
	char text[sizeof(error->what) + sizeof(error->hint) + 4];

	snprintf(text, sizeof(text), "%s%s%s", error->what, error->hint[0] ? "; " : "",
		 error->hint);
	add(findings, findings->problems, text);
}

/* What the service made of it. @is_there: a file it names is */
static void look_at_service(struct findings *findings, const struct config_target *target,
			    bool is_there)
{
	const struct control_target *live = service_target(&findings->live, target->name, NULL);
	char text[640];

	if (!findings->is_asked)
		return;
	if (!live)
		snprintf(text, sizeof(text),
			 "target '%s': the service has not read this yet: telprobe config reload",
			 target->name);
	else if (live->problem[0])
		snprintf(text, sizeof(text), "target '%s': %s", target->name, live->problem);
	else
		snprintf(text, sizeof(text), "target '%s': %u marker%s attached%s", target->name,
			 live->sites, text_s(live->sites),
			 target->tells_runs ? "; each run of its programs is a command" : "");
	add(findings, live && live->problem[0] && is_there ? findings->problems : findings->notes,
	    text);
}

static void look_at_paths(struct findings *findings, const struct config_target *target)
{
	char text[640];
	bool is_there = false;
	glob_t found;
	size_t i;
	int ret;

	findings->targets++;
	for (i = 0; i < target->path_count; i++) {
		ret = glob(target->paths[i], GLOB_NOSORT, NULL, &found);
		if (!ret) {
			is_there = true;
			globfree(&found);
			continue;
		}
		snprintf(text, sizeof(text), "%.200s: no file is called '%.300s' yet", target->file,
			 target->paths[i]);
		add(findings, findings->notes, text);
	}
	look_at_service(findings, target, is_there);
}

static void take_problem(void *data, const char *text)
{
	struct findings *findings = data;

	add(findings, findings->problems, text);
}

static void take_note(void *data, const char *text)
{
	struct findings *findings = data;

	add(findings, findings->notes, text);
}

/* What its files really offer. */
static void look_at_probes(struct findings *findings, const struct config_target *target,
			   bool is_counting)
{
	const struct target_probes_listener listener = { take_problem, take_note, findings };
	struct error error;

	if (!is_counting && !target->span_count)
		return;
	if (target_probes_check(target, is_counting, &listener, &error))
		add_error(findings, &error);
}

static void check_directory(struct findings *findings, const char *path)
{
	struct config *config;
	struct error error;
	size_t i;

	if (config_examine(path, &config, &error)) {
		add_error(findings, &error);
		return;
	}
	for (i = 0; i < config->problem_count; i++)
		add(findings, findings->problems, config->problems[i].text);
	for (i = 0; i < config->target_count; i++) {
		look_at_paths(findings, &config->targets[i]);
		look_at_probes(findings, &config->targets[i], false);
	}
	config_free(config);
}

static void check_file(struct findings *findings, const char *path)
{
	struct config_target target;
	struct error error;

	if (config_read_target(path, &target, &error)) {
		add_error(findings, &error);
		return;
	}
	look_at_paths(findings, &target);
	look_at_probes(findings, &target, geteuid() == 0);
	config_target_clear(&target);
}

static void print_text(const struct findings *findings)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, findings->problems)
	{
		text_print(item->valuestring, stdout);
		putchar('\n');
	}
	cJSON_ArrayForEach(item, findings->notes)
	{
		fputs("note: ", stdout);
		text_print(item->valuestring, stdout);
		putchar('\n');
	}
	if (cJSON_GetArraySize(findings->problems))
		return;
	printf("%zu target%s, no problems\n", findings->targets,
	       text_s((int64_t)findings->targets));
}

static cJSON *json_of(const struct findings *findings)
{
	cJSON *json = cJSON_CreateObject();

	return json_whole(
		json,
		json_add_number(json, "targets", (double)findings->targets) &&
			cJSON_AddItemReferenceToObject(json, "problems", findings->problems) &&
			cJSON_AddItemReferenceToObject(json, "notes", findings->notes));
}

/* Only the one that can be the reader of these files; without one, files alone are judged. */
static void ask_service(const struct cli *cli, struct findings *findings)
{
	const char *directory = cli_option(cli, "config");
	struct client *client;

	if (directory && strcmp(directory, CONFIG_DIRECTORY) != 0 && !getenv("TELPROBE_SOCKET"))
		return;
	if (service_open(&client, NULL))
		return;
	findings->is_asked = !service_targets(client, &findings->live, NULL);
	client_close(client);
}

int config_check(const struct cli *cli, const char *path)
{
	struct findings findings = { .problems = cJSON_CreateArray(),
				     .notes = cJSON_CreateArray() };
	struct error error;
	struct stat status;
	bool is_bad;

	ask_service(cli, &findings);
	if (stat(path, &status) || S_ISDIR(status.st_mode)) /* what is missing is told there */
		check_directory(&findings, path);
	else
		check_file(&findings, path);
	is_bad = cJSON_GetArraySize(findings.problems) > 0;
	if (!cli_flag(cli, "json"))
		print_text(&findings);
	else if (json_print(json_of(&findings), stdout))
		findings.is_short = true;
	service_targets_clear(&findings.live);
	cJSON_Delete(findings.problems);
	cJSON_Delete(findings.notes);
	if (findings.is_short) {
		error_set(&error, -ENOMEM, "out of memory; there may be more problems");
		return cli_fail(cli, &error);
	}
	return is_bad ? CLI_FAILED : CLI_DONE;
}
