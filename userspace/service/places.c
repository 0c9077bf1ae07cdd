/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/places.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "service/places_judge.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* include/uapi/asm-generic/socket.h, Linux 6.16 */
#endif

enum { BACKLOG = 128 };

const char *const accounts_names[] = { "telprobe",	   "telprobe-collect", "telprobe-api",
				       "telprobe-inspect", "telprobe-attach",  NULL };

static int account_find(const char *name, uid_t *out_uid, gid_t *out_gid, struct error *error)
{
	const struct passwd *account = getpwnam(name);

	if (!account) {
		error_set(error, -ENOENT, "there is no account '%s'", name);
		return error_hint(error, ACCOUNTS_HINT, name);
	}
	if (account->pw_uid == 0) {
		error_set(error, -EINVAL, "account '%s' is root", name);
		return error_hint(error,
				  "no part of the service runs as root; give the account a "
				  "uid of its own: usermod -u UID %s",
				  name);
	}
	*out_uid = account->pw_uid;
	*out_gid = account->pw_gid;
	return 0;
}

static int refuse_equal(const char *name, const char *other, struct error *error)
{
	error_set(error, -EINVAL, "the service's accounts must be different users");
	return error_hint(error,
			  "'%s' and '%s' have one uid: its parts are kept from each other "
			  "by theirs; see: id %s",
			  name, other, name);
}

int accounts_find(struct accounts *out, struct error *error)
{
	struct {
		uid_t *uid;
		gid_t *gid;
	} const rows[] = {
		/* as accounts_names */
		{ &out->supervisor, &out->supervisor_group },
		{ &out->collector, &out->collector_group },
		{ &out->api, &out->api_group },
		{ &out->inspector, &out->inspector_group },
		{ &out->attach, &out->attach_group },
	};
	size_t i, j;
	int ret;

	for (i = 0; accounts_names[i]; i++) {
		ret = account_find(accounts_names[i], rows[i].uid, rows[i].gid, error);
		if (ret)
			return ret;
		for (j = 0; j < i; j++)
			if (*rows[j].uid == *rows[i].uid)
				return refuse_equal(accounts_names[i], accounts_names[j], error);
	}
	out->collector_account = out->collector;
	return 0;
}

/* Who may write a directory may put another in the place of what is in it, unless it is sticky. */
int places_judge_directory(const char *path, const struct stat *status, bool is_ours,
			   struct error *error)
{
	if (status->st_uid != 0 && !is_ours) {
		error_set(error, -EACCES, "'%s' belongs to another user (uid %u)", path,
			  status->st_uid);
		return error_hint(error, "who owns it can change what the service keeps there; "
					 "give it to root or choose another place");
	}
	if (status->st_mode & (S_IWGRP | S_IWOTH) && (is_ours || !(status->st_mode & S_ISVTX))) {
		error_set(error, -EACCES, "others may write '%s' (mode %03o)", path,
			  status->st_mode & 0777);
		return error_hint(error,
				  "they could put something else in its place: "
				  "chmod go-w '%s'",
				  path);
	}
	return 0;
}

int places_judge_chain(const char *directory, struct error *error)
{
	char *resolved = realpath(directory, NULL), *slash;
	struct stat status;
	int ret;

	if (!resolved)
		return error_set(error, -errno, "cannot examine '%s': %s", directory,
				 error_text(errno));
	do {
		if (stat(*resolved ? resolved : "/", &status))
			ret = error_set(error, -errno, "cannot examine '%s': %s", resolved,
					error_text(errno));
		else
			ret = places_judge_directory(*resolved ? resolved : "/", &status, false,
						     error);
		slash = strrchr(resolved, '/');
		if (slash)
			*slash = '\0';
	} while (!ret && slash);
	free(resolved);
	return ret;
}

static int judge_parents(const char *path, struct error *error)
{
	char parent[PATH_MAX];

	snprintf(parent, sizeof(parent), "%s/..", path);
	return places_judge_chain(parent, error);
}

static int directory_open(const char *path, struct error *error)
{
	int fd;

	if (mkdir(path, 0700) && errno != EEXIST) {
		error_set(error, -errno, "cannot make '%s': %s", path, error_text(errno));
		return error_hint(error, "its parent directory must exist and be writable by root");
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	error_set(error, -errno, "cannot open '%s': %s", path,
		  errno == ENOTDIR || errno == ELOOP ? "it is no directory" : error_text(errno));
	return error_hint(error, "the service makes it itself if nothing is there; a link is not "
				 "followed");
}

/* Made, or found as ours: a directory, no link, owned by @uid, not writable by others. */
static int directory_make(const char *path, uid_t uid, gid_t gid, mode_t mode, struct error *error)
{
	struct stat status;
	int fd = directory_open(path, error), ret;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status))
		ret = error_set(error, -errno, "cannot examine '%s'", path);
	else
		ret = places_judge_directory(path, &status,
					     status.st_uid == 0 || status.st_uid == uid, error);
	if (!ret && (fchown(fd, uid, gid) || fchmod(fd, mode))) {
		ret = error_set(error, -errno, "cannot take '%s' on: %s", path, error_text(errno));
		if (ret == -EROFS)
			error_hint(error, "the service has to write there: mount it writable or "
					  "choose another place");
	}
	close(fd);
	return ret;
}

#define LOCK_HINT "find out who put it there; the service makes a new one if none is there"

int places_judge_lock(const char *path, const struct stat *status, struct error *error)
{
	struct stat directory;
	char parent[300];

	snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(path, '/') - path), path);
	if (stat(parent, &directory))
		return error_set(error, -errno, "cannot examine '%s': %s", path, error_text(errno));
	if (S_ISREG(status->st_mode) && status->st_nlink == 1 &&
	    (status->st_uid == 0 || status->st_uid == directory.st_uid))
		return 0;
	error_set(error, -EEXIST, "'%s' is no file of the service", path);
	error_hint(error, LOCK_HINT);
	return -EEXIST;
}

static int lock_take(const char *directory, struct error *error)
{
	struct stat status;
	char path[300];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/lock", directory);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0) {
		ret = error_set(error, -errno, "cannot open '%s': %s", path, error_text(errno));
		if (ret == -ELOOP)
			error_hint(error, LOCK_HINT);
		return ret;
	}
	if (fstat(fd, &status))
		ret = error_set(error, -errno, "cannot examine '%s': %s", path, error_text(errno));
	else
		ret = places_judge_lock(path, &status, error);
	if (!ret && !flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	close(fd);
	if (ret)
		return ret;
	ret = error_set(error, -EBUSY, "another telprobe service holds '%s'", path);
	error_hint(error, "one is enough; stop it first, by SIGTERM");
	return ret;
}

bool places_is_listened_on(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, ret;

	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	ret = connect(fd, (const struct sockaddr *)&address, sizeof(address)) ? errno : 0;
	close(fd);
	return ret != ECONNREFUSED && ret != ENOENT;
}

/* What a service that was killed left is removed; nothing else is. */
static int socket_clear(const struct sockaddr_un *address, struct error *error)
{
	const char *path = address->sun_path;
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? 0
				       : error_set(error, -errno, "cannot examine '%s': %s", path,
						   error_text(errno));
	if (!S_ISSOCK(status.st_mode)) {
		error_set(error, -EEXIST, "'%s' is there and is no socket", path);
		return error_hint(error, "the service listens there; move it away");
	}
	if (places_is_listened_on(path)) {
		error_set(error, -EBUSY, "somebody listens on '%s' already", path);
		return error_hint(error, "find out who: ss -xlp");
	}
	return unlink(path)
		       ? error_set(error, -errno, "cannot remove '%s': %s", path, error_text(errno))
		       : 0;
}

/* From Linux 6.16: nobody can attach descriptors to a request. Otherwise who drops the last one is
 * the api, and closing can be made to take long (a TCP socket that lingers). */
static void refuse_descriptors(int fd)
{
	int no = 0;

	setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
}

static int socket_listen(const char *path, struct error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, ret;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(error, -ENAMETOOLONG, "'%s' is too long for a socket", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket_clear(&address, error);
	if (fd)
		return fd;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_set(error, -errno, "no socket: %s", error_text(errno));
	refuse_descriptors(fd);
	/* born with its mode: its directory is the supervisor's, and a name in there could lead a
	 * chmod() of root's elsewhere */
	mask = umask(0111);
	ret = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (!ret && !listen(fd, BACKLOG))
		return fd;
	error_set(error, -errno, "cannot listen on '%s': %s", path, error_text(errno));
	close(fd);
	return error->code;
}

/* Databases of another account the collector had (needs.h): his, if they are plain files of it. */
static int adopt_file(int directory, const char *name, const struct accounts *accounts)
{
	int fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), ret = 0;
	struct stat status;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &status))
		ret = -errno;
	else if (S_ISREG(status.st_mode) && status.st_nlink == 1 &&
		 status.st_uid != accounts->collector &&
		 (status.st_uid == 0 || status.st_uid == accounts->collector_account))
		ret = fchownat(fd, "", accounts->collector, (gid_t)-1, AT_EMPTY_PATH) ? -errno : 0;
	close(fd);
	return ret;
}

static int adopt_events(const char *path, const struct accounts *accounts, struct error *error)
{
	const struct dirent *entry;
	DIR *directory;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), ret = 0;

	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		ret = error_set(error, -errno, "cannot read '%s': %s", path, error_text(errno));
		if (fd >= 0)
			close(fd);
		return ret;
	}
	if (accounts->collector != accounts->collector_account &&
	    fchown(fd, accounts->collector, (gid_t)-1))
		ret = -errno;
	while (!ret && (entry = readdir(directory)))
		ret = adopt_file(fd, entry->d_name, accounts);
	closedir(directory);
	return ret ? error_set(error, ret, "cannot give the files of '%s' to the collector: %s",
			       path, error_text(ret))
		   : 0;
}

static int make_events(const char *path, const struct accounts *accounts, struct error *error)
{
	int ret =
		directory_make(path, accounts->collector_account, accounts->api_group, 0750, error);

	return ret ? ret : adopt_events(path, accounts, error);
}

int places_name(const struct serve_options *options, struct places *out, struct error *error)
{
	const char *state = options->state_directory, *runtime = options->runtime_directory;

	if (snprintf(out->consent, sizeof(out->consent), "%s/consent", state) >=
		    (int)sizeof(out->consent) ||
	    snprintf(out->events, sizeof(out->events), "%s/events", state) >=
		    (int)sizeof(out->events))
		return error_set(error, -ENAMETOOLONG, "'%s' is too long", state);
	if (snprintf(out->runtime, sizeof(out->runtime), "%s", runtime) >=
		    (int)sizeof(out->runtime) ||
	    snprintf(out->socket, sizeof(out->socket), "%s/control", runtime) >=
		    (int)sizeof(out->socket))
		return error_set(error, -ENAMETOOLONG, "'%s' is too long for a socket", runtime);
	return 0;
}

/* The locks come before anything of a service that runs is touched. */
static int make_places(const struct serve_options *options, const struct accounts *accounts,
		       struct places *out, struct error *error)
{
	const char *state = options->state_directory, *runtime = options->runtime_directory;
	int ret;

	ret = directory_make(runtime, accounts->supervisor, accounts->supervisor_group, 0755,
			     error);
	if (!ret)
		ret = judge_parents(runtime, error);
	if (!ret)
		ret = directory_make(state, 0, 0, 0755, error);
	if (!ret)
		ret = judge_parents(state, error);
	if (!ret) {
		ret = out->state_lock_fd = lock_take(state, error);
		if (ret >= 0)
			ret = out->lock_fd = lock_take(runtime, error);
		ret = ret < 0 ? ret : 0;
	}
	if (!ret)
		ret = directory_make(out->consent, accounts->supervisor, accounts->supervisor_group,
				     0700, error);
	if (!ret)
		ret = make_events(out->events, accounts, error);
	return ret;
}

int places_open(const struct serve_options *options, const struct accounts *accounts,
		struct places *out, struct error *error)
{
	int ret;

	*out = (struct places){ .lock_fd = -1, .state_lock_fd = -1, .listen_fd = -1 };
	ret = places_name(options, out, error);
	if (!ret)
		ret = make_places(options, accounts, out, error);
	if (ret)
		return ret;
	out->listen_fd = socket_listen(out->socket, error);
	return out->listen_fd < 0 ? out->listen_fd : 0;
}

void places_close(struct places *places)
{
	if (places->listen_fd >= 0) {
		close(places->listen_fd);
		unlinkat(AT_FDCWD, places->socket, 0); /* the filter knows no unlink */
	}
	if (places->lock_fd >= 0)
		close(places->lock_fd);
	if (places->state_lock_fd >= 0)
		close(places->state_lock_fd);
}
