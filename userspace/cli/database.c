/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/database.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/state.h"
#include "service/client.h"
#include "service/merged.h"

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

struct whose {
	uint32_t uid; /* CONTROL_OWN: the caller's */
	bool is_of_all;
};

/* A name or a number. Return: 0, or an exit status, already told. */
static int find_user(const struct cli *cli, const char *user, uint32_t *out_uid)
{
	const struct passwd *entry;
	unsigned long uid;
	struct error error;

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

static bool is_of_all(const struct cli *cli, enum store_mode mode)
{
	const char *user = cli_option(cli, "user");

	/* reading everybody's is what root asks for most; deleting it is never meant by default */
	return user ? !strcmp(user, "all") : mode == STORE_READ && !getuid();
}

bool database_is_of_all(const struct cli *cli)
{
	return !database_path(cli) && is_of_all(cli, STORE_READ);
}

static int find_whose(const struct cli *cli, enum store_mode mode, struct whose *out)
{
	const char *user = cli_option(cli, "user");

	*out = (struct whose){ .uid = CONTROL_OWN, .is_of_all = is_of_all(cli, mode) };
	return user && !out->is_of_all ? find_user(cli, user, &out->uid) : 0;
}

static int open_service(const struct whose *whose, struct store **out, struct error *error)
{
	return whose->is_of_all ? client_store_all(NULL, out, error)
				: client_store(NULL, whose->uid, out, error);
}

/* The same files, by the same code, for root while no service runs. Return: 0; -ENOENT: none. */
static int open_files(const struct whose *whose, enum store_mode mode, struct store **out,
		      struct error *error)
{
	const uint32_t uid = whose->uid == CONTROL_OWN ? getuid() : whose->uid;
	char directory[PATH_MAX];
	int ret;

	ret = state_events(directory, sizeof(directory));
	if (!ret && mode == STORE_WRITE)
		ret = state_lock(error);
	if (ret)
		return ret;
	ret = merged_store(directory, whose->is_of_all ? NULL : &uid, out, error);
	return ret;
}

/* Return: 0; -ENOENT: nothing to open at all. */
static int open_any(const struct whose *whose, enum store_mode mode, struct store **out,
		    bool *out_is_of_files, struct error *error)
{
	struct error of_files = { 0 };
	int ret = open_service(whose, out, error), opened;

	*out_is_of_files = false;
	if ((ret != -ENOENT && ret != -ECONNREFUSED) || getuid())
		return ret;
	opened = open_files(whose, mode, out, &of_files);
	if (opened == -ENOENT)
		return ret;
	*out_is_of_files = true;
	if (opened)
		*error = of_files;
	return opened;
}

static int no_database(const struct cli *cli)
{
	struct error error;

	error_set(&error, -EINVAL,
		  "which database? neither --db nor $TELPROBE_DB is set, and no service runs");
	error_hint(&error, "keep events with: telprobe run --db FILE -- CMD; or start the service: "
			   "telprobe serve, as root");
	return cli_misuse_error(cli, &error);
}

int database_open(const struct cli *cli, enum store_mode mode, struct store **out)
{
	const char *path = database_path(cli);
	bool is_of_files;
	struct error error;
	struct whose whose;
	int ret;

	if (path)
		return open_file(cli, path, mode, out);
	ret = find_whose(cli, mode, &whose);
	if (ret)
		return ret;
	ret = open_any(&whose, mode, out, &is_of_files, &error);
	if (!ret && is_of_files)
		fprintf(stderr, "telprobe: no service runs: %s its files\n",
			mode == STORE_READ ? "reading" : "changing");
	if (!ret)
		return 0;
	return ret == -ENOENT ? no_database(cli) : cli_fail(cli, &error);
}

int database_reopen(const struct cli *cli, struct store **out, struct error *error)
{
	const char *path = database_path(cli);
	bool is_of_files;
	struct whose whose;

	if (path)
		return store_open(path, STORE_READ, (uint32_t)getuid(), out, error);
	if (find_whose(cli, STORE_READ, &whose))
		return error_set(error, -EINVAL, "the user is gone");
	return open_any(&whose, STORE_READ, out, &is_of_files, error);
}
