/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/client.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "service/client_answer.h"

struct client {
	char *path;
	int fd; /* of the next call; -1: used up, connect again */
	uint8_t answer[CONTROL_ANSWER + 1];
};

const char *client_path(const char *path)
{
	if (!path)
		path = getenv("TELPROBE_SOCKET");
	return path && *path ? path : CONTROL_SOCKET;
}

static int not_running(const char *path, int code, struct error *error)
{
	error_set(error, code, "cannot reach the service at '%s': %s", path, error_text(code));
	if (code == -ENOENT || code == -ECONNREFUSED)
		error_hint(error, "start it as root: systemctl start telprobe, or telprobe serve");
	else if (code == -EAGAIN || code == -ETIMEDOUT)
		error_hint(error,
			   "it is busy or stuck; try again, then look at what it says on stderr");
	return code;
}

/* Whose word may be taken for the service's: root's, the service's own user's, the caller's. */
static bool is_trusted(uid_t uid)
{
	const struct passwd *entry;

	if (!uid || uid == geteuid())
		return true;
	entry = getpwuid(uid);
	return entry && !strcmp(entry->pw_name, "telprobe");
}

static int not_trusted(const char *path, const char *why, struct error *error)
{
	error_set(error, -EACCES, "will not talk to '%s': %s", path, why);
	return error_hint(error,
			  "the service's socket is " CONTROL_SOCKET "; is $TELPROBE_SOCKET set?");
}

/* The directory of the socket, opened and found to be the service's. */
static int open_directory(const char *path, int *out_fd, const char **out_base, struct error *error)
{
	const char *slash = strrchr(path, '/');
	struct stat directory;
	char *parent;
	int fd, ret;

	*out_base = slash ? slash + 1 : path;
	parent = slash == path ? strdup("/")
		 : slash       ? strndup(path, (size_t)(slash - path))
			       : strdup(".");
	if (!parent)
		return error_set(error, -ENOMEM, "out of memory");
	fd = open(parent, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ret = fd < 0 ? -errno : 0;
	free(parent);
	if (ret)
		return not_running(path, ret == -ENOTDIR ? -ENOENT : ret, error);
	if (fstat(fd, &directory) || !is_trusted(directory.st_uid) ||
	    directory.st_mode & (S_IWGRP | S_IWOTH)) {
		close(fd);
		return not_trusted(path, "somebody else may write its directory", error);
	}
	*out_fd = fd;
	return 0;
}

static void set_timeout(int fd, int option, int64_t timeout_ms)
{
	const struct timeval timeout = { .tv_sec = timeout_ms / 1000,
					 .tv_usec = timeout_ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, option, &timeout, sizeof(timeout));
}

/* Through the directory that was looked at, whatever its path leads to by now. */
static int connect_in(int directory_fd, const char *base, int *out_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, ret;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s",
		     directory_fd, base) >= (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	set_timeout(fd, SO_SNDTIMEO, CLIENT_CONNECT_MS);
	do
		ret = connect(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	while (ret == -EINTR);
	if (ret) {
		close(fd);
		return ret == -EAGAIN ? -ETIMEDOUT : ret == -ENOTDIR ? -ENOENT : ret;
	}
	*out_fd = fd;
	return 0;
}

bool client_is_of_this_program(const struct client *client)
{
	struct stat theirs, ours;
	char path[32];
	uint32_t uid;
	int32_t pid;

	if (control_peer(client->fd, &uid, &pid) || !pid)
		return false;
	snprintf(path, sizeof(path), "/proc/%" PRId32 "/exe", pid);
	return !stat(path, &theirs) && !stat("/proc/self/exe", &ours) &&
	       theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static int client_connect(struct client *client, struct error *error)
{
	const char *base;
	int directory_fd = -1, fd = -1, ret;
	uint32_t uid;

	ret = open_directory(client->path, &directory_fd, &base, error);
	if (ret)
		return ret;
	ret = connect_in(directory_fd, base, &fd);
	close(directory_fd);
	if (ret)
		return not_running(client->path, ret, error);
	if (control_peer(fd, &uid, NULL) || !is_trusted(uid)) {
		close(fd);
		return not_trusted(client->path, "it is another user who listens there", error);
	}
	client->fd = fd;
	return 0;
}

int client_open(const char *path, struct client **out, struct error *error)
{
	struct client *client = calloc(1, sizeof(*client));
	int ret;

	if (client)
		client->path = strdup(client_path(path));
	if (!client || !client->path) {
		free(client);
		return error_set(error, -ENOMEM, "out of memory");
	}
	client->fd = -1;
	ret = client_connect(client, error);
	if (ret) {
		client_close(client);
		return ret;
	}
	*out = client;
	return 0;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	if (client->fd >= 0)
		close(client->fd);
	free(client->path);
	free(client);
}

static int gone(int code, struct error *error)
{
	if (code == -EAGAIN || code == -ETIMEDOUT) {
		error_set(error, -ETIMEDOUT, "the service does not answer");
		return error_hint(error, "is it stuck? look at what it says on stderr");
	}
	error_set(error, -EPIPE, "the service ended the connection");
	return error_hint(error, "try again; if that happens again: journalctl -u telprobe");
}

/* Return: bytes of a message; negative errno. */
static ssize_t receive(struct client *client, struct error *error)
{
	bool was_reset = false;
	ssize_t got;

	/* A peer that closed without reading what we sent is told first, its last words then. */
	do {
		got = recv(client->fd, client->answer, sizeof(client->answer), MSG_TRUNC);
		if (got < 0 && errno == ECONNRESET && !was_reset) {
			was_reset = true;
			errno = EINTR;
		}
	} while (got < 0 && errno == EINTR);
	if (got > 0)
		return got;
	return gone(got < 0 ? -errno : -EPIPE, error);
}

static int read_answers(struct client *client, const struct control_request *request,
			int (*each)(const void *answer, size_t bytes, void *data), void *data,
			struct control_end *out_end, struct error *error)
{
	struct control_end end;
	int64_t count = 0;
	ssize_t bytes;
	int ret;

	for (;;) {
		bytes = receive(client, error);
		if (bytes < 0)
			return (int)bytes;
		ret = client_answer_check(request, client->answer, (size_t)bytes, &count, error);
		if (ret < 0)
			return ret;
		if (ret == CLIENT_ANSWER_END)
			break;
		if (!each)
			return client_answer_strange(error, "an answer where none belongs");
		ret = each(client->answer, (size_t)bytes, data);
		if (ret)
			return ret;
	}
	memcpy(&end, client->answer, sizeof(end));
	if (out_end)
		*out_end = end;
	if (!end.code)
		return 0;
	error_set(error, end.code, "%s", end.what);
	error_hint(error, "%s", end.hint);
	return end.code;
}

int client_call(struct client *client, const struct control_request *request,
		int (*each)(const void *answer, size_t bytes, void *data), void *data,
		struct control_end *out_end, struct error *error)
{
	struct control_request sent = *request;
	int ret = client->fd < 0 ? client_connect(client, error) : 0;

	if (ret)
		return ret;
	sent.version = CONTROL_VERSION;
	set_timeout(client->fd, SO_RCVTIMEO,
		    sent.act == CONTROL_ERASE || sent.act == CONTROL_DECIDE ? CLIENT_LONG_MS
									    : CLIENT_ANSWER_MS);
	/* One that had no place for us has said so and closed: its words are to be read. */
	if (send(client->fd, &sent, sizeof(sent), MSG_NOSIGNAL) < 0 && errno != EPIPE &&
	    errno != ECONNRESET)
		ret = gone(-errno, error);
	else
		ret = read_answers(client, &sent, each, data, out_end, error);
	close(client->fd); /* one request a connection */
	client->fd = -1;
	return ret;
}
