/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/database.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

const char *database_path(const struct cli *cli)
{
	const char *path = cli_option(cli, "db");

	if (!path)
		path = getenv("TELPROBE_DB");
	return path && *path ? path : NULL;
}

int database_open(const struct cli *cli, enum store_mode mode, struct store **out)
{
	const char *path = database_path(cli);
	struct error error;

	if (!path) {
		error_set(&error, -EINVAL, "which database? neither --db nor $TELPROBE_DB is set");
		error_hint(&error, "keep events with: telprobe run --db FILE -- CMD");
		return cli_misuse_error(cli, &error);
	}
	if (mode == STORE_WRITE && store_open(path, STORE_READ, (uint32_t)getuid(), out, &error))
		return cli_fail(cli, &error);
	if (mode == STORE_WRITE)
		store_close(*out);
	if (store_open(path, mode, (uint32_t)getuid(), out, &error))
		return cli_fail(cli, &error);
	return 0;
}
