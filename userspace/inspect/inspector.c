/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/inspector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inspect/inspector_link.h"
#include "inspect/inspector_receive.h"
#include "lib/clock.h"
#include "telprobe/record.h"

/* The owner of files that others than their owner may write: what is in them may be anybody's. */
#define OWNER_ANYBODY INT64_MAX

enum {
	TEXT_MS = 2000,	    /* for a name: some bytes of a file that was read before */
	FUNCTION_MS = 3000, /* a look through its symbols */
	MUTE_MS = 60000, /* after one that took longer none is asked for: there may be thousands */
	HAND_OVER_MS = 4000, /* all kept files to a new child, which reads none of them */
};

struct reader {
	struct inspector_link link;
	int64_t owner;		   /* of all files it reads */
	int64_t mute_until_ms;	   /* for names */
	int64_t unlooked_until_ms; /* for whole files */
	uint64_t used;		   /* for finding the least recently used */
};

struct kept {	       /* for a new child */
	int fd;	       /* own duplicate; descriptor + 1, 0: none */
	int64_t owner; /* as it was when it was handed over */
};

struct inspector {
	struct passing_peer nursery; /* socket -1: one child of our own reads everything */
	struct reader readers[INSPECTOR_READERS];
	uint64_t uses;
	uint32_t number; /* of the last question */
	struct kept kept[TP_OBJECTS];
};

/* Whoever may have written what is in the file. */
static int64_t owner_of(const struct inspector *inspector, int fd)
{
	struct stat status;

	if (inspector->nursery.socket < 0)
		return 0;
	if (fstat(fd, &status) || status.st_mode & (S_IWGRP | S_IWOTH))
		return OWNER_ANYBODY;
	return status.st_uid;
}

/* The reader for files of @owner: the one there is, a free one, or the least recently used, which
 * is ended. */
static struct reader *reader_of(struct inspector *inspector, int64_t owner)
{
	struct reader *found = &inspector->readers[0];

	for (struct reader *reader = inspector->readers;
	     reader < inspector->readers + INSPECTOR_READERS; reader++) {
		if (reader->used && reader->owner == owner) {
			found = reader;
			break;
		}
		if (reader->used < found->used)
			found = reader;
	}
	if (found->used && found->owner != owner) {
		inspector_link_close(&found->link);
		found->mute_until_ms = 0;
		found->unlooked_until_ms = 0;
	}
	found->owner = owner;
	found->used = ++inspector->uses;
	return found;
}

/* What a question came back with when it was no answer. The child is of no further use then. */
static int describe_loss(struct reader *reader, int ret, struct error *error)
{
	int signal;

	if (ret != -EPIPE && ret != -ETIMEDOUT && ret != -EPROTO) /* nothing was asked */
		return error_set(error, ret, "cannot hand it to the process that reads files: %s",
				 error_text(ret));
	signal = inspector_link_close(&reader->link);
	if (ret == -ETIMEDOUT)
		return error_set(error, ret, "reading it took more than %d s; it was given up",
				 INSPECTOR_SECONDS);
	if (ret == -EPROTO)
		error_set(error, -EPIPE,
			  "the process that read it answered nonsense and was "
			  "ended");
	else if (signal)
		error_set(error, -EPIPE, "the process that read it died of signal %d", signal);
	else
		error_set(error, -EPIPE, "the process that read it ended");
	error_hint(error, "the file is damaged or made to break its readers; nothing of it is "
			  "recorded");
	return -EPIPE;
}

/* Within the time the link's clock was started with. */
static int ask_once(struct inspector *inspector, struct reader *reader,
		    struct inspector_question *question, int fd, struct inspector_answer *answer)
{
	int ret;

	question->number = ++inspector->number;
	ret = inspector_link_send(&reader->link, question, sizeof(*question), fd);
	if (ret)
		return ret;
	ret = inspector_link_receive(&reader->link, answer, sizeof(*answer));
	if (ret)
		return ret;
	if (answer->number != question->number || answer->code > 0 || answer->code < -4095 ||
	    strnlen(answer->what, sizeof(answer->what)) == sizeof(answer->what) ||
	    strnlen(answer->text, sizeof(answer->text)) == sizeof(answer->text))
		return -EPROTO;
	return 0;
}

static int hand_over(struct inspector *inspector, struct reader *reader, uint16_t object,
		     struct error *error)
{
	struct inspector_question question = { .ask = ASK_KEEP, .object = object };
	struct inspector_answer answer;
	int ret = ask_once(inspector, reader, &question, inspector->kept[object].fd - 1, &answer);

	if (ret)
		return describe_loss(reader, ret, error);
	if (answer.code)
		return error_set(error, answer.code, "cannot keep file %u open: %s", object,
				 error_text(answer.code));
	return 0;
}

/* A new child knows nothing: it gets what the last one was given to keep. */
static int start(struct inspector *inspector, struct reader *reader, struct error *error)
{
	struct passing_peer *nursery = inspector->nursery.socket >= 0 ? &inspector->nursery : NULL;
	int ret = inspector_link_open(&reader->link, nursery, error);

	inspector_link_start_clock(&reader->link, HAND_OVER_MS);
	for (unsigned int i = 1; i < TP_OBJECTS && !ret; i++)
		if (inspector->kept[i].fd && inspector->kept[i].owner == reader->owner)
			ret = hand_over(inspector, reader, (uint16_t)i, error);
	if (ret)
		inspector_link_close(&reader->link);
	return ret;
}

static int time_for(enum inspector_ask what)
{
	switch (what) {
	case ASK_TEXT:
		return TEXT_MS;
	case ASK_FUNCTION:
	case ASK_NAMES:
	case ASK_SYMBOL:
		return FUNCTION_MS;
	default:
		return INSPECTOR_SECONDS * 1000;
	}
}

/* Return: 0 and an answer whose code may be an error of the file's; what describe_loss() returns */
static int ask(struct inspector *inspector, struct reader *reader,
	       struct inspector_question *question, int fd, struct inspector_answer *answer,
	       struct error *error)
{
	int ret;

	/* One that ended since the last question did not end for this one. */
	if (!inspector_link_is_alive(&reader->link)) {
		inspector_link_close(&reader->link);
		ret = start(inspector, reader, error);
		if (ret)
			return ret;
	}
	inspector_link_start_clock(&reader->link, time_for(question->ask));
	ret = ask_once(inspector, reader, question, fd, answer);
	return ret ? describe_loss(reader, ret, error) : 0;
}

static struct inspector *allocate(int nursery, struct error *error)
{
	struct inspector *inspector = calloc(1, sizeof(*inspector));

	if (inspector)
		inspector->nursery.socket = nursery;
	else
		error_set(error, -ENOMEM, "out of memory");
	return inspector;
}

int inspector_new(struct inspector **out, struct error *error)
{
	struct inspector *inspector = allocate(-1, error);
	int ret;

	if (!inspector)
		return -ENOMEM;
	ret = start(inspector, reader_of(inspector, 0), error);
	if (ret) {
		free(inspector);
		return ret;
	}
	*out = inspector;
	return 0;
}

int inspector_new_at(int nursery, struct inspector **out, struct error *error)
{
	*out = allocate(nursery, error);
	return *out ? 0 : -ENOMEM;
}

void inspector_free(struct inspector *inspector)
{
	if (!inspector)
		return;
	for (unsigned int i = 0; i < INSPECTOR_READERS; i++)
		inspector_link_close(&inspector->readers[i].link);
	for (unsigned int i = 1; i < TP_OBJECTS; i++)
		if (inspector->kept[i].fd)
			close(inspector->kept[i].fd - 1);
	free(inspector);
}

struct passing_peer *inspector_nursery(struct inspector *inspector)
{
	return inspector->nursery.socket >= 0 ? &inspector->nursery : NULL;
}

static int look(struct inspector *inspector, struct reader *reader, int fd, struct inspection **out,
		struct error *error)
{
	struct inspector_question question = { .ask = ASK_LOOK };
	struct inspector_answer answer;
	int ret;

	ret = ask(inspector, reader, &question, fd, &answer, error);
	if (ret)
		return ret;
	if (answer.code)
		return error_set(error, answer.code, "%s",
				 answer.what[0] ? answer.what : error_text(answer.code));
	ret = inspector_receive(&reader->link, inspector->number, &answer.file, out);
	if (ret == -ENOMEM) {
		inspector_link_close(&reader->link); /* parts of the answer are on their way */
		return error_set(error, ret, "out of memory");
	}
	return ret ? describe_loss(reader, ret, error) : 0;
}

int inspector_look(struct inspector *inspector, int fd, struct inspection **out,
		   struct error *error)
{
	struct reader *reader = reader_of(inspector, owner_of(inspector, fd));
	int ret;

	if (clock_monotonic_ms() < reader->unlooked_until_ms) {
		error_set(error, -EAGAIN,
			  "it was not read: another file of its owner took more "
			  "than %d s a moment ago",
			  INSPECTOR_SECONDS);
		return error_hint(error, "`telprobe config reload` tries again");
	}
	ret = look(inspector, reader, fd, out, error);
	if (ret == -ETIMEDOUT && reader->owner)
		reader->unlooked_until_ms = clock_monotonic_ms() + MUTE_MS;
	return ret;
}

static int keep_refused(uint16_t object, int code, struct error *error)
{
	error_set(error, code, "cannot keep file %u open: %s", object, error_text(code));
	if (code == -EMFILE)
		error_hint(error, "raise the limit on open files (ulimit -n)");
	return code;
}

int inspector_keep(struct inspector *inspector, uint16_t object, int fd, struct error *error)
{
	struct inspector_question question = { .ask = ASK_KEEP, .object = object };
	int64_t owner = owner_of(inspector, fd);
	struct inspector_answer answer;
	int copy, ret;

	if (!object || object >= TP_OBJECTS)
		return error_set(error, -EINVAL, "no file number: %u", object);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0)
		return keep_refused(object, -errno, error);
	inspector_drop(inspector, object); /* an earlier one may be another reader's */
	ret = ask(inspector, reader_of(inspector, owner), &question, fd, &answer, error);
	if (!ret && answer.code)
		ret = keep_refused(object, answer.code, error);
	if (ret) {
		close(copy);
		return ret;
	}
	inspector->kept[object] = (struct kept){ copy + 1, owner };
	return 0;
}

void inspector_drop(struct inspector *inspector, uint16_t object)
{
	struct inspector_question question = { .ask = ASK_DROP, .object = object };
	struct inspector_answer answer;
	struct reader *reader;

	if (!object || object >= TP_OBJECTS || !inspector->kept[object].fd)
		return;
	close(inspector->kept[object].fd - 1);
	inspector->kept[object].fd = 0;
	for (reader = inspector->readers; reader < inspector->readers + INSPECTOR_READERS; reader++)
		if (reader->used && reader->owner == inspector->kept[object].owner &&
		    inspector_link_is_alive(&reader->link)) /* else its copy is gone with it */
			ask(inspector, reader, &question, -1, &answer, NULL);
}

int inspector_text(struct inspector *inspector, uint16_t object, uint32_t place,
		   char out[INSPECT_NAME])
{
	struct inspector_question question = { .ask = ASK_TEXT, .object = object, .place = place };
	struct inspector_answer answer;
	struct reader *reader;
	int ret;

	if (!object || object >= TP_OBJECTS || !inspector->kept[object].fd)
		return -ENOENT;
	reader = reader_of(inspector, inspector->kept[object].owner);
	if (clock_monotonic_ms() < reader->mute_until_ms)
		return -EAGAIN;
	ret = ask(inspector, reader, &question, -1, &answer, NULL);
	if (ret == -ETIMEDOUT)
		reader->mute_until_ms = clock_monotonic_ms() + MUTE_MS;
	if (ret)
		return ret;
	if (!answer.code)
		memcpy(out, answer.text, strlen(answer.text) + 1);
	return answer.code;
}

int inspector_find(struct inspector *inspector, uint16_t object, const char *text)
{
	struct inspector_question question = { .ask = ASK_FIND, .object = object };
	struct inspector_answer answer;
	size_t length = strlen(text);
	int ret;

	if (length >= INSPECT_NAME || !object || object >= TP_OBJECTS ||
	    !inspector->kept[object].fd)
		return -ENOENT;
	memcpy(question.text, text, length + 1);
	ret = ask(inspector, reader_of(inspector, inspector->kept[object].owner), &question, -1,
		  &answer, NULL);
	return ret ? ret : answer.code;
}

/* Of a kept file. Return: 0, -ENOENT: no such file; -EAGAIN: a file of its owner took too long a moment
 * ago; as ask(). */
static int ask_kept(struct inspector *inspector, struct inspector_question *question,
		    struct reader **out_reader, struct inspector_answer *answer)
{
	const uint32_t object = question->object;
	struct reader *reader;
	int ret;

	if (!object || object >= TP_OBJECTS || !inspector->kept[object].fd)
		return -ENOENT;
	*out_reader = reader = reader_of(inspector, inspector->kept[object].owner);
	if (clock_monotonic_ms() < reader->unlooked_until_ms)
		return -EAGAIN;
	ret = ask(inspector, reader, question, -1, answer, NULL);
	if (ret == -ETIMEDOUT && reader->owner)
		reader->unlooked_until_ms = clock_monotonic_ms() + MUTE_MS;
	return ret;
}

/* The same with a text. Return: also -E2BIG: it is too long. */
static int ask_text(struct inspector *inspector, enum inspector_ask what, uint16_t object,
		    const char *text, struct reader **out_reader, struct inspector_answer *answer)
{
	struct inspector_question question = { .ask = what, .object = object };
	size_t length = strlen(text);

	if (length >= sizeof(question.text))
		return -E2BIG;
	memcpy(question.text, text, length + 1);
	return ask_kept(inspector, &question, out_reader, answer);
}

int inspector_function(struct inspector *inspector, uint16_t object, const char *name,
		       struct inspect_function *out)
{
	struct inspector_answer answer;
	struct reader *reader;
	int ret = ask_text(inspector, ASK_FUNCTION, object, name, &reader, &answer);

	if (!ret && !answer.code && !inspector_is_function(&answer.function))
		ret = describe_loss(reader, -EPROTO, NULL);
	if (ret || answer.code)
		return ret ? ret : answer.code;
	*out = answer.function;
	return 0;
}

int inspector_symbol(struct inspector *inspector, uint16_t object, uint64_t file_offset,
		     struct inspect_symbol *out)
{
	struct inspector_question question = { .ask = ASK_SYMBOL,
					       .object = object,
					       .offset = file_offset };
	struct inspector_answer answer;
	struct reader *reader;
	int ret = ask_kept(inspector, &question, &reader, &answer);

	if (!ret && !answer.code && !inspector_is_symbol(&answer.symbol))
		ret = describe_loss(reader, -EPROTO, NULL);
	if (ret || answer.code)
		return ret ? ret : answer.code;
	*out = answer.symbol;
	return 0;
}

int inspector_names(struct inspector *inspector, uint16_t object, const char *pattern,
		    struct inspect_names *out)
{
	struct inspector_answer answer;
	struct reader *reader;
	int ret = ask_text(inspector, ASK_NAMES, object, pattern, &reader, &answer);

	if (ret || answer.code)
		return ret ? ret : answer.code;
	ret = inspector_receive_names(&reader->link, inspector->number, answer.name_count,
				      answer.name_total, out);
	if (ret == -ENOMEM) {
		inspector_link_close(&reader->link); /* parts of the answer are on their way */
		return ret;
	}
	return ret ? describe_loss(reader, ret, NULL) : 0;
}
