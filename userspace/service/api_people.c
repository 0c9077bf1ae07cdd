/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/api_people.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/erasures.h"
#include "service/merged.h"
#include "service/owner_files.h"
#include "service/rows_wire.h"

struct api_people {
	enum control_act act;
	const char *directory;
	struct merged *merged;	  /* rows */
	struct owner_file *files; /* totals and owners */
	struct store_erasure *erasures;
	size_t count, at;
	struct store_totals sum;
};

bool api_people_answers(const struct control_request *request)
{
	return request->act == CONTROL_OWNERS || request->act == CONTROL_ERASURES ||
	       (request->of_all &&
		(request->act == CONTROL_ROWS || request->act == CONTROL_TOTALS));
}

static int keep_erasure(const struct store_erasure *erasure, void *data)
{
	struct api_people *people = data;
	struct store_erasure *items =
		reallocarray(people->erasures, people->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	people->erasures = items;
	items[people->count++] = *erasure;
	return 0;
}

static int read_erasures(struct api_people *people, const uint32_t *only, struct error *error)
{
	int ret = erasures_each(people->directory, only, keep_erasure, people, error);

	return ret == -ENOMEM ? error_set(error, -ENOMEM, "out of memory") : ret;
}

int api_people_new(enum control_act act, const char *directory, const struct store_filter *filter,
		   const uint32_t *only, struct api_people **out, struct error *error)
{
	struct api_people *people = calloc(1, sizeof(*people));
	int ret;

	if (!people)
		return error_set(error, -ENOMEM, "out of memory");
	people->act = act;
	people->directory = directory;
	if (act == CONTROL_ROWS)
		ret = merged_new(directory, filter, &people->merged, error);
	else if (act == CONTROL_ERASURES)
		ret = read_erasures(people, only, error);
	else
		ret = owner_files_list(directory, &people->files, &people->count, error);
	if (ret) {
		api_people_free(people);
		return ret;
	}
	*out = people;
	return 0;
}

void api_people_free(struct api_people *people)
{
	if (!people)
		return;
	merged_free(people->merged);
	free(people->files);
	free(people->erasures);
	free(people);
}

void api_people_rest(struct api_people *people)
{
	if (people->merged)
		merged_rest(people->merged);
}

static int fill_rows(struct api_people *people, int64_t budget_us, uint8_t *out, size_t *out_used,
		     struct error *error)
{
	struct control_rows header = { .kind = CONTROL_IS_ROWS };
	size_t used = sizeof(header), bytes;
	const uint8_t *row;
	int ret = 1;

	merged_slice(people->merged, budget_us);
	while (CONTROL_ANSWER - used >= ROWS_ROW_MAX) {
		ret = merged_next(people->merged, &row, &bytes, error);
		if (ret <= 0)
			break;
		memcpy(out + used, row, bytes);
		used += bytes;
		header.count++;
	}
	memcpy(out, &header, sizeof(header));
	*out_used = header.count ? used : 0;
	return ret == -EAGAIN ? 1 : ret;
}

struct control_totals api_people_totals(const struct store_totals *totals)
{
	return (struct control_totals){
		.kind = CONTROL_IS_TOTALS,
		.people = (uint32_t)totals->people,
		.events = totals->events,
		.sessions = totals->sessions,
		.first_us = totals->first_us,
		.last_us = totals->last_us,
		.file_bytes = totals->file_bytes,
		.removed_events = totals->removed_events,
		.removed_until_us = totals->removed_until_us,
		.aggregated = totals->aggregated,
	};
}

static int fill_totals(struct api_people *people, uint8_t *out, size_t *out_used,
		       struct error *error)
{
	struct control_totals answer;
	int ret;

	if (people->at < people->count) { /* one a slice */
		ret = owner_files_add_totals(people->directory, people->files[people->at].uid,
					     &people->sum, error);
		people->at++;
		return ret ? ret : 1;
	}
	answer = api_people_totals(&people->sum);
	memcpy(out, &answer, sizeof(answer));
	*out_used = sizeof(answer);
	return 0;
}

static int fill_owner(struct api_people *people, uint8_t *out, size_t *out_used)
{
	const struct owner_file *file = &people->files[people->at];
	struct control_owner answer;

	if (people->at == people->count)
		return 0;
	answer = (struct control_owner){ .kind = CONTROL_IS_OWNER,
					 .uid = file->uid,
					 .changed_us = file->changed_us,
					 .bytes = file->bytes };
	memcpy(out, &answer, sizeof(answer));
	*out_used = sizeof(answer);
	people->at++;
	return 1;
}

static int fill_erasure(struct api_people *people, uint8_t *out, size_t *out_used)
{
	const struct store_erasure *erasure = &people->erasures[people->at];
	struct control_erasure answer;

	if (people->at == people->count)
		return 0;
	answer = (struct control_erasure){ .kind = CONTROL_IS_ERASURE,
					   .uid = erasure->uid,
					   .by = erasure->by,
					   .time_us = erasure->time_us,
					   .events = erasure->events,
					   .bytes = erasure->bytes };
	memcpy(out, &answer, sizeof(answer));
	*out_used = sizeof(answer);
	people->at++;
	return 1;
}

int api_people_slice(struct api_people *people, int64_t budget_us, uint8_t *out, size_t *out_used,
		     struct error *error)
{
	*out_used = 0;
	if (people->act == CONTROL_ROWS)
		return fill_rows(people, budget_us, out, out_used, error);
	if (people->act == CONTROL_TOTALS)
		return fill_totals(people, out, out_used, error);
	if (people->act == CONTROL_ERASURES)
		return fill_erasure(people, out, out_used);
	return fill_owner(people, out, out_used);
}
