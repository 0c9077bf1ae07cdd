/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/follower.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "report/live.h"
#include "report/person.h"

#define SETTLED_US \
	1000000ll /* a file's time moves in steps: so long after a change it is looked at */
#define ANYWAY_US \
	10000000ll /* whoever writes it may be kept from telling readers for longer than that */

/* Lines are printed when a person's look is over, or they might have to be told again. Of so many at
 * once (a first look at everything) some go out before. */
enum { LINES_MAX = 1 << 20 };

struct followed { /* a person */
	uint32_t uid;
	struct store_cursor cursor;
	int64_t looked_us;
	bool is_first; /* nothing was told of it yet, in the first look */
};

struct line {
	int64_t id;
	uint32_t owner;
	char *text;
};

struct follower {
	struct follower_choice choice;
	struct followed *people;
	size_t count;
	bool has_begun; /* the first look is over */
	bool has_told;
	struct line *lines;
	size_t used, capacity;
	/* of this look: */
	struct person_names names;
	FILE *out;
	struct error *error;
};

struct follower *follower_new(const struct follower_choice *choice)
{
	struct follower *follower = calloc(1, sizeof(*follower));

	if (follower)
		follower->choice = *choice;
	return follower;
}

/* All but the first @kept. */
static void drop_lines(struct follower *follower, size_t kept)
{
	while (follower->used > kept)
		free(follower->lines[--follower->used].text);
}

void follower_free(struct follower *follower)
{
	if (!follower)
		return;
	drop_lines(follower, 0);
	free(follower->lines);
	free(follower->people);
	free(follower);
}

static int by_time(const void *a, const void *b)
{
	const struct line *left = a, *right = b;

	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	return (left->owner > right->owner) - (left->owner < right->owner);
}

/* Of the first look only as many as were asked for; the people have as many each. */
static int print_lines(struct follower *follower)
{
	const int64_t limit = follower->has_begun ? 0 : follower->choice.limit;
	size_t i = 0;

	if (follower->used)
		qsort(follower->lines, follower->used, sizeof(*follower->lines), by_time);
	if (limit && follower->used > (size_t)limit)
		i = follower->used - (size_t)limit;
	for (; i < follower->used; i++) {
		fputs(follower->lines[i].text, follower->out);
		putc('\n', follower->out);
		follower->has_told = true;
	}
	drop_lines(follower, 0);
	errno = 0;
	return fflush(follower->out) || ferror(follower->out) ? errno ? -errno : -EIO : 0;
}

static int make_room(struct follower *follower)
{
	size_t capacity = follower->capacity ? follower->capacity * 2 : 256;
	struct line *lines;
	int ret;

	if (follower->used < follower->capacity)
		return 0;
	if (follower->used >= LINES_MAX) {
		ret = print_lines(follower);
		return ret ? error_set(follower->error, ret, "cannot write: %s", error_text(ret))
			   : 0;
	}
	lines = reallocarray(follower->lines, capacity, sizeof(*lines));
	if (!lines)
		return error_set(follower->error, -ENOMEM, "out of memory");
	follower->lines = lines;
	follower->capacity = capacity;
	return 0;
}

static int take(const struct store_row *row, void *data)
{
	struct follower *follower = data;
	const struct follower_choice *choice = &follower->choice;
	const char *person;
	char *text;
	int ret;

	if (!choice_has(&choice->events, row))
		return 0;
	ret = make_room(follower);
	if (ret)
		return ret;
	person = choice->has_people ? person_name(&follower->names, row->owner) : NULL;
	text = live_line(row, person, choice->is_json);
	if (!text)
		return error_set(follower->error, -ENOMEM, "out of memory");
	follower->lines[follower->used++] =
		(struct line){ .id = row->id, .owner = row->owner, .text = text };
	return 0;
}

static struct followed *find(struct follower *follower, uint32_t uid)
{
	struct followed *people;
	size_t i;

	for (i = 0; i < follower->count; i++)
		if (follower->people[i].uid == uid)
			return &follower->people[i];
	people = reallocarray(follower->people, follower->count + 1, sizeof(*people));
	if (!people)
		return NULL;
	follower->people = people;
	people[follower->count] = (struct followed){ .uid = uid, .is_first = !follower->has_begun };
	return &people[follower->count++];
}

static struct store_filter filter_for(struct follower *follower, struct followed *followed)
{
	struct choice events = follower->choice.events;
	struct store_filter filter;

	if (!followed->is_first)
		events.since_us = 0;
	filter = choice_filter(&events, followed->is_first ? follower->choice.limit : 0);
	filter.of_owner = true;
	filter.owner = followed->uid;
	filter.cursor = &followed->cursor;
	return filter;
}

static void note_deleted(const struct follower *follower, const struct followed *followed,
			 FILE *notes)
{
	if (follower->choice.has_people)
		fprintf(notes,
			"telprobe: the events of uid %u were deleted; what came since "
			"follows\n",
			followed->uid);
	else
		fputs("telprobe: the events were deleted; what came since follows\n", notes);
}

static void note_too_many(FILE *notes)
{
	fputs("telprobe: more late events came at once than are remembered: some are left out "
	      "here; 'telprobe show' has them\n",
	      notes);
}

static int pass_over(const struct store_row *row, void *data)
{
	(void)row;
	(void)data;
	return 0;
}

/* To where the file is now, telling nothing. */
static int skip(struct follower *follower, struct store *store, struct followed *followed)
{
	const struct store_filter filter = {
		.limit = 1, .of_owner = true, .owner = followed->uid, .cursor = &followed->cursor
	};

	followed->cursor = (struct store_cursor){ 0 };
	return store_each(store, &filter, pass_over, NULL, follower->error);
}

static int look_at(struct follower *follower, struct store *store, struct followed *followed,
		   FILE *notes)
{
	const size_t before = follower->used;
	struct store_filter filter = filter_for(follower, followed);
	int ret = store_each(store, &filter, take, follower, follower->error);

	if (ret == -ESTALE) {
		drop_lines(follower, before);
		note_deleted(follower, followed, notes);
		followed->cursor = (struct store_cursor){ 0 };
		followed->is_first = false;
		filter = filter_for(follower, followed);
		ret = store_each(store, &filter, take, follower, follower->error);
	} else if (ret == -EOVERFLOW) {
		note_too_many(notes);
		ret = skip(follower, store, followed);
	}
	if (ret) /* they are told by the next look */
		drop_lines(follower, before);
	else
		followed->is_first = false;
	return ret == -ENOENT && follower->choice.has_people ? 0 : ret; /* the next list lacks it */
}

static bool is_quiet(const struct followed *followed, const struct store_person *person,
		     int64_t now_us)
{
	return person->changed_us && followed->looked_us > person->changed_us + SETTLED_US &&
	       now_us >= followed->looked_us && now_us < followed->looked_us + ANYWAY_US;
}

static int look_at_all(struct follower *follower, struct store *store,
		       const struct store_person *people, size_t count, FILE *notes)
{
	struct followed *followed;
	int64_t now_us;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < count; i++) {
		followed = find(follower, people[i].uid);
		if (!followed)
			return error_set(follower->error, -ENOMEM, "out of memory");
		now_us = clock_now_us();
		if (is_quiet(followed, &people[i], now_us))
			continue;
		ret = look_at(follower, store, followed, notes);
		if (!ret)
			followed->looked_us = now_us;
	}
	return ret;
}

int follower_look(struct follower *follower, struct store *store, FILE *out, FILE *notes,
		  struct error *error)
{
	struct store_person *people = NULL;
	size_t count = 0;
	int ret, printed;

	memset(&follower->names, 0, sizeof(follower->names)); /* who goes on for days asks again */
	follower->out = out;
	follower->error = error;
	ret = store_people(store, &people, &count, error);
	if (!ret)
		ret = look_at_all(follower, store, people, count, notes);
	free(people);
	printed =
		print_lines(follower); /* of those whose look is over, also when another's failed */
	if (printed)
		return error_set(error, printed, "cannot write: %s", error_text(printed));
	if (!ret)
		follower->has_begun = true;
	return ret;
}

bool follower_has_told(const struct follower *follower)
{
	return follower->has_told;
}

void follower_missing(struct follower *follower, FILE *notes)
{
	size_t i;

	for (i = 0; i < follower->count; i++) {
		if (!store_cursor_has_passed(&follower->people[i].cursor))
			continue;
		follower->people[i].cursor = (struct store_cursor){ 0 };
		note_deleted(follower, &follower->people[i], notes);
	}
}
