/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/config_file.h"
#include "service/config_keys.h"

#define MACHINE_FILE "telprobe.yaml"
#define TARGETS	     "targets.d"
#define ENDING	     ".yaml"

struct names { /* of the files in a directory */
	char **items;
	size_t count, room;
};

static int no_memory(const char *path, struct error *error)
{
	return error_set(error, -ENOMEM, "cannot read '%s': %s", path, error_text(-ENOMEM));
}

static int read_keys(int directory, const char *name, const struct config_into *into)
{
	size_t size = 0;
	char *bytes;
	int ret;

	ret = config_file_read(directory, name, into->path, &bytes, &size, into->error);
	if (ret)
		return ret;
	ret = config_yaml_each(bytes, size, into->path, config_keys_set, (void *)into, into->error);
	free(bytes);
	return ret;
}

/* --- one target ---------------------------------------------------------------------------- */

static void list_clear(char **list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(list[i]);
	free(list);
}

void config_target_clear(struct config_target *target)
{
	list_clear(target->paths, target->path_count);
	list_clear(target->names, target->name_count);
	list_clear(target->subcommands, target->subcommand_count);
	list_clear(target->options, target->option_count);
	list_clear(target->sampling, target->sampling_count);
	free(target->spans);
	free(target->file);
	memset(target, 0, sizeof(*target));
}

bool config_target_declares(const struct config_target *target, const char *text)
{
	size_t i;

	for (i = 0; i < target->name_count; i++)
		if (!strcmp(target->names[i], text))
			return true;
	return false;
}

static int set_name(struct config_target *target, struct error *error)
{
	const char *slash = strrchr(target->file, '/'), *name = slash ? slash + 1 : target->file;
	size_t length = strlen(name), ending = strlen(ENDING);

	if (length > ending && !strcmp(name + length - ending, ENDING) &&
	    length - ending < sizeof(target->name))
		memcpy(target->name, name, length - ending);
	if (consent_target_is_valid(target->name))
		return 0;
	error_set(error, -EINVAL, "'%s': the name of a target cannot come from that", target->file);
	error_hint(error, "call the file NAME.yaml; NAME is 1 to 63 letters, digits or _ . + -, "
			  "a letter or digit first");
	return -EINVAL;
}

/* Words of a command line are looked for in runs alone. */
static int check_runs(const struct config_target *target, struct error *error)
{
	static const char *const keys[] = { "subcommands", "options" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]) && !target->tells_runs; i++) {
		uint32_t line = config_keys_line(target->lines, keys[i]);

		if (!line)
			continue;
		error_set(error, -EINVAL,
			  "%s:%" PRIu32 ": '%s' has no meaning without 'processes: true'",
			  target->file, line, keys[i]);
		error_hint(error, "add that, or remove this; what markers say is declared by "
				  "'names'");
		return -EINVAL;
	}
	return 0;
}

/* What no key alone tells. */
static int check_target(struct config_target *target, struct error *error)
{
	uint32_t level_line = config_keys_line(target->lines, "level");

	if (!target->path_count) {
		error_set(error, -EINVAL, "%s:1: 'paths' is missing", target->file);
		error_hint(error, "say what to watch: paths: /usr/bin/%s", target->name);
		return -EINVAL;
	}
	if (level_line && target->policy != CONSENT_OPT_OUT) {
		error_set(error, -EINVAL, "%s:%" PRIu32 ": 'level' has no meaning with policy %s",
			  target->file, level_line, consent_policy_name(target->policy));
		error_hint(error, "remove it, or add 'policy: opt-out'; 'level_max' is the limit");
		return -EINVAL;
	}
	if (level_line && target->level_default > target->level_max) {
		error_set(error, -EINVAL,
			  "%s:%" PRIu32 ": 'level' is %s, above 'level_max', which "
			  "is %s",
			  target->file, level_line, consent_level_name(target->level_default),
			  consent_level_name(target->level_max));
		error_hint(error, "lower the one or raise the other");
		return -EINVAL;
	}
	return check_runs(target, error);
}

/* The machine's limits hold for each target. */
static void apply_limits(struct config_target *target, enum tp_level level_max, uint8_t without)
{
	if (target->level_max > level_max)
		target->level_max = level_max;
	if (target->level_default > target->level_max)
		target->level_default = target->level_max;
	target->without |= without;
}

/* @name in @directory, called @path, which is taken over, also on failure. */
static int read_target(int directory, const char *name, char *path, struct config_target *out,
		       struct error *error)
{
	struct config_target target = { .file = path };
	const struct config_into into = { .is_target = true,
					  .into = &target,
					  .lines = target.lines,
					  .path = path,
					  .error = error };
	int ret;

	ret = set_name(&target, error);
	if (ret)
		goto clear;
	config_keys_default(&into);
	ret = read_keys(directory, name, &into);
	if (!ret)
		ret = check_target(&target, error);
	if (ret)
		goto clear;
	apply_limits(&target, TP_LEVEL_FULL, 0);
	*out = target;
	return 0;
clear:
	config_target_clear(&target);
	return ret;
}

int config_read_target(const char *path, struct config_target *out, struct error *error)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *copy = strdup(path), *parent;
	int directory, ret;

	parent = slash == path ? strdup("/")
		 : slash       ? strndup(path, (size_t)(slash - path))
			       : strdup(".");
	if (!copy || !parent) {
		ret = no_memory(path, error);
		goto free;
	}
	directory = config_directory_open(parent, error);
	if (directory < 0) {
		ret = directory;
		goto free;
	}
	free(parent);
	ret = read_target(directory, name, copy, out, error);
	close(directory);
	return ret;
free:
	free(copy);
	free(parent);
	return ret;
}

/* --- all targets --------------------------------------------------------------------------- */

static void add_problem(struct config *config, const struct error *error)
{
	struct config_problem *problem;

	if (config->problem_count == CONFIG_PROBLEMS) {
		problem = &config->problems[CONFIG_PROBLEMS - 1];
		snprintf(problem->text, sizeof(problem->text),
			 "and more like these; mend them first");
		return;
	}
	problem = &config->problems[config->problem_count++];
	snprintf(problem->text, sizeof(problem->text), "%s%s%s", error->what,
		 error->hint[0] ? "; " : "", error->hint);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void clear_names(struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

static int add_name(struct names *names, const char *name)
{
	size_t room = names->room ? 2 * names->room : 64;
	char **items;

	if (names->count == names->room) {
		items = realloc(names->items, room * sizeof(*items));
		if (!items)
			return -ENOMEM;
		names->items = items;
		names->room = room;
	}
	names->items[names->count] = strdup(name);
	if (!names->items[names->count])
		return -ENOMEM;
	names->count++;
	return 0;
}

/* Files somebody may have meant as targets; the rest (README, x.yaml~, .x.swp) is none of ours. */
static bool is_meant(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] != '.' && dot && (!strcmp(dot, ENDING) || !strcmp(dot, ".yml"));
}

static int list_names(int directory, struct names *names)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!listing) {
		ret = -errno;
		if (fd >= 0)
			close(fd);
		return ret;
	}
	errno = 0;
	while (!ret && (entry = readdir(listing))) {
		if (is_meant(entry->d_name))
			ret = add_name(names, entry->d_name);
		if (!ret)
			errno = 0;
	}
	if (!ret && errno)
		ret = -errno;
	closedir(listing);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), by_name);
	return ret;
}

/* Return: another target that has one of @target's paths already, and which. */
static const struct config_target *find_path(const struct config *config,
					     const struct config_target *target, size_t *out_path)
{
	size_t i, k, mine;

	for (i = 0; i < config->target_count; i++)
		for (k = 0; strcmp(config->targets[i].name, target->name) != 0 &&
			    k < config->targets[i].path_count;
		     k++)
			for (mine = 0; mine < target->path_count; mine++)
				if (!strcmp(config->targets[i].paths[k], target->paths[mine])) {
					*out_path = mine;
					return &config->targets[i];
				}
	return NULL;
}

static int refuse_duplicate(const struct config_target *target, const char *path,
			    const struct config_target *other, struct error *error)
{
	error_set(error, -EINVAL,
		  "%s:%" PRIu32 ": '%s' belongs to target '%s' already (%s:%" PRIu32 ")",
		  target->file, config_keys_line(target->lines, "paths"), path, other->name,
		  other->file, config_keys_line(other->lines, "paths"));
	error_hint(error, "an event belongs to one target; remove it from one of the two");
	return -EINVAL;
}

/* Return: 0; -ENOMEM; others: that file is left out. */
static int add_target(struct config *config, int directory, const char *path, const char *name,
		      struct error *error)
{
	const struct config_target *other;
	struct config_target target;
	char *file;
	size_t at;
	int ret;

	if (config->target_count == CONFIG_TARGETS) {
		error_set(error, -EINVAL, "'%s/%s': there are %d targets already", path, name,
			  CONFIG_TARGETS);
		error_hint(error, "one target may name 32 paths, and patterns");
		return -EINVAL;
	}
	if (asprintf(&file, "%s/%s", path, name) < 0)
		return no_memory(path, error);
	ret = read_target(directory, name, file, &target, error);
	if (ret)
		return ret;
	other = find_path(config, &target, &at);
	if (other) {
		ret = refuse_duplicate(&target, target.paths[at], other, error);
		config_target_clear(&target);
		return ret;
	}
	apply_limits(&target, config->level_max, config->without);
	config->targets[config->target_count++] = target;
	return 0;
}

static int read_listed(struct config *config, int directory, const char *path, struct error *error)
{
	struct names names = { 0 };
	struct error problem;
	size_t i;
	int ret;

	ret = list_names(directory, &names);
	if (ret) {
		error_set(error, ret, "cannot read '%s': %s", path, error_text(ret));
		goto clear;
	}
	for (i = 0; i < names.count; i++) {
		ret = add_target(config, directory, path, names.items[i], &problem);
		if (ret == -ENOMEM) {
			no_memory(path, error);
			goto clear;
		}
		if (ret)
			add_problem(config, &problem);
	}
	ret = 0;
clear:
	clear_names(&names);
	return ret;
}

static int read_targets(struct config *config, int parent, const char *parent_path,
			struct error *error)
{
	struct error missing;
	int directory, ret;
	char *path;

	if (asprintf(&path, "%s/" TARGETS, parent_path) < 0)
		return no_memory(parent_path, error);
	directory = config_directory_enter(parent, TARGETS, path, &missing);
	if (directory >= 0) {
		ret = read_listed(config, directory, path, error);
		close(directory);
	} else {
		ret = directory == -ENOENT ? 0 : directory;
		if (ret && error)
			*error = missing;
	}
	free(path);
	return ret;
}

/* --- the machine --------------------------------------------------------------------------- */

static int read_machine(struct config *config, int directory, const char *name, struct error *error)
{
	struct error problem = { 0 };
	const struct config_into into = {
		.into = config, .lines = config->lines, .path = config->file, .error = &problem
	};
	int ret;

	config_keys_default(&into);
	ret = read_keys(directory, name, &into);
	if (ret == -ENOENT)
		return 0;
	if (ret && error)
		*error = problem;
	return ret;
}

static struct config *new_config(const char *directory)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	config->targets = calloc(CONFIG_TARGETS, sizeof(*config->targets));
	config->problems = calloc(CONFIG_PROBLEMS, sizeof(*config->problems));
	if (asprintf(&config->file, "%s/" MACHINE_FILE, directory) < 0)
		config->file = NULL;
	if (config->targets && config->problems && config->file)
		return config;
	config_free(config);
	return NULL;
}

/* Without the telprobe.yaml that was refused because of @problem. */
static int begin_again(const char *directory, struct config **config, struct error *problem)
{
	config_free(*config);
	*config = new_config(directory);
	if (!*config)
		return no_memory(directory, problem);
	config_keys_default(&(struct config_into){ .into = *config });
	add_problem(*config, problem);
	return 0;
}

/* @may_lack_machine: a telprobe.yaml that is refused is the first problem, its keys defaults */
static int read_all(const char *directory, bool may_lack_machine, struct config **out,
		    struct error *error)
{
	struct error problem = { 0 };
	struct config *config;
	int fd, ret;

	fd = config_directory_open(directory, error);
	if (fd < 0)
		return fd;
	config = new_config(directory);
	ret = config ? read_machine(config, fd, MACHINE_FILE, &problem)
		     : no_memory(directory, &problem);
	if (ret && ret != -ENOMEM && may_lack_machine)
		ret = begin_again(directory, &config, &problem);
	if (ret && error)
		*error = problem;
	if (!ret)
		ret = read_targets(config, fd, directory, error);
	close(fd);
	if (ret)
		config_free(config);
	else
		*out = config;
	return ret;
}

int config_read(const char *directory, struct config **out, struct error *error)
{
	return read_all(directory, false, out, error);
}

int config_examine(const char *directory, struct config **out, struct error *error)
{
	return read_all(directory, true, out, error);
}

/* --- what would be read -------------------------------------------------------------------- */

int config_try_machine(int directory, const char *name, const char *path, struct error *error)
{
	struct config *config = calloc(1, sizeof(*config));
	int ret;

	if (!config)
		return no_memory(path, error);
	config->file = strdup(path);
	ret = config->file ? read_machine(config, directory, name, error) : no_memory(path, error);
	config_free(config);
	return ret;
}

int config_try_target(const struct config *config, int directory, const char *name,
		      const char *path, struct error *error)
{
	const struct config_target *other;
	struct config_target target;
	char *file = strdup(path);
	size_t at;
	int ret;

	if (!file)
		return no_memory(path, error);
	ret = read_target(directory, name, file, &target, error);
	if (ret)
		return ret;
	other = find_path(config, &target, &at);
	if (other)
		ret = refuse_duplicate(&target, target.paths[at], other, error);
	config_target_clear(&target);
	return ret;
}

void config_free(struct config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config->target_count; i++)
		config_target_clear(&config->targets[i]);
	free(config->targets);
	firewall_options_clear(&config->privacy);
	free(config->problems);
	free(config->file);
	free(config);
}
