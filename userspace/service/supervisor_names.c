/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_names.c - names that targets declare: what the kernel side may read and tell, said by
 * markers or on command lines. */
#include <stdio.h>
#include <string.h>

#include "service/supervisor.h"

struct said {		 /* the words of a target that are said alike */
	uint32_t target; /* TP_DECLARED_OF() */
	char **texts;
	size_t count;
};

/* What stands for an option is told without its hyphens: nothing that is stored begins with one. */
static const char *told_as(const char *text)
{
	return text + strspn(text, "-");
}

/* Return: 0; -1: no room for all. */
static int add_said(struct supervisor *supervisor, const struct said *said, struct table *names)
{
	size_t i;

	for (i = 0; i < said->count; i++) {
		struct tp_declared_key key = { .target = said->target };
		uint32_t name = declared_number(&supervisor->declared, told_as(said->texts[i]));
		uint32_t *value;

		snprintf(key.text, sizeof(key.text), "%s", said->texts[i]);
		value = name ? table_add(names, &key) : NULL;
		if (!value)
			return -1;
		*value = name;
	}
	return 0;
}

static int add_names(struct supervisor *supervisor, uint32_t number, struct table *names)
{
	const struct config_target *config = supervisor->targets[number - 1].config;
	const struct said all[] = {
		{ TP_DECLARED_OF(number, TP_DECLARED_NAME), config->names, config->name_count },
		{ TP_DECLARED_OF(number, TP_DECLARED_SUBCOMMAND), config->subcommands,
		  config->subcommand_count },
		{ TP_DECLARED_OF(number, TP_DECLARED_OPTION), config->options,
		  config->option_count },
	};
	size_t i;
	int ret = 0;

	for (i = 0; i < sizeof(all) / sizeof(all[0]) && !ret; i++)
		ret = add_said(supervisor, &all[i], names);
	return ret;
}

static void collect(struct supervisor *supervisor, struct table *names)
{
	uint32_t number;

	table_init(names, sizeof(struct tp_declared_key), sizeof(uint32_t), TP_DECLARED);
	for (number = 1; number <= supervisor->target_count; number++) {
		struct supervised_target *target = &supervisor->targets[number - 1];

		if (target->config && add_names(supervisor, number, names))
			tell_problem(target, "no room for all of its names: those left out "
					     "are kept as [UNDECLARED]");
	}
}

static bool declares(const struct supervisor *supervisor, uint16_t object)
{
	uint32_t number = supervisor->files[object].target;

	return number && target_declares(&supervisor->targets[number - 1]);
}

/* Files attached already whose target is meant to read names from now on, or no more. */
static void switch_files(struct supervisor *supervisor, bool reads_names)
{
	struct error error = { 0 };
	uint16_t object;

	for (object = 1;
	     object <= capture_last_object(supervisor->capture) && supervisor_serve(supervisor);
	     object++) { /* to attach anew takes a grace period */
		uint32_t number = supervisor->files[object].target;

		if (!number || declares(supervisor, object) != reads_names ||
		    !capture_read_names(supervisor->capture, object, reads_names, &error))
			continue;
		target_lost(supervisor, object, error.what);
	}
}

bool target_declares(const struct supervised_target *target)
{
	return target->config && target->config->name_count;
}

uint16_t target_runs(const struct supervised_target *target)
{
	const struct config_target *config = target->config;

	if (!config || !config->tells_runs)
		return 0;
	return TP_RUNS | (config->subcommand_count ? TP_RUNS_SUBCOMMANDS : 0) |
	       (config->option_count ? TP_RUNS_OPTIONS : 0);
}

static void tell_runs(struct supervisor *supervisor)
{
	uint16_t object;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		uint32_t number = supervisor->files[object].target;

		if (number)
			capture_tell_runs(supervisor->capture, object,
					  target_runs(&supervisor->targets[number - 1]));
	}
}

void names_load(struct supervisor *supervisor)
{
	struct error error = { 0 };
	struct table names;

	collect(supervisor, &names);
	switch_files(supervisor, false);
	supervisor->is_reading_names = false;
	if (capture_declare(supervisor->capture, &names, &error))
		fprintf(stderr, "telprobe: %s; %s\n", error.what, error.hint);
	else
		supervisor->is_reading_names = names.count > 0;
	if (supervisor->is_reading_names)
		switch_files(supervisor, true);
	tell_runs(supervisor);
	table_clear(&names);
}
