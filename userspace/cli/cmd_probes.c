/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/notice.h"
#include "inspect/inspector.h"
#include "inspect/programs.h"
#include "report/grid.h"
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

/* A file of that name, else a command in PATH. Return: a descriptor, or negative. */
static int open_binary(const char *name, struct error *error)
{
	char word[4096];
	char *argv[] = { word, NULL };
	struct programs programs = { 0 };
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), code = errno;

	if (fd < 0 && code == ENOENT && !strchr(name, '/') &&
	    (size_t)snprintf(word, sizeof(word), "%s", name) < sizeof(word) &&
	    !programs_find(argv, getenv("PATH"), NULL, &programs, NULL) && programs.count)
		fd = open(programs.paths[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	programs_clear(&programs);
	if (fd >= 0)
		return fd;
	error_set(error, -code, "cannot open '%s': %s", name, error_text(code));
	return code == ENOENT ? error_hint(error, "name a program or library, or a command in PATH")
			      : -code;
}

static int inspect(const char *name, struct inspection **out, struct error *error)
{
	struct inspector *inspector = NULL;
	struct stat status;
	int fd, ret;

	ret = inspector_new(&inspector, error); /* before anything is open */
	if (ret)
		return ret;
	fd = open_binary(name, error);
	if (fd < 0) {
		ret = fd;
	} else if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		ret = error_set(error, -EINVAL, "'%s' is not a file", name);
		error_hint(error, "name a program or library");
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

static int print(const struct cli *cli, const struct inspection *found, struct error *error)
{
	const char *pattern = cli_argv(cli)[1];
	struct grid *grid = fill(found, pattern);
	int ret = grid ? 0 : -ENOMEM;

	if (grid && cli_flag(cli, "json"))
		ret = json_print(grid_json(grid), stdout);
	else if (grid && grid_rows(grid))
		ret = grid_print(grid, stdout);
	else if (grid && found->site_count)
		notice("no such probes in this file; without a pattern all are listed");
	else if (grid)
		notice("no probes in this file: it was built without telprobe.h, or stripped of "
		       "its notes");
	grid_free(grid);
	if (found->site_total > found->site_count)
		fprintf(stderr, "telprobe: %zu more are damaged or beyond the limit of %d\n",
			found->site_total - found->site_count, INSPECT_SITES);
	return ret ? error_set(error, ret, "out of memory") : 0;
}

static int run(struct cli *cli)
{
	struct inspection *found = NULL;
	struct error error = { 0 };
	int ret;

	ret = inspect(cli_argv(cli)[0], &found, &error);
	if (!ret)
		ret = print(cli, found, &error);
	inspection_free(found);
	return ret ? cli_fail(cli, &error) : CLI_DONE;
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
