/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_crashes.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/event_types.h"
#include "report/text.h"

/* Numbers of files that are read now; those of a run's own objects are below (RUN_OBJECTS). */
enum { FILE_FIRST = RUN_OBJECTS + 1, FILES = 64 };

struct file {
	uint8_t build_id[STORE_BUILD_ID];
	char name[64]; /* base name */
	uint16_t object;
};

struct search {
	struct run_session *session;
	struct run_crashes *crashes;
	struct file files[FILES];
	size_t count;
};

static struct run_crash *crash_of(struct run_crashes *crashes, const struct store_row *row)
{
	struct run_crash *crash;
	size_t i;

	for (i = 0; i < crashes->count; i++)
		if (crashes->list[i].signal == row->code &&
		    !strcmp(crashes->list[i].group, row->name[0]))
			return &crashes->list[i];
	if (crashes->count == RUN_CRASHES)
		return NULL;
	crash = &crashes->list[crashes->count++];
	snprintf(crash->group, sizeof(crash->group), "%s", row->name[0]);
	crash->signal = row->code;
	if (row->frames)
		crash->frames = *row->frames;
	return crash;
}

static int take(const struct store_row *row, void *data)
{
	struct run_crashes *crashes = data;
	struct run_crash *crash = row->name[0] ? crash_of(crashes, row) : NULL;

	if (crash)
		crash->times++;
	else
		crashes->more++;
	return 0;
}

static bool is_wanted(const struct run_crashes *crashes, const uint8_t *build_id)
{
	size_t i, j;

	for (i = 0; i < crashes->count; i++)
		for (j = 0; j < crashes->list[i].frames.count; j++)
			if ((crashes->list[i].frames.frame[j].flags & TP_FRAME_KNOWN) &&
			    !memcmp(crashes->list[i].frames.frame[j].build_id, build_id,
				    STORE_BUILD_ID))
				return true;
	return false;
}

static void add_file(struct search *search, const char *path)
{
	struct file *file = &search->files[search->count];
	struct inspection *inspection = NULL;
	const char *slash = strrchr(path, '/');
	struct error error;
	int fd;

	if (search->count == FILES)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (!inspector_look(search->session->inspector, fd, &inspection, &error)) {
		*file = (struct file){ .object = (uint16_t)(FILE_FIRST + search->count) };
		memcpy(file->build_id, inspection->build_id, inspection->build_id_bytes);
		snprintf(file->name, sizeof(file->name), "%s", slash ? slash + 1 : path);
		if (inspection->build_id_bytes && is_wanted(search->crashes, file->build_id) &&
		    !inspector_keep(search->session->inspector, file->object, fd, &error))
			search->count++;
	}
	inspection_free(inspection);
	close(fd);
}

static const struct file *file_of(const struct search *search, const uint8_t *build_id)
{
	size_t i;

	for (i = 0; i < search->count; i++)
		if (!memcmp(search->files[i].build_id, build_id, STORE_BUILD_ID))
			return &search->files[i];
	return NULL;
}

/* Where a function returns to may be behind its last instruction: the call is before. */
static void name_place(const struct search *search, const struct store_frame *frame,
		       bool is_innermost, char out[RUN_PLACE])
{
	const struct file *file = file_of(search, frame->build_id);
	const uint64_t back = !is_innermost && frame->offset;
	struct inspect_symbol symbol;

	if (!(frame->flags & TP_FRAME_KNOWN))
		snprintf(out, RUN_PLACE, "unknown");
	else if (file && !inspector_symbol(search->session->inspector, file->object,
					   frame->offset - back, &symbol))
		snprintf(out, RUN_PLACE, "%s+0x%" PRIx64, symbol.name, symbol.distance + back);
	else if (file)
		snprintf(out, RUN_PLACE, "%s+0x%" PRIx64, file->name, frame->offset);
	else
		event_frame_text(frame, out);
}

static void name_places(const struct search *search)
{
	size_t i;
	uint32_t j;

	for (i = 0; i < search->crashes->count; i++) {
		struct run_crash *crash = &search->crashes->list[i];

		for (j = 0; j < crash->frames.count; j++)
			name_place(search, &crash->frames.frame[j], !j, crash->place[j]);
	}
}

/* As the user: what may not be read stays an offset. */
static void find_files(struct search *search, char *const argv[])
{
	struct programs programs = { 0 };
	struct error error;
	size_t i;

	run_act_as_user(search->session);
	if (!programs_find(argv, search->session->identity.path, getenv("LD_LIBRARY_PATH"),
			   &programs, &error))
		for (i = 0; i < programs.count; i++)
			add_file(search, programs.paths[i]);
	run_act_as_root(search->session);
	programs_clear(&programs);
}

static int name_all(struct run_session *session, struct run_crashes *crashes, char *const argv[],
		    struct error *error)
{
	struct search *search = calloc(1, sizeof(*search));
	size_t i;

	if (!search)
		return error_set(error, -ENOMEM, "no memory for what crashed");
	search->session = session;
	search->crashes = crashes;
	find_files(search, argv);
	name_places(search);
	for (i = 0; i < search->count; i++)
		inspector_drop(session->inspector, search->files[i].object);
	free(search);
	return 0;
}

int run_crashes_find(struct run_session *session, struct store *store, char *const argv[],
		     struct run_crashes **out, struct error *error)
{
	const struct store_filter filter = { .since_us = session->started_us,
					     .types = 1u << TP_CRASH };
	struct run_crashes *crashes = calloc(1, sizeof(*crashes)); /* too large for the stack */
	int ret;

	*out = NULL;
	if (!crashes)
		return error_set(error, -ENOMEM, "no memory for what crashed");
	ret = store_each(store, &filter, take, crashes, error);
	if (!ret && crashes->count)
		ret = name_all(session, crashes, argv, error);
	if (!ret && crashes->count)
		*out = crashes;
	else
		free(crashes);
	return ret;
}

void run_crashes_print(FILE *out, const struct run_crashes *crashes)
{
	size_t i;
	uint32_t j;

	for (i = 0; i < crashes->count; i++) {
		const struct run_crash *crash = &crashes->list[i];

		fprintf(out, "%scrash%s %s: %s", text_style(out, TEXT_BAD),
			text_style(out, TEXT_PLAIN), crash->group,
			event_signal_text(crash->signal));
		if (crash->times > 1)
			fprintf(out, ", %" PRId64 " times", crash->times);
		putc('\n', out);
		for (j = 0; j < crash->frames.count; j++) {
			fputs("  ", out);
			text_print(crash->place[j], out);
			putc('\n', out);
		}
	}
	if (crashes->more)
		fprintf(out, "crashes of other groups: %" PRId64 "\n", crashes->more);
}

static bool add_places(cJSON *row, const struct run_crash *crash)
{
	cJSON *places = cJSON_AddArrayToObject(row, "places"), *place;
	bool is_whole = places != NULL;
	uint32_t j;

	for (j = 0; is_whole && j < crash->frames.count; j++) {
		place = cJSON_CreateString(crash->place[j]);
		is_whole = cJSON_AddItemToArray(places, place);
		if (!is_whole)
			cJSON_Delete(place);
	}
	return is_whole;
}

struct cJSON *run_crashes_json(const struct run_crashes *crashes)
{
	cJSON *list = cJSON_CreateArray();
	char frames[EVENT_FRAMES_TEXT];
	bool is_whole = list != NULL;
	size_t i;

	for (i = 0; is_whole && i < crashes->count; i++) {
		const struct run_crash *crash = &crashes->list[i];
		cJSON *row = cJSON_CreateObject();

		event_frames_text(&crash->frames, frames);
		is_whole =
			cJSON_AddItemToArray(list, row) &&
			cJSON_AddStringToObject(row, "group", crash->group) &&
			cJSON_AddStringToObject(row, "signal", event_signal_text(crash->signal)) &&
			cJSON_AddNumberToObject(row, "times", (double)crash->times) &&
			cJSON_AddStringToObject(row, "frames", frames) && add_places(row, crash);
	}
	if (is_whole)
		return list;
	cJSON_Delete(list);
	return NULL;
}
