/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a follower of the file stands: see struct store_cursor. */
#include <errno.h>
#include <string.h>

#include "store/handle.h"

static const char act[] = "follow";

bool store_cursor_has_passed(const struct store_cursor *cursor)
{
	return cursor->newest || cursor->late;
}

/* That numbers of late events are missing between both says nothing: retention removes them with
 * their events. */
static int judge(const struct store_cursor *after, const struct store_cursor *now,
		 struct error *error)
{
	if (!store_cursor_has_passed(after))
		return 0;
	if (memcmp(after->file, now->file, sizeof(now->file)) != 0 ||
	    after->generation != now->generation)
		return store_erased(error);
	if (now->late - after->late <= STORE_LATE_KEPT)
		return 0;
	error_set(error, -EOVERFLOW, "too many events came at once to follow them one by one");
	return error_hint(error, "'telprobe show' and 'telprobe export' tell all of them");
}

int store_look(struct store *store, const struct store_cursor *after, struct store_cursor *out,
	       struct error *error)
{
	const int64_t all[] = { 0, INT64_MAX };
	struct store_cursor now = { .newest = 0 };
	int64_t newest = 0, late = 0, generation[2] = { 0 };
	int ret;

	ret = store_numbers(store, GET_GENERATION, NULL, 0, generation, act, error);
	if (ret >= 0)
		ret = store_numbers(store, LAST_EVENT_BEFORE, all, 2, &newest, act, error);
	if (ret >= 0)
		ret = store_numbers(store, LAST_LATE, NULL, 0, &late, act, error);
	if (ret < 0)
		return ret;
	store_id_bytes(store, 0, now.file);
	now.generation = generation[0];
	now.newest = newest;
	now.late = late;
	ret = judge(after, &now, error);
	if (!ret)
		*out = now;
	return ret;
}
