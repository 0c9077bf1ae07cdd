/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/answer.h"

#include <errno.h>
#include <stdio.h>

#include "cli/notice.h"

static int out_of_memory(const struct cli *cli, const char *done)
{
	struct error error;

	error_set(&error, -ENOMEM, "out of memory%s%s", done ? "; " : "", done ? done : "");
	return cli_fail(cli, &error);
}

int answer_grid(const struct cli *cli, struct grid *grid, const char *none)
{
	int ret = grid ? 0 : -ENOMEM;

	if (grid && cli_flag(cli, "json"))
		ret = json_print(grid_json(grid), stdout);
	else if (grid && none && !grid_rows(grid))
		notice("%s", none);
	else if (grid)
		ret = grid_print(grid, stdout);
	grid_free(grid);
	return ret ? out_of_memory(cli, NULL) : CLI_DONE;
}

int answer_json(const struct cli *cli, cJSON *json, const char *done)
{
	return json_print(json, stdout) ? out_of_memory(cli, done) : CLI_DONE;
}
