/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/inspector_nursery.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inspect/inspector_child.h"
#include "telprobe/record.h"

enum nursery_ask { NURSERY_START = 1, NURSERY_END };

struct nursery_question {
	uint32_t number; /* to NURSERY_START: also what the reader is called from then on */
	uint32_t ask;
	uint32_t reader; /* to NURSERY_END: which */
};

struct nursery_answer { /* to NURSERY_START with the reader's socket, if code is 0 */
	uint32_t number;
	int32_t code;	/* 0 or a negative errno */
	int32_t status; /* as waitpid() */
};

_Static_assert(NURSERY_FILES >= TP_OBJECTS + 104, "as inspector_confine.c wants");

/* --- the process that starts readers ------------------------------------------------------- */

struct cradle {
	uint32_t number;
	pid_t pid; /* 0: empty */
};

static int end(struct cradle *cradle)
{
	int status = 0;

	/* One that has died by itself waits to be reaped: the signal changes nothing of it. */
	kill(cradle->pid, SIGKILL);
	while (waitpid(cradle->pid, &status, 0) < 0 && errno == EINTR)
		;
	cradle->pid = 0;
	return status;
}

/* An empty one, or that of a reader that ended because nobody wanted it any more. */
static struct cradle *find_empty(struct cradle cradles[NURSERY_READERS])
{
	int i;

	for (i = 0; i < NURSERY_READERS; i++)
		if (!cradles[i].pid)
			return &cradles[i];
	for (i = 0; i < NURSERY_READERS; i++)
		if (waitpid(cradles[i].pid, NULL, WNOHANG) == cradles[i].pid) {
			cradles[i].pid = 0;
			return &cradles[i];
		}
	return NULL;
}

/* Return: the socket to a new reader or a negative errno */
static int start(struct cradle cradles[NURSERY_READERS], uint32_t number)
{
	struct cradle *cradle = find_empty(cradles);
	int ends[2];
	pid_t pid;

	if (!cradle)
		return -EUSERS;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	pid = fork();
	if (pid == 0)
		inspector_child_run(ends[1]);
	close(ends[1]);
	if (pid < 0) {
		int code = -errno;

		close(ends[0]);
		return code;
	}
	*cradle = (struct cradle){ .number = number, .pid = pid };
	return ends[0];
}

static int answer(int socket, struct cradle cradles[NURSERY_READERS],
		  const struct nursery_question *question)
{
	struct nursery_answer said = { .number = question->number };
	int reader = -1, ret, i;

	if (question->ask == NURSERY_START) {
		reader = start(cradles, question->number);
		said.code = reader < 0 ? reader : 0;
	} else {
		for (i = 0; i < NURSERY_READERS; i++)
			if (cradles[i].pid && cradles[i].number == question->reader)
				said.status = end(&cradles[i]);
	}
	ret = passing_send(socket, &said, sizeof(said), reader, true);
	if (reader >= 0)
		close(reader);
	return ret;
}

int inspector_nursery_run(int socket)
{
	struct cradle cradles[NURSERY_READERS] = { { 0, 0 } };
	struct nursery_question question;
	int fd, ret;

	for (;;) {
		ret = passing_receive(socket, &question, sizeof(question), &fd, true);
		if (ret)
			return ret == -EPIPE ? 0 : 1;
		if (fd >= 0)
			close(fd); /* it has no use for one */
		if (answer(socket, cradles, &question))
			return 1;
	}
}

/* --- the side that asks --------------------------------------------------------------------- */

static int nonsense(struct error *error)
{
	return error_set(error, -EPROTO, "the inspector answered nonsense; another one is started");
}

int inspector_nursery_start(struct passing_peer *nursery, int *out_socket, uint32_t *out_reader,
			    struct error *error)
{
	struct nursery_question question = { .ask = NURSERY_START };
	struct nursery_answer said;
	int fd = -1, ret;

	ret = passing_ask(nursery, &question, sizeof(question), -1, &said, sizeof(said), &fd);
	if (ret == -EAGAIN)
		return error_set(error, ret,
				 "the inspector does not answer; it is asked again in a minute");
	if (ret)
		return nonsense(error);
	ret = passing_judge(nursery, said.code, fd);
	if (nursery->is_offender)
		return nonsense(error);
	if (ret < 0)
		return error_set(error, ret, "the inspector cannot start a reader: %s",
				 error_text(ret));
	*out_socket = ret;
	*out_reader = question.number;
	return 0;
}

int inspector_nursery_end(struct passing_peer *nursery, uint32_t reader)
{
	struct nursery_question question = { .ask = NURSERY_END, .reader = reader };
	struct nursery_answer said;
	int fd = -1;

	if (passing_ask(nursery, &question, sizeof(question), -1, &said, sizeof(said), &fd))
		return 0;
	if (fd >= 0) {
		close(fd);
		passing_offend(nursery);
	}
	return WIFSIGNALED(said.status) ? WTERMSIG(said.status) : 0;
}
