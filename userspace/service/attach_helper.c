/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/attach_helper.h"

#include <errno.h>
#include <unistd.h>

#include "capture/perf_event.h"

struct attach_question { /* with the file */
	uint32_t number;
	uint32_t flags; /* 0: nothing is asked for by it yet */
	uint64_t offset, semaphore_offset;
};

struct attach_answer { /* with the event, if code is 0 */
	uint32_t number;
	int32_t code; /* 0 or a negative errno */
};

static int answer(int socket, const struct attach_question *question, int file_fd, int event_type)
{
	struct attach_answer said = { .number = question->number };
	int event = -EBADMSG, ret;

	if (file_fd >= 0 && !question->flags)
		event = perf_event_make(event_type, file_fd, question->offset,
					question->semaphore_offset);
	said.code = event < 0 ? event : 0;
	ret = passing_send(socket, &said, sizeof(said), event, true);
	if (event >= 0)
		close(event);
	return ret;
}

int attach_helper_run(int socket, int event_type)
{
	struct attach_question question;
	int fd, ret;

	for (;;) {
		ret = passing_receive(socket, &question, sizeof(question), &fd, true);
		if (!ret)
			ret = answer(socket, &question, fd, event_type);
		if (ret)
			return ret == -EPIPE ? 0 : 1;
		if (fd >= 0)
			close(fd);
	}
}

int attach_helper_open(void *peer, int file_fd, uint64_t offset, uint64_t semaphore_offset)
{
	struct attach_question question = { .offset = offset,
					    .semaphore_offset = semaphore_offset };
	struct attach_answer said;
	int event, ret;

	ret = passing_ask(peer, &question, sizeof(question), file_fd, &said, sizeof(said), &event);
	return ret ? ret : passing_judge(peer, said.code, event);
}
