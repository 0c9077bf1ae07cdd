/* SPDX-License-Identifier: GPL-2.0-only */
/* tasks.c - a small task list, and how a command-line tool is instrumented with telprobe.h.
 *	tasks [add TEXT | list | sync | export | think] [--careful] [--no-telemetry]
 *	      [--fail] [--cancel] [--crash]	a network that is down, a person who gives up, a bug
 * TASKS_FILE names the file, else tasks.txt. Note what the markers do not carry: the text of a
 * task, the name of the file, the message of an error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "telprobe.h"

struct options {
	const char *text;
	int is_careful, fails, is_cancelled, crashes;
};

static void pretend_to_work(long ms)
{
	struct timespec time = { 0, ms * 1000000 };

	nanosleep(&time, NULL);
}

static FILE *open_tasks(const char *mode)
{
	const char *path = getenv("TASKS_FILE");
	FILE *file = fopen(path ? path : "tasks.txt", mode);

	if (!file)
		TELPROBE_ERROR("storage", "open", TELPROBE_SEVERITY_ERROR, 0, 0);
	return file;
}

/* Each command returns NULL, or the category of its failure: a name, fit for a marker. */
static const char *add(const struct options *options)
{
	FILE *file = open_tasks("a");

	if (!file)
		return "storage";
	fprintf(file, "%s\n", options->text);
	TELPROBE_COUNT("tasks.added", 1, 0);
	return fclose(file) ? "storage" : NULL;
}

static const char *list(const struct options *options)
{
	FILE *file = open_tasks("a+");
	int byte, lines = 0;

	if (!file)
		return "storage";
	while ((byte = getc(file)) != EOF)
		lines += byte == '\n';
	fclose(file);
	printf("%d tasks\n", lines);
	TELPROBE_MEASURE("tasks.shown", lines, "tasks", 0);
	return options->fails ? "display" : NULL;
}

static int connect_once(int succeeds)
{
	TELPROBE_SPAN_SCOPE(call, TELPROBE_CALL, "connect");

	pretend_to_work(2);
	if (!succeeds)
		TELPROBE_SCOPE_FAILED(call, "network");
	return succeeds;
}

static const char *sync_tasks(const struct options *options)
{
	TELPROBE_TAG("backend", "demo", 0);
	for (int attempt = 1; attempt <= 3; attempt++) {
		TELPROBE_COUNT("api.calls", 1, 0);
		if (connect_once(attempt > 1 && !options->fails)) {
			TELPROBE_RECOVERED("network", "refused", attempt, 0);
			return NULL;
		}
		TELPROBE_ERROR("network", "refused", TELPROBE_SEVERITY_WARNING, attempt < 3, 0);
	}
	return "network";
}

static const char *export_tasks(const struct options *options)
{
	TELPROBE_FEATURE("export.csv", TELPROBE_FEATURE_USED, "command-line");
	pretend_to_work(3);
	return options->is_cancelled ? "cancelled" : NULL;
}

static void plan(const struct options *options)
{
	TELPROBE_SPAN_SCOPE(step, TELPROBE_STEP, "plan");
	TELPROBE_SPAN_SCOPE(tool, TELPROBE_TOOL, "search"); /* inside the step */

	pretend_to_work(options->is_careful ? 4 : 1);
	if (options->crashes)
		abort();
}

static const char *think(const struct options *options)
{
	uint64_t start_ns = TELPROBE_IS_ON(span_done) ? TELPROBE_NOW() : 0;

	TELPROBE_TAG("model", options->is_careful ? "large" : "small", 0);
	plan(options);
	TELPROBE_COUNT("tokens.output", 128, 0);
	if (start_ns)
		TELPROBE_SPAN_DONE(TELPROBE_PHASE, "answer", start_ns, TELPROBE_OK, NULL);
	return NULL;
}

static const struct {
	const char *name;
	const char *(*run)(const struct options *options);
} commands[] = { { "add", add },
		 { "list", list },
		 { "sync", sync_tasks },
		 { "export", export_tasks },
		 { "think", think } };

static int run(size_t i, const struct options *options)
{
	/* the table's name, not the word that was typed: a constant of this program */
	TELPROBE_COMMAND_SCOPE(command, "tasks", commands[i].name,
			       options->is_careful ? "careful" : "quick");
	const char *failure = commands[i].run(options);

	if (!failure)
		return 0;
	if (options->is_cancelled)
		TELPROBE_SCOPE_CANCELLED(command);
	else
		TELPROBE_SCOPE_FAILED(command, failure);
	fprintf(stderr, "tasks: cannot %s: %s\n", commands[i].name, failure);
	return 1;
}

int main(int argc, char **argv)
{
	struct options options = { .text = argc > 2 ? argv[2] : "something" };
	const char *word = argc > 1 ? argv[1] : "list";

	for (int i = 1; i < argc; i++) {
		options.is_careful |= !strcmp(argv[i], "--careful");
		options.fails |= !strcmp(argv[i], "--fail");
		options.is_cancelled |= !strcmp(argv[i], "--cancel");
		options.crashes |= !strcmp(argv[i], "--crash");
		if (!strcmp(argv[i], "--no-telemetry"))
			TELPROBE_OPT_OUT();
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(word, commands[i].name))
			return run(i, &options);
	fprintf(stderr, "tasks: no command '%s'\n", word);
	return 2;
}
