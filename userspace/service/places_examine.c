/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/places.h"
#include "service/places_judge.h"

struct examination {
	void (*tell)(const struct error *error, void *data);
	void *data;
};

static void told(const struct examination *examination, int code, const struct error *error)
{
	if (code)
		examination->tell(error, examination->data);
}

static int cannot_write(const char *path, struct error *error)
{
	int code = -errno;

	error_set(error, code, "cannot write to '%s': %s", path, error_text(code));
	return error_hint(error, code == -EROFS ? "the service has to write there: mount it "
						  "writable or choose another place"
						: "its directory must be writable by root");
}

/* It would be made. */
static int examine_missing(const char *path, struct error *error)
{
	char parent[4096];
	char *slash;
	int ret;

	snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	if (!slash)
		snprintf(parent, sizeof(parent), ".");
	else
		slash[slash == parent] = '\0';
	if (access(parent, F_OK)) {
		error_set(error, -errno, "cannot make '%s': %s", path, error_text(errno));
		return error_hint(error, "its parent directory must exist and be writable by root");
	}
	ret = places_judge_chain(parent, error);
	if (!ret && !geteuid() && access(parent, W_OK))
		ret = cannot_write(parent, error);
	return ret;
}

/* @uid: whose it may be beside root's; (uid_t)-1: not known */
static int examine_directory(const char *path, uid_t uid, struct error *error)
{
	char parent[4096];
	struct stat status;
	int ret;

	if (lstat(path, &status)) {
		if (errno == ENOENT)
			return examine_missing(path, error);
		return error_set(error, -errno, "cannot examine '%s': %s", path, error_text(errno));
	}
	if (!S_ISDIR(status.st_mode)) {
		error_set(error, -ENOTDIR, "cannot open '%s': it is no directory", path);
		return error_hint(error, "the service makes it itself if nothing is there; a link "
					 "is not followed");
	}
	ret = places_judge_directory(path, &status,
				     status.st_uid == 0 || status.st_uid == uid || uid == (uid_t)-1,
				     error);
	snprintf(parent, sizeof(parent), "%s/..", path);
	if (!ret)
		ret = places_judge_chain(parent, error);
	if (!ret && !geteuid() && access(path, W_OK))
		ret = cannot_write(path, error);
	return ret;
}

/* Asked of the kernel's list, because taking the lock could be in the way of one that starts.
 * Return: the process that holds it, 0: nobody. */
static pid_t lock_holder(const char *directory)
{
	char path[300], line[256], kind[16], mode[16];
	unsigned long inode;
	struct stat status;
	pid_t pid, found = 0;
	FILE *locks;

	snprintf(path, sizeof(path), "%s/lock", directory);
	if (lstat(path, &status))
		return 0;
	locks = fopen("/proc/locks", "re");
	while (locks && !found && fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*s %15s %*s %15s %d %*x:%*x:%lu", kind, mode, &pid, &inode) ==
			    4 &&
		    !strcmp(kind, "FLOCK") && !strcmp(mode, "WRITE") && inode == status.st_ino)
			found = pid;
	if (locks)
		fclose(locks);
	return found;
}

static int examine_lock(const char *directory, struct error *error)
{
	char path[300];
	struct stat status;

	snprintf(path, sizeof(path), "%s/lock", directory);
	if (!lstat(path, &status))
		return places_judge_lock(path, &status, error);
	if (errno == ENOENT || errno == ENOTDIR)
		return 0; /* it would be made; or the directory was told of */
	return error_set(error, -errno, "cannot examine '%s': %s", path, error_text(errno));
}

static int examine_socket(const char *path, struct error *error)
{
	struct stat status;

	if (lstat(path, &status) || S_ISSOCK(status.st_mode))
		return 0; /* whose it is, the lock tells */
	error_set(error, -EEXIST, "'%s' is there and is no socket", path);
	return error_hint(error, "the service listens there; move it away");
}

static pid_t examine_locks(const struct examination *examination,
			   const struct serve_options *options, const char *socket)
{
	pid_t state = lock_holder(options->state_directory);
	pid_t runtime = lock_holder(options->runtime_directory);
	struct error error;

	if (state && state == runtime)
		return state;
	if (state || runtime) {
		error_set(&error, -EBUSY, "another telprobe service (process %d) holds '%s/lock'",
			  state ? state : runtime,
			  state ? options->state_directory : options->runtime_directory);
		error_hint(&error, "one is enough; stop it first, by SIGTERM");
		examination->tell(&error, examination->data);
	} else if (places_is_listened_on(socket)) {
		error_set(&error, -EBUSY, "somebody listens on '%s' already", socket);
		error_hint(&error, "find out who: ss -xlp");
		examination->tell(&error, examination->data);
	}
	return 0;
}

pid_t places_examine(const struct serve_options *options, const struct accounts *accounts,
		     void (*tell)(const struct error *error, void *data), void *data)
{
	const struct examination examination = { tell, data };
	const uid_t unknown = (uid_t)-1;
	struct places places;
	struct error error;
	int ret;

	ret = places_name(options, &places, &error);
	told(&examination, ret, &error);
	if (ret)
		return 0;
	told(&examination,
	     examine_directory(places.runtime, accounts ? accounts->supervisor : unknown, &error),
	     &error);
	ret = examine_directory(options->state_directory, 0, &error);
	told(&examination, ret, &error);
	if (!ret && !access(options->state_directory, F_OK)) {
		ret = examine_directory(places.consent, accounts ? accounts->supervisor : unknown,
					&error);
		told(&examination, ret, &error);
		ret = examine_directory(places.events, accounts ? accounts->collector : unknown,
					&error);
		told(&examination, ret, &error);
	}
	told(&examination, examine_lock(options->state_directory, &error), &error);
	told(&examination, examine_lock(places.runtime, &error), &error);
	told(&examination, examine_socket(places.socket, &error), &error);
	return examine_locks(&examination, options, places.socket);
}
