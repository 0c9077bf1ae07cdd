/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/control.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "telprobe/record.h"

int control_peer(int fd, uint32_t *out_uid, int32_t *out_pid)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t bytes = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes))
		return -errno;
	if (bytes != sizeof(peer) || peer.uid == (uid_t)-1)
		return -ENOTCONN;
	*out_uid = peer.uid;
	if (out_pid)
		*out_pid = peer.pid;
	return 0;
}

int control_client(int fd, int32_t service, uint32_t *out_uid)
{
	socklen_t bytes = sizeof(int);
	int32_t pid = 0;
	int type, ret;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &bytes))
		return -errno;
	if (type != SOCK_SEQPACKET)
		return -EPROTOTYPE;
	ret = control_peer(fd, out_uid, &pid);
	if (!ret && pid == service)
		ret = -EPERM;
	return ret;
}

static int malformed(struct error *error, const char *what)
{
	error_set(error, -EPROTO, "the request is malformed: %s", what);
	return error_hint(error, "use the telprobe of the service's version: telprobe --version");
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
	while (count)
		if (bytes[--count])
			return false;
	return true;
}

static bool may_be_of_all(uint32_t act)
{
	return act == CONTROL_ROWS || act == CONTROL_TOTALS || act == CONTROL_ERASE ||
	       act == CONTROL_OWNERS || act == CONTROL_SUMS || act == CONTROL_ERASURES;
}

int control_check(const void *bytes, size_t count, struct error *error)
{
	struct control_request request;

	if (count != sizeof(request))
		return malformed(error, "its size is wrong");
	memcpy(&request, bytes, sizeof(request));
	if (request.version != CONTROL_VERSION)
		return malformed(error, "its version is not the service's");
	if (!request.act || request.act >= CONTROL_ACTS)
		return malformed(error, "nothing of that number can be asked for");
	if (!memchr(request.target, '\0', sizeof(request.target)))
		return malformed(error, "the target's name does not end");
	if (!is_zero(request.reserved, sizeof(request.reserved)))
		return malformed(error, "what must be zero is not");
	if (request.since_us < 0 || request.until_us < 0 || request.context < 0 ||
	    request.limit < 0 || request.with_sequence > 1 || request.level > TP_LEVEL_FULL ||
	    request.for_us < 0 || request.for_us > CONSENT_FOR_MAX_US || request.of_all > 1 ||
	    request.is_followed > 1 || request.cursor.generation < 0 || request.cursor.newest < 0 ||
	    request.cursor.late < 0)
		return malformed(error, "a number is out of range");
	if (request.for_us && (request.act != CONTROL_DECIDE || request.level == TP_LEVEL_OFF))
		return malformed(error, "only a yes ends by itself");
	if (request.without && (request.act != CONTROL_DECIDE || request.level == TP_LEVEL_OFF))
		return malformed(error, "only a yes leaves something out");
	if (request.act == CONTROL_SUSPEND && request.limit >= CONTROL_SELFTESTS)
		return malformed(error, "a number is out of range");
	if (request.of_all && !may_be_of_all(request.act))
		return malformed(error, "it cannot be about everybody");
	if (request.is_followed && (request.of_all || request.context || request.with_sequence))
		return malformed(error, "one person's events are followed, all of them");
	return 0;
}

int control_receive(int fd, struct control_request *out, struct error *error)
{
	struct control_request request;
	ssize_t got;

	do
		got = recv(fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set(error, -errno, "there is no request: %s", error_text(errno));
	if (control_check(&request, (size_t)got, error))
		return -EPROTO;
	*out = request;
	return 0;
}

int control_whose(const struct control_request *request, uint32_t peer_uid, uint32_t *out_uid,
		  struct error *error)
{
	const bool is_of_all = request->of_all || request->act == CONTROL_OWNERS;

	if (!is_of_all && (request->uid == CONTROL_OWN || request->uid == peer_uid)) {
		*out_uid = peer_uid;
		return 0;
	}
	if (!peer_uid && is_of_all) {
		*out_uid = peer_uid;
		return 0;
	}
	if (!peer_uid) {
		*out_uid = request->uid;
		return 0;
	}
	error_set(error, -EACCES, "only root may ask for the data of another user");
	return error_hint(error, "leave --user away to work on your own");
}

int control_answer(int fd, const void *answer, size_t bytes)
{
	ssize_t sent;

	do
		sent = send(fd, answer, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent == (ssize_t)bytes)
		return 0;
	if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS))
		return -EAGAIN;
	return -EPIPE;
}

void control_end_set(struct control_end *end, int code, int64_t number, const char *what,
		     const char *hint)
{
	memset(end, 0, sizeof(*end));
	end->kind = CONTROL_END;
	end->code = code;
	end->number = number;
	snprintf(end->what, sizeof(end->what), "%s", what ? what : "");
	snprintf(end->hint, sizeof(end->hint), "%s", hint ? hint : "");
}

int control_answer_end(int fd, int code, int64_t number, const char *what, const char *hint)
{
	struct control_end end;

	control_end_set(&end, code, number, what, hint);
	return control_answer(fd, &end, sizeof(end));
}
