/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/binary.h"
#include "cli/commands.h"
#include "cli/notice.h"
#include "inspect/inspector.h"
#include "report/text.h"

enum { PROBE, PLACE, SEMAPHORE, COST, USABLE, ARGUMENTS, OFFSET, KIND, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[PROBE] = { "probe", "probe", GRID_TEXT },
	[KIND] = { NULL, "kind", GRID_TEXT },
	[OFFSET] = { NULL, "file_offset", GRID_COUNT },
	[PLACE] = { "offset", NULL, GRID_TEXT },
	[SEMAPHORE] = { "semaphore", "semaphore", GRID_TEXT },
	[COST] = { "cost of a hit", "cost", GRID_TEXT },
	[USABLE] = { "usable", "usable", GRID_TEXT },
	[ARGUMENTS] = { "arguments", "arguments", GRID_TEXT },
};

#define FUNCTION "function:"

enum { FILE_NUMBER = 1 }; /* under which the reader keeps the file */

struct looked { /* at a file */
	struct inspector *inspector;
	struct inspection *found;
	struct inspect_names names; /* of functions that were asked for */
	struct inspect_function *functions;
	const char *pattern; /* NULL: all probes */
	bool is_of_functions;
};

static int find_functions(struct looked *looked, struct error *error)
{
	size_t i;
	int ret;

	ret = inspector_names(looked->inspector, FILE_NUMBER, looked->pattern, &looked->names);
	looked->functions = calloc(looked->names.count + 1, sizeof(*looked->functions));
	if (!ret && !looked->functions)
		ret = -ENOMEM;
	for (i = 0; i < looked->names.count && !ret; i++)
		ret = inspector_function(looked->inspector, FILE_NUMBER, looked->names.names[i],
					 &looked->functions[i]);
	return ret ? error_set(error, ret, "cannot look for functions: %s", error_text(ret)) : 0;
}

static int look_at(struct looked *looked, int fd, const char *name, struct error *error)
{
	int ret = inspector_look(looked->inspector, fd, &looked->found, error);

	if (ret == -ENOEXEC) {
		error_set(error, ret, "'%s' is no ELF file: no program or library", name);
		error_hint(error, "of a script, name what interprets it");
	}
	if (ret || !looked->is_of_functions)
		return ret;
	ret = inspector_keep(looked->inspector, FILE_NUMBER, fd, error);
	return ret ? ret : find_functions(looked, error);
}

static int look(struct looked *looked, const char *name, struct error *error)
{
	int fd, ret;

	ret = inspector_new(&looked->inspector, error); /* before anything is open */
	if (ret)
		return ret;
	fd = binary_open(name, error);
	if (fd < 0)
		return fd;
	ret = look_at(looked, fd, name, error);
	close(fd);
	return ret;
}

static void looked_clear(struct looked *looked)
{
	inspector_free(looked->inspector);
	inspection_free(looked->found);
	inspect_names_clear(&looked->names);
	free(looked->functions);
}

static void fill_function(struct grid *grid, const struct inspection *found, const char *name,
			  const struct inspect_function *function)
{
	uint32_t reason = found->has_go ? INSPECT_GO : function->entry_reason;
	char text[INSPECT_SYMBOL + sizeof(FUNCTION)];

	grid_row(grid);
	snprintf(text, sizeof(text), FUNCTION "%s", name);
	grid_text(grid, PROBE, text);
	grid_text(grid, KIND, "function");
	grid_number(grid, OFFSET, (double)function->entry.file_offset);
	snprintf(text, sizeof(text), "0x%" PRIx64, function->entry.file_offset);
	grid_text(grid, PLACE, reason ? NULL : text);
	grid_text(grid, SEMAPHORE, NULL);
	grid_text(grid, COST, reason ? NULL : inspect_cost_text(function->entry.cost));
	grid_text(grid, USABLE, reason ? inspect_reason_text(reason) : "yes");
	snprintf(text, sizeof(text), "returns at %u place%s", function->return_count,
		 text_s(function->return_count));
	if (function->return_reason)
		snprintf(text, sizeof(text), "no 'end: return': %s",
			 inspect_reason_text(function->return_reason));
	grid_text(grid, ARGUMENTS, reason ? NULL : text);
}

static void fill_row(struct grid *grid, const struct inspect_site *site, const char *probe)
{
	char text[40];

	grid_row(grid);
	grid_text(grid, PROBE, probe);
	grid_text(grid, KIND, site->marker >= 0 ? "marker" : "foreign");
	grid_number(grid, OFFSET, (double)site->file_offset);
	snprintf(text, sizeof(text), "0x%" PRIx64, site->file_offset);
	grid_text(grid, PLACE, text);
	snprintf(text, sizeof(text), "0x%" PRIx64, site->semaphore_offset);
	grid_text(grid, SEMAPHORE, site->semaphore_offset ? text : NULL);
	grid_text(grid, COST, inspect_cost_text(site->cost));
	grid_text(grid, USABLE,
		  site->reason == INSPECT_USABLE ? "yes" : inspect_reason_text(site->reason));
	grid_text(grid, ARGUMENTS, site->arguments[0] ? site->arguments : NULL);
}

static bool fits(const char *pattern, const struct inspect_site *site, const char *probe)
{
	return !pattern || !fnmatch(pattern, probe, 0) || !fnmatch(pattern, site->name, 0);
}

static struct grid *fill(const struct looked *looked)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	const struct inspection *found = looked->found;
	char probe[2 * INSPECT_NAME];
	size_t i;

	for (i = 0; grid && i < found->site_count && !looked->is_of_functions; i++) {
		snprintf(probe, sizeof(probe), "%s:%s", found->sites[i].provider,
			 found->sites[i].name);
		if (fits(looked->pattern, &found->sites[i], probe))
			fill_row(grid, &found->sites[i], probe);
	}
	for (i = 0; grid && i < looked->names.count; i++)
		fill_function(grid, found, looked->names.names[i], &looked->functions[i]);
	return grid;
}

static const char *text_of_none(const struct looked *looked)
{
	if (looked->is_of_functions)
		return "no such functions in this file: it may be stripped of their names, or call "
		       "them otherwise (C++: 'function:*NAME*')";
	return looked->found->site_count
		       ? "no such probes in this file; without a pattern all are listed"
		       : "no probes in this file: it was built without telprobe.h, or stripped of "
			 "its notes; its functions: 'function:PATTERN'";
}

static int print(const struct cli *cli, const struct looked *looked)
{
	const struct inspection *found = looked->found;
	int status = answer_grid(cli, fill(looked), text_of_none(looked));

	if (found->site_total > found->site_count && !looked->is_of_functions)
		notice("%zu more are damaged or beyond the limit of %d",
		       found->site_total - found->site_count, INSPECT_SITES);
	if (looked->names.total > looked->names.count)
		notice("%zu more fit: %d are listed; a narrower pattern finds the others",
		       looked->names.total - looked->names.count, INSPECT_FUNCTIONS);
	return status;
}

static int run(struct cli *cli)
{
	struct looked looked = { .pattern = cli_argv(cli)[1] };
	struct error error = { 0 };
	int status;

	if (looked.pattern && !strncmp(looked.pattern, FUNCTION, sizeof(FUNCTION) - 1)) {
		looked.is_of_functions = true;
		looked.pattern += sizeof(FUNCTION) - 1;
	}
	if (looked.pattern && strlen(looked.pattern) >= INSPECT_SYMBOL)
		return cli_misuse(cli, "the pattern is too long");
	status = look(&looked, cli_argv(cli)[0], &error) ? cli_fail(cli, &error)
							 : print(cli, &looked);
	looked_clear(&looked);
	return status;
}

static const struct cli_option options[] = { CLI_OPTION_JSON, { 0 } };

static const struct cli_example examples[] = {
	{ .command = "telprobe probes build/apps/all", .what = "every probe of a program" },
	{ .command = "telprobe probes build/apps/all 'command_*'",
	  .what = "those whose name fits" },
	{ .command = "telprobe probes build/apps/all 'function:ma*'",
	  .what = "functions, and whether a target's spans can use them" },
	{ .command = "telprobe probes --json sh", .what = "of a command in PATH, for a program" },
	{ 0 },
};

const struct cli_command probes_command = {
	.name = "probes",
	.summary = "list the markers, USDT probes and functions of a program or library",
	.synopsis = "BINARY [PATTERN] [--json]",
	.description =
		"Lists telprobe's markers and those of other providers, where they are, whether\n"
		"they have a semaphore (they cost nothing while nobody listens), what a hit\n"
		"costs and, where one cannot be used, why. PATTERN is a shell pattern for\n"
		"provider:name or name; 'function:PATTERN' lists functions, as the symbol table\n"
		"calls them, up to 256, and whether the 'spans' of a target can begin and end\n"
		"there. The file is read by a process that may do nothing else.",
	.options = options,
	.examples = examples,
	.arguments_min = 1,
	.arguments_max = 2,
	.run = run,
};
