/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/targets_change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config_set.h"
#include "cli/reload.h"
#include "cli/target_files.h"
#include "cli/target_spans.h"
#include "lib/nearest.h"
#include "report/text.h"
#include "service/config.h"
#include "service/config_edit.h"
#include "service/config_write.h"

/* What an option of `targets add` says in the file. */
static const struct {
	const char *option, *key;
} keys[] = {
	{ "policy", "policy" },
	{ "level-max", "level_max" },
	{ "level", "level" },
};

const char *targets_directory(const struct cli *cli)
{
	const char *path = cli_option(cli, "config");

	return path ? path : CONFIG_DIRECTORY;
}

/* A word that names a file from here is made absolute; a pattern is the person's to write so. */
static int make_absolute(const char *const *paths, size_t count, char **out)
{
	size_t i;

	for (i = 0; i < count; i++) {
		out[i] = *paths[i] == '/' ? NULL : realpath(paths[i], NULL);
		if (!out[i])
			out[i] = strdup(paths[i]);
		if (!out[i])
			return -ENOMEM;
	}
	return 0;
}

static int set_key(char **text, const char *path, const char *key, const char *const *values,
		   size_t count, struct error *error)
{
	char *next = NULL;
	int ret = config_edit_set(*text, strlen(*text), path, key, values, count, &next, error);

	if (ret)
		return ret;
	free(*text);
	*text = next;
	return 0;
}

static const char made[] =
	"# made by 'telprobe targets add'; 'telprobe config explain' lists the keys\n";
static const char options_note[] = "# 'options' are all that is told of a command line: that "
				   "--help was given as help_viewed,\n"
				   "# others that are added as features\n";

static int set_processes(char **text, const char *path, struct error *error)
{
	const char *is_told = "true", *help = "--help";
	int ret = set_key(text, path, "processes", &is_told, 1, error);

	return ret ? ret : set_key(text, path, "options", &help, 1, error);
}

/* The file as it will stand in targets.d; the caller frees *out, also on failure. */
static int write_text(const struct cli *cli, const char *name, const char *const *paths,
		      size_t count, char **out, struct error *error)
{
	const bool has_processes = cli_flag(cli, "processes");
	const char *value;
	size_t i;
	int ret;

	if (asprintf(out, "%s%s", made, has_processes ? options_note : "") < 0)
		*out = NULL;
	if (!*out)
		return error_set(error, -ENOMEM, "out of memory");
	ret = set_key(out, name, "paths", paths, count, error);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]) && !ret; i++) {
		value = cli_option(cli, keys[i].option);
		if (value)
			ret = set_key(out, name, keys[i].key, &value, 1, error);
	}
	if (!ret && has_processes)
		ret = set_processes(out, name, error);
	return ret;
}

/* Behind what stands there: a list of mappings is more than config_edit.h writes. */
static int add_span(char **text, const struct config_span *span, struct error *error)
{
	char *key = target_spans_text(span), *whole = NULL;

	if (!key || asprintf(&whole, "%s%s", *text, key) < 0)
		whole = NULL;
	free(key);
	if (!whole)
		return error_set(error, -ENOMEM, "out of memory");
	free(*text);
	*text = whole;
	return 0;
}

static cJSON *json_of(const struct config_change *change)
{
	cJSON *json = cJSON_CreateObject();

	if (cJSON_AddStringToObject(json, "target", change->target) &&
	    cJSON_AddStringToObject(json, "file", change->path))
		return json;
	cJSON_Delete(json);
	return NULL;
}

static int tell(const struct cli *cli, const struct config_change *change, const char *what)
{
	if (cli_flag(cli, "json"))
		return reload_and_tell(cli, change->directory, json_of(change));
	text_print(change->path, stdout);
	printf(" %s\n", what);
	return reload_and_tell(cli, change->directory, NULL);
}

static int add(const struct cli *cli, struct config_change *change, const char *const *paths,
	       size_t count)
{
	const bool has_span = target_spans_asked(cli) != NULL;
	struct error error = { 0 };
	struct config_span span;
	char *text = NULL;
	int ret = has_span ? target_spans_parse(cli, &span, &error) : 0;

	if (!ret && !cli_flag(cli, "force"))
		ret = target_files_check(paths, count, has_span || cli_flag(cli, "processes"),
					 &error);
	if (!ret && has_span && !cli_flag(cli, "force"))
		ret = target_spans_check(&span, paths, count, &error);
	if (!ret)
		ret = write_text(cli, change->target, paths, count, &text, &error);
	if (!ret && has_span)
		ret = add_span(&text, &span, &error);
	if (!ret)
		ret = config_write_target(change, text, &error);
	free(text);
	return ret ? config_set_refused(cli, &error) : tell(cli, change, "is made");
}

int targets_add(const struct cli *cli, const char *name, const char *const *paths, size_t count)
{
	struct config_change change = { .directory = targets_directory(cli), .target = name };
	char **absolute = calloc(count, sizeof(*absolute));
	struct error error;
	size_t i;
	int ret;

	ret = absolute ? make_absolute(paths, count, absolute) : -ENOMEM;
	if (ret) {
		error_set(&error, ret, "out of memory");
		ret = cli_fail(cli, &error);
	} else {
		ret = add(cli, &change, (const char *const *)absolute, count);
	}
	for (i = 0; absolute && i < count; i++)
		free(absolute[i]);
	free(absolute);
	return ret;
}

/* Which one was meant, if the files can be read. */
static void hint_nearest(const char *directory, const char *name, struct error *error)
{
	struct config *config = NULL;
	struct nearest nearest;
	size_t i;

	error_set(error, -ENOENT, "there is no target '%s' in '%s/targets.d'", name, directory);
	error_hint(error, "'telprobe targets' lists them");
	if (config_examine(directory, &config, NULL))
		return;
	nearest_init(&nearest, name, strlen(name));
	for (i = 0; i < config->target_count; i++)
		nearest_try(&nearest, config->targets[i].name);
	if (nearest.best)
		error_hint(error, "did you mean '%s'?", nearest.best);
	config_free(config);
}

int targets_remove(const struct cli *cli, const char *name)
{
	struct config_change change = { .directory = targets_directory(cli), .target = name };
	struct error error;
	int ret;

	ret = config_write_removal(&change, &error);
	if (ret == -ENOENT)
		hint_nearest(change.directory, name, &error);
	if (ret)
		return config_set_refused(cli, &error);
	return tell(cli, &change,
		    "is removed; what was recorded stays: 'telprobe delete' erases it");
}
