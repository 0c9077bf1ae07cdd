/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/config_check.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "report/text.h"
#include "service/config.h"

struct findings {
	cJSON *problems; /* texts */
	cJSON *notes;	 /* not wrong, but perhaps not meant */
	size_t targets;
	bool is_short; /* of memory */
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

static void look_at_paths(struct findings *findings, const struct config_target *target)
{
	char text[640];
	glob_t found;
	size_t i;
	int ret;

	findings->targets++;
	for (i = 0; i < target->path_count; i++) {
		ret = glob(target->paths[i], GLOB_NOSORT, NULL, &found);
		if (!ret) {
			globfree(&found);
			continue;
		}
		snprintf(text, sizeof(text), "%.200s: no file is called '%.300s' yet", target->file,
			 target->paths[i]);
		add(findings, findings->notes, text);
	}
}

static void check_directory(struct findings *findings, const char *path)
{
	struct config *config;
	struct error error;
	size_t i;

	if (config_read(path, &config, &error)) {
		add_error(findings, &error);
		return;
	}
	for (i = 0; i < config->problem_count; i++)
		add(findings, findings->problems, config->problems[i].text);
	for (i = 0; i < config->target_count; i++)
		look_at_paths(findings, &config->targets[i]);
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
	printf("%zu target%s, no problems\n", findings->targets, findings->targets == 1 ? "" : "s");
}

static int print_json(const struct findings *findings)
{
	cJSON *json = cJSON_CreateObject();

	if (cJSON_AddNumberToObject(json, "targets", (double)findings->targets) &&
	    cJSON_AddItemReferenceToObject(json, "problems", findings->problems) &&
	    cJSON_AddItemReferenceToObject(json, "notes", findings->notes))
		return json_print(json, stdout);
	cJSON_Delete(json);
	return -ENOMEM;
}

int config_check(const struct cli *cli, const char *path)
{
	struct findings findings = { .problems = cJSON_CreateArray(),
				     .notes = cJSON_CreateArray() };
	struct error error;
	struct stat status;
	bool is_bad;

	if (!path)
		path = CONFIG_DIRECTORY;
	if (stat(path, &status) || S_ISDIR(status.st_mode)) /* what is missing is told there */
		check_directory(&findings, path);
	else
		check_file(&findings, path);
	is_bad = cJSON_GetArraySize(findings.problems) > 0;
	if (!cli_flag(cli, "json"))
		print_text(&findings);
	else if (print_json(&findings))
		findings.is_short = true;
	cJSON_Delete(findings.problems);
	cJSON_Delete(findings.notes);
	if (findings.is_short) {
		error_set(&error, -ENOMEM, "out of memory; there may be more problems");
		return cli_fail(cli, &error);
	}
	return is_bad ? CLI_FAILED : CLI_DONE;
}
