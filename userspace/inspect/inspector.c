/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/inspector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inspect/inspector_link.h"
#include "telprobe/record.h"

struct inspector {
	struct inspector_link link;
	uint32_t number;      /* of the last question */
	int kept[TP_OBJECTS]; /* own duplicates, for a new child; descriptor + 1, 0: none */
};

/* What a question came back with when it was no answer. The child is of no further use then. */
static int describe_loss(struct inspector *inspector, int ret, struct error *error)
{
	int signal;

	if (ret != -EPIPE && ret != -ETIMEDOUT && ret != -EPROTO) /* nothing was asked */
		return error_set(error, ret, "cannot hand it to the process that reads files: %s",
				 error_text(ret));
	signal = inspector_link_close(&inspector->link);
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

static int ask_once(struct inspector *inspector, struct inspector_question *question, int fd,
		    struct inspector_answer *answer)
{
	int ret;

	question->number = ++inspector->number;
	inspector_link_start_clock(&inspector->link);
	ret = inspector_link_send(&inspector->link, question, sizeof(*question), fd);
	if (ret)
		return ret;
	ret = inspector_link_receive(&inspector->link, answer, sizeof(*answer));
	if (ret)
		return ret;
	if (answer->number != question->number || answer->code > 0 || answer->code < -4095 ||
	    strnlen(answer->what, sizeof(answer->what)) == sizeof(answer->what) ||
	    strnlen(answer->text, sizeof(answer->text)) == sizeof(answer->text))
		return -EPROTO;
	return 0;
}

static int hand_over(struct inspector *inspector, uint16_t object, struct error *error)
{
	struct inspector_question question = { .ask = ASK_KEEP, .object = object };
	struct inspector_answer answer;
	int ret = ask_once(inspector, &question, inspector->kept[object] - 1, &answer);

	if (ret)
		return describe_loss(inspector, ret, error);
	if (answer.code)
		return error_set(error, answer.code, "cannot keep file %u open: %s", object,
				 error_text(answer.code));
	return 0;
}

/* A new child knows nothing: it gets what the last one was given to keep. */
static int start(struct inspector *inspector, struct error *error)
{
	int ret = inspector_link_open(&inspector->link, error);

	for (unsigned int i = 1; i < TP_OBJECTS && !ret; i++)
		if (inspector->kept[i])
			ret = hand_over(inspector, (uint16_t)i, error);
	if (ret)
		inspector_link_close(&inspector->link);
	return ret;
}

/* Return: 0 and an answer whose code may be an error of the file's; what describe_loss() returns */
static int ask(struct inspector *inspector, struct inspector_question *question, int fd,
	       struct inspector_answer *answer, struct error *error)
{
	int ret;

	/* One that ended since the last question did not end for this one. */
	if (!inspector_link_is_alive(&inspector->link)) {
		inspector_link_close(&inspector->link);
		ret = start(inspector, error);
		if (ret)
			return ret;
	}
	ret = ask_once(inspector, question, fd, answer);
	return ret ? describe_loss(inspector, ret, error) : 0;
}

int inspector_new(struct inspector **out, struct error *error)
{
	struct inspector *inspector = calloc(1, sizeof(*inspector));
	int ret;

	if (!inspector)
		return error_set(error, -ENOMEM, "out of memory");
	ret = start(inspector, error);
	if (ret) {
		free(inspector);
		return ret;
	}
	*out = inspector;
	return 0;
}

void inspector_free(struct inspector *inspector)
{
	if (!inspector)
		return;
	inspector_link_close(&inspector->link);
	for (unsigned int i = 1; i < TP_OBJECTS; i++)
		if (inspector->kept[i])
			close(inspector->kept[i] - 1);
	free(inspector);
}

static int is_text(const char *text, size_t room)
{
	size_t length = strnlen(text, room);

	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return 0;
	return length < room;
}

static int is_site(const struct inspect_site *site, const struct inspection *file)
{
	return is_text(site->provider, sizeof(site->provider)) &&
	       is_text(site->name, sizeof(site->name)) &&
	       is_text(site->arguments, sizeof(site->arguments)) && site->marker >= -1 &&
	       site->marker < TP_MARKERS && site->reason < INSPECT_REASONS &&
	       site->cost < INSPECT_COSTS && site->is_own_layout <= 1 &&
	       site->place < file->image_bytes && site->file_offset <= INT64_MAX &&
	       site->semaphore_offset <= INT64_MAX;
}

static int is_file(const struct inspection *file)
{
	return file->site_count <= INSPECT_SITES && file->alias_count <= INSPECT_ALIASES &&
	       file->site_total >= file->site_count && file->image_bytes &&
	       file->code_start < file->image_bytes && file->is_executable <= 1 &&
	       file->has_go <= 1 && file->build_id_bytes <= sizeof(file->build_id);
}

static int receive_sites(struct inspector *inspector, struct inspection *file)
{
	struct inspector_sites part;

	for (size_t done = 0; done < file->site_count; done += part.count) {
		size_t left = file->site_count - done;
		int ret = inspector_link_receive(&inspector->link, &part, sizeof(part));

		if (ret)
			return ret;
		if (part.number != inspector->number ||
		    part.count != (left < SITES_A_PART ? left : SITES_A_PART))
			return -EPROTO;
		for (size_t i = 0; i < part.count; i++)
			if (!is_site(&part.sites[i], file))
				return -EPROTO;
		memcpy(file->sites + done, part.sites, part.count * sizeof(part.sites[0]));
	}
	return 0;
}

static int receive_aliases(struct inspector *inspector, struct inspection *file)
{
	struct inspector_aliases part;

	for (size_t done = 0; done < file->alias_count; done += part.count) {
		size_t left = file->alias_count - done;
		int ret = inspector_link_receive(&inspector->link, &part, sizeof(part));

		if (ret)
			return ret;
		if (part.number != inspector->number ||
		    part.count != (left < ALIASES_A_PART ? left : ALIASES_A_PART))
			return -EPROTO;
		for (size_t i = 0; i < part.count; i++)
			if (part.aliases[i].place >= file->image_bytes ||
			    part.aliases[i].first >= file->image_bytes)
				return -EPROTO;
		memcpy(file->aliases + done, part.aliases, part.count * sizeof(part.aliases[0]));
	}
	return 0;
}

/* calloc(0) may return NULL, which would look like a failure. */
static int make_room(struct inspection *file)
{
	file->sites = calloc(file->site_count + 1, sizeof(file->sites[0]));
	file->aliases = calloc(file->alias_count + 1, sizeof(file->aliases[0]));
	return file->sites && file->aliases ? 0 : -ENOMEM;
}

static int receive_file(struct inspector *inspector, const struct inspection *claimed,
			struct inspection **out)
{
	struct inspection *file;
	int ret;

	if (!is_file(claimed))
		return -EPROTO;
	file = malloc(sizeof(*file));
	if (!file)
		return -ENOMEM;
	*file = *claimed;
	ret = make_room(file);
	if (!ret)
		ret = receive_sites(inspector, file);
	if (!ret)
		ret = receive_aliases(inspector, file);
	if (ret) {
		inspection_free(file);
		return ret;
	}
	*out = file;
	return 0;
}

int inspector_look(struct inspector *inspector, int fd, struct inspection **out,
		   struct error *error)
{
	struct inspector_question question = { .ask = ASK_LOOK };
	struct inspector_answer answer;
	int ret;

	ret = ask(inspector, &question, fd, &answer, error);
	if (ret)
		return ret;
	if (answer.code)
		return error_set(error, answer.code, "%s",
				 answer.what[0] ? answer.what : error_text(answer.code));
	ret = receive_file(inspector, &answer.file, out);
	if (ret == -ENOMEM) {
		inspector_link_close(&inspector->link); /* parts of the answer are on their way */
		return error_set(error, ret, "out of memory");
	}
	return ret ? describe_loss(inspector, ret, error) : 0;
}

int inspector_keep(struct inspector *inspector, uint16_t object, int fd, struct error *error)
{
	struct inspector_question question = { .ask = ASK_KEEP, .object = object };
	struct inspector_answer answer;
	int copy, ret;

	if (!object || object >= TP_OBJECTS)
		return error_set(error, -EINVAL, "no file number: %u", object);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0) {
		ret = error_set(error, -errno, "cannot keep file %u open: %s", object,
				error_text(-errno));
		if (ret == -EMFILE)
			error_hint(error, "raise the limit on open files (ulimit -n)");
		return ret;
	}
	ret = ask(inspector, &question, fd, &answer, error);
	if (!ret && answer.code)
		ret = error_set(error, answer.code, "cannot keep file %u open: %s", object,
				error_text(answer.code));
	if (ret) {
		close(copy);
		return ret;
	}
	if (inspector->kept[object])
		close(inspector->kept[object] - 1);
	inspector->kept[object] = copy + 1;
	return 0;
}

void inspector_drop(struct inspector *inspector, uint16_t object)
{
	struct inspector_question question = { .ask = ASK_DROP, .object = object };
	struct inspector_answer answer;

	if (!object || object >= TP_OBJECTS || !inspector->kept[object])
		return;
	close(inspector->kept[object] - 1);
	inspector->kept[object] = 0;
	if (inspector_link_is_alive(&inspector->link)) /* else its copy is gone with it */
		ask(inspector, &question, -1, &answer, NULL);
}

int inspector_text(struct inspector *inspector, uint16_t object, uint32_t place,
		   char out[INSPECT_NAME])
{
	struct inspector_question question = { .ask = ASK_TEXT, .object = object, .place = place };
	struct inspector_answer answer;
	int ret;

	ret = ask(inspector, &question, -1, &answer, NULL);
	if (ret)
		return ret;
	if (!answer.code)
		memcpy(out, answer.text, strlen(answer.text) + 1);
	return answer.code;
}
