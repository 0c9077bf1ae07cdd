/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/binary.h"
#include "cli/commands.h"
#include "cli/notice.h"
#include "inspect/inspector.h"

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

static int inspect(const char *name, struct inspection **out, struct error *error)
{
	struct inspector *inspector = NULL;
	int fd, ret;

	ret = inspector_new(&inspector, error); /* before anything is open */
	if (ret)
		return ret;
	fd = binary_open(name, error);
	if (fd < 0) {
		ret = fd;
	} else {
		ret = inspector_look(inspector, fd, out, error);
		if (ret == -ENOEXEC) {
			error_set(error, ret, "'%s' is no ELF file: no program or library", name);
			error_hint(error, "of a script, name what interprets it");
		}
	}
	if (fd >= 0)
		close(fd);
	inspector_free(inspector);
	return ret;
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

static struct grid *fill(const struct inspection *found, const char *pattern)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	char probe[2 * INSPECT_NAME];
	size_t i;

	for (i = 0; grid && i < found->site_count; i++) {
		snprintf(probe, sizeof(probe), "%s:%s", found->sites[i].provider,
			 found->sites[i].name);
		if (!pattern || !fnmatch(pattern, probe, 0) ||
		    !fnmatch(pattern, found->sites[i].name, 0))
			fill_row(grid, &found->sites[i], probe);
	}
	return grid;
}

static int print(const struct cli *cli, const struct inspection *found)
{
	const char *none = found->site_count
				   ? "no such probes in this file; without a pattern all are listed"
				   : "no probes in this file: it was built without telprobe.h, or "
				     "stripped of its notes";
	int status = answer_grid(cli, fill(found, cli_argv(cli)[1]), none);

	if (found->site_total > found->site_count)
		notice("%zu more are damaged or beyond the limit of %d",
		       found->site_total - found->site_count, INSPECT_SITES);
	return status;
}

static int run(struct cli *cli)
{
	struct inspection *found = NULL;
	struct error error = { 0 };
	int status;

	if (inspect(cli_argv(cli)[0], &found, &error))
		return cli_fail(cli, &error);
	status = print(cli, found);
	inspection_free(found);
	return status;
}

static const struct cli_option options[] = { CLI_OPTION_JSON, { 0 } };

static const struct cli_example examples[] = {
	{ .command = "telprobe probes build/apps/all", .what = "every probe of a program" },
	{ .command = "telprobe probes build/apps/all 'command_*'",
	  .what = "those whose name fits" },
	{ .command = "telprobe probes --json sh", .what = "of a command in PATH, for a program" },
	{ 0 },
};

const struct cli_command probes_command = {
	.name = "probes",
	.summary = "list the markers and USDT probes of a program or library",
	.synopsis = "BINARY [PATTERN] [--json]",
	.description =
		"Lists telprobe's markers and those of other providers, where they are, whether\n"
		"they have a semaphore (they cost nothing while nobody listens), what a hit\n"
		"costs and, where one cannot be used, why. PATTERN is a shell pattern for\n"
		"provider:name or name. The file is read by a process that may do nothing else.",
	.options = options,
	.examples = examples,
	.arguments_min = 1,
	.arguments_max = 2,
	.run = run,
};
