/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/places.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128 };

static int account_find(const char *name, uid_t *out_uid, gid_t *out_gid, struct error *error)
{
	const struct passwd *account = getpwnam(name);

	if (!account) {
		error_set(error, -ENOENT, "there is no account '%s'", name);
		return error_hint(error, "make it: useradd --system --user-group --no-create-home "
					 "--shell /usr/sbin/nologin %s", name);
	}
	if (account->pw_uid == 0)
		return error_set(error, -EINVAL, "account '%s' is root", name);
	*out_uid = account->pw_uid;
	*out_gid = account->pw_gid;
	return 0;
}

int accounts_find(struct accounts *out, struct error *error)
{
	int ret;

	ret = account_find("telprobe", &out->supervisor, &out->supervisor_group, error);
	if (!ret)
		ret = account_find("telprobe-collect", &out->collector, &out->collector_group,
				   error);
	if (!ret)
		ret = account_find("telprobe-api", &out->api, &out->api_group, error);
	if (!ret && (out->supervisor == out->collector || out->collector == out->api ||
		     out->supervisor == out->api))
		return error_set(error, -EINVAL, "the service's accounts must be different users");
	return ret;
}

/* Made, or found as ours: a directory, no link, owned by @uid, not writable by others. */
static int directory_make(const char *path, uid_t uid, gid_t gid, mode_t mode,
			  struct error *error)
{
	struct stat status;
	int fd, ret = 0;

	if (mkdir(path, 0700) && errno != EEXIST) {
		error_set(error, -errno, "cannot make '%s': %s", path, error_text(errno));
		return error_hint(error, "its parent directory must exist and be writable by root");
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_set(error, -errno, "cannot open '%s': %s", path, error_text(errno));
	if (fstat(fd, &status))
		ret = error_set(error, -errno, "cannot examine '%s'", path);
	else if (status.st_uid != 0 && status.st_uid != uid)
		ret = error_set(error, -EACCES, "'%s' belongs to another user", path);
	else if (fchown(fd, uid, gid) || fchmod(fd, mode))
		ret = error_set(error, -errno, "cannot take '%s' on: %s", path, error_text(errno));
	close(fd);
	return ret;
}

static int lock_take(const char *directory, struct error *error)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/lock", directory);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(error, -errno, "cannot open '%s': %s", path, error_text(errno));
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	close(fd);
	error_set(error, -EBUSY, "another telprobe service holds '%s'", path);
	return error_hint(error, "stop it first: only one can attach to the same programs");
}

static int socket_listen(const char *path, struct error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(error, -ENAMETOOLONG, "'%s' is too long for a socket", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_set(error, -errno, "no socket: %s", error_text(errno));
	unlink(path); /* we hold the lock: nobody listens there */
	if (!bind(fd, (struct sockaddr *)&address, sizeof(address)) && !chmod(path, 0666) &&
	    !listen(fd, BACKLOG))
		return fd;
	error_set(error, -errno, "cannot listen on '%s': %s", path, error_text(errno));
	close(fd);
	return error->code;
}

int places_open(const struct serve_options *options, const struct accounts *accounts,
		struct places *out, struct error *error)
{
	const char *state = options->state_directory, *runtime = options->runtime_directory;
	int ret;

	*out = (struct places){.lock_fd = -1, .listen_fd = -1};
	snprintf(out->consent, sizeof(out->consent), "%s/consent", state);
	snprintf(out->events, sizeof(out->events), "%s/events", state);
	snprintf(out->socket, sizeof(out->socket), "%s/control", runtime);
	ret = directory_make(runtime, 0, 0, 0755, error);
	if (!ret)
		ret = directory_make(state, 0, 0, 0755, error);
	if (!ret)
		ret = directory_make(out->consent, accounts->supervisor,
				     accounts->supervisor_group, 0700, error);
	if (!ret)
		ret = directory_make(out->events, accounts->collector, accounts->api_group, 02750,
				     error);
	if (ret)
		return ret;
	out->lock_fd = lock_take(runtime, error);
	if (out->lock_fd < 0)
		return out->lock_fd;
	out->listen_fd = socket_listen(out->socket, error);
	return out->listen_fd < 0 ? out->listen_fd : 0;
}

void places_close(struct places *places)
{
	if (places->listen_fd >= 0) {
		close(places->listen_fd);
		unlink(places->socket);
	}
	if (places->lock_fd >= 0)
		close(places->lock_fd);
}
