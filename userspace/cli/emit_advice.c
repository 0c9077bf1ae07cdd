/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/emit_advice.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/notice.h"
#include "service/config.h"

struct emit_advice {
	const char *directory;
	bool is_read;
	struct config *config;
	const struct config_target *target; /* of this program; NULL: none, or not known */
};

static bool is_of(const struct config_target *target, const char *program)
{
	size_t i;

	for (i = 0; i < target->path_count; i++)
		if (!fnmatch(target->paths[i], program, FNM_PATHNAME | FNM_PERIOD))
			return true;
	return false;
}

static const struct config_target *find_target(const struct config *config, const char *program)
{
	size_t i;

	for (i = 0; i < config->target_count; i++)
		if (is_of(&config->targets[i], program))
			return &config->targets[i];
	return NULL;
}

static void advise_on_names(const struct config_target *target, const struct emit_event *event)
{
	const char *texts[EMIT_ARGUMENTS];
	int count = emit_texts(event, texts), i;

	for (i = 0; i < count; i++)
		if (!config_target_declares(target, texts[i]))
			notice("'%s' is kept as [UNDECLARED]: it is not among the names of '%s'",
			       texts[i], target->file);
}

/* The target that names this program. */
static void find_own(struct emit_advice *advice)
{
	char program[PATH_MAX];
	struct error error;
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	advice->is_read = true;
	if (length < 0)
		return;
	program[length] = '\0';
	if (config_read(advice->directory, &advice->config, &error)) {
		notice("whether names are declared cannot be told: %s", error.what);
		return;
	}
	advice->target = find_target(advice->config, program);
	if (!advice->target)
		notice("no file of '%s/targets.d' names '%s'", advice->directory, program);
}

struct emit_advice *emit_advice_new(const char *directory)
{
	struct emit_advice *advice = calloc(1, sizeof(*advice));

	if (advice)
		advice->directory = directory;
	return advice;
}

void emit_advice_free(struct emit_advice *advice)
{
	if (!advice)
		return;
	config_free(advice->config);
	free(advice);
}

void emit_advise(struct emit_advice *advice, const struct emit_event *event, bool is_heard)
{
	if (!advice)
		return;
	notice("%s: %s", emit_marker_name(event->marker),
	       is_heard ? "somebody listens" : "nobody listens; nothing was told");
	if (!advice->is_read)
		find_own(advice);
	if (advice->target)
		advise_on_names(advice->target, event);
}
