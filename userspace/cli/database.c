/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/database.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/client.h"

const char *database_path(const struct cli *cli)
{
	const char *path = cli_option(cli, "db");

	if (!path)
		path = getenv("TELPROBE_DB");
	return path && *path ? path : NULL;
}

const char *database_name(const struct cli *cli)
{
	const char *path = database_path(cli);

	return path ? path : "the service";
}

static int open_file(const struct cli *cli, const char *path, enum store_mode mode,
		     struct store **out)
{
	struct error error;

	if (cli_option(cli, "user")) {
		error_set(&error, -EINVAL,
			  "--user does not go with a file: it holds one user's "
			  "events");
		error_hint(&error, "leave --user away, or --db and $TELPROBE_DB");
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

/* --user, a name or a number. Return: 0, or an exit status, already told. */
static int whose(const struct cli *cli, uint32_t *out_uid)
{
	const char *user = cli_option(cli, "user");
	const struct passwd *entry;
	unsigned long uid;
	struct error error;

	*out_uid = CONTROL_OWN;
	if (!user)
		return 0;
	errno = 0;
	uid = strtoul(user, NULL, 10);
	if (*user && strspn(user, "0123456789") == strlen(user)) {
		if (errno || uid >= CONTROL_OWN)
			return cli_misuse(cli, "no uid is as large as '%s'", user);
		*out_uid = (uint32_t)uid;
		return 0;
	}
	entry = getpwnam(user);
	if (entry) {
		*out_uid = entry->pw_uid;
		return 0;
	}
	error_set(&error, -EINVAL, "there is no user '%s'", user);
	error_hint(&error, "a uid works too, also that of a user who was removed");
	return cli_misuse_error(cli, &error);
}

int database_open(const struct cli *cli, enum store_mode mode, struct store **out)
{
	const char *path = database_path(cli);
	struct error error;
	uint32_t uid;
	int ret;

	if (path)
		return open_file(cli, path, mode, out);
	ret = whose(cli, &uid);
	if (ret)
		return ret;
	ret = client_store(NULL, uid, out, &error);
	if (!ret)
		return 0;
	if (ret != -ENOENT)
		return cli_fail(cli, &error);
	error_set(&error, -EINVAL,
		  "which database? neither --db nor $TELPROBE_DB is set, and no service runs");
	error_hint(&error, "keep events with: telprobe run --db FILE -- CMD; or start the service: "
			   "telprobe serve, as root");
	return cli_misuse_error(cli, &error);
}
