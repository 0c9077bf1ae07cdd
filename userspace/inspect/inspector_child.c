/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/inspector_child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inspect/inspector_messages.h"
#include "lib/passing.h"
#include "telprobe/record.h"

enum { SOCKET = 0 }; /* where inspector_child_confine() puts it */

static int kept[TP_OBJECTS]; /* descriptor + 1; 0: none. This process is nothing but this list. */

/* A parent that is gone has no use for an answer, and this process none for itself. */
static void send_message(const void *message, size_t bytes)
{
	if (send(SOCKET, message, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
		_exit(1);
}

/* Return: the descriptor that came with the question, -1 for none. Where there was no room for it, the
 * question is there (-EBADMSG: the parent sends nothing else), and that is its answer. */
static int receive_question(struct inspector_question *question)
{
	int fd = -1, ret = passing_receive(SOCKET, question, sizeof(*question), &fd, true);

	if (ret && ret != -EBADMSG)
		_exit(ret == -EPIPE ? 0 : 1);
	return fd;
}

static void send_parts(uint32_t number, const void *items, size_t count,
		       struct inspector_items sort)
{
	struct inspector_part part;
	const char *from = items;

	memset(&part, 0, sizeof(part));
	part.number = number;
	for (size_t done = 0; done < count; done += part.count) {
		size_t left = count - done;

		part.count = left < sort.a_part ? (uint32_t)left : sort.a_part;
		memcpy(&part.items, from + done * sort.bytes, part.count * sort.bytes);
		send_message(&part, inspector_part_bytes(sort));
	}
}

static void look(int fd, struct inspector_answer *answer)
{
	struct inspection *file = NULL;
	struct error error = { 0 };

	answer->code = fd < 0 ? -EMFILE : inspect_open(fd, &file, &error);
	memcpy(answer->what, error.what, sizeof(answer->what));
	if (!answer->code)
		answer->file = *file;
	answer->file.sites = NULL; /* no address leaves this process */
	answer->file.aliases = NULL;
	send_message(answer, sizeof(*answer));
	if (!answer->code) {
		send_parts(answer->number, file->sites, file->site_count, INSPECTOR_SITES);
		send_parts(answer->number, file->aliases, file->alias_count, INSPECTOR_ALIASES);
	}
	inspection_free(file);
}

static int drop(uint32_t object)
{
	if (object >= TP_OBJECTS)
		return -EINVAL;
	if (kept[object])
		close(kept[object] - 1);
	kept[object] = 0;
	return 0;
}

static int keep(uint32_t object, int fd)
{
	int ret = fd < 0 ? -EMFILE : drop(object);

	if (ret)
		return ret;
	kept[object] = fd + 1;
	return 0;
}

static int read_text(const struct inspector_question *question, char out[INSPECT_NAME])
{
	if (question->object >= TP_OBJECTS || !kept[question->object])
		return -ENOENT;
	return inspect_text(kept[question->object] - 1, question->place, out);
}

static int find_text(const struct inspector_question *question)
{
	if (question->object >= TP_OBJECTS || !kept[question->object])
		return -ENOENT;
	return inspect_find(kept[question->object] - 1, question->text);
}

static int find_function(const struct inspector_question *question, struct inspect_function *out)
{
	if (question->object >= TP_OBJECTS || !kept[question->object])
		return -ENOENT;
	return inspect_function(kept[question->object] - 1, question->text, out);
}

static int find_symbol(const struct inspector_question *question, struct inspect_symbol *out)
{
	if (question->object >= TP_OBJECTS || !kept[question->object])
		return -ENOENT;
	return inspect_symbol(kept[question->object] - 1, question->offset, out);
}

static void list_names(const struct inspector_question *question, struct inspector_answer *answer)
{
	struct inspect_names names = { 0 };

	answer->code = -ENOENT;
	if (question->object < TP_OBJECTS && kept[question->object])
		answer->code = inspect_names(kept[question->object] - 1, question->text, &names);
	answer->name_count = (uint32_t)names.count;
	answer->name_total = (uint32_t)names.total;
	send_message(answer, sizeof(*answer));
	send_parts(answer->number, names.names, names.count, INSPECTOR_NAMES);
	inspect_names_clear(&names);
}

static void answer_question(const struct inspector_question *question, int fd)
{
	struct inspector_answer answer;

	memset(&answer, 0, sizeof(answer));
	answer.number = question->number;
	if (question->ask == ASK_LOOK) {
		look(fd, &answer);
	} else if (question->ask == ASK_NAMES) {
		list_names(question, &answer);
	} else {
		if (question->ask == ASK_KEEP)
			answer.code = keep(question->object, fd);
		else if (question->ask == ASK_DROP)
			answer.code = drop(question->object);
		else if (question->ask == ASK_FIND)
			answer.code = find_text(question);
		else if (question->ask == ASK_FUNCTION)
			answer.code = find_function(question, &answer.function);
		else if (question->ask == ASK_SYMBOL)
			answer.code = find_symbol(question, &answer.symbol);
		else
			answer.code = read_text(question, answer.text);
		send_message(&answer, sizeof(answer));
	}
	if (fd >= 0 && (question->ask != ASK_KEEP || answer.code))
		close(fd);
}

void inspector_child_run(int socket)
{
	struct inspector_question question;
	struct inspector_answer answer;
	const char *step = NULL;

	memset(&answer, 0, sizeof(answer));
	memset(kept, 0, sizeof(kept));
	answer.code = inspector_child_confine(socket, &step);
	if (answer.code)
		snprintf(answer.what, sizeof(answer.what),
			 "the process that reads files cannot "
			 "%s: %s",
			 step, error_text(answer.code));
	send_message(&answer, sizeof(answer));
	if (answer.code)
		_exit(1);
	for (;;) {
		int fd = receive_question(&question);

		answer_question(&question, fd);
	}
}
