/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/updates.h"

#include <stdio.h>
#include <string.h>

enum { PROGRAMS_KEPT = STORE_BUILDS };

struct known {
	uint8_t id[STORE_BUILD_ID];
};

void updates_init(struct updates *updates, struct store *store)
{
	updates->store = store;
	table_init(&updates->programs, sizeof(uint64_t), sizeof(struct known), PROGRAMS_KEPT);
}

void updates_clear(struct updates *updates)
{
	table_clear(&updates->programs);
}

bool updates_knows(const struct updates *updates, const struct collector_build *build)
{
	const struct known *known = table_find(&updates->programs, &build->program);

	return known && !memcmp(known->id, build->id, sizeof(known->id));
}

/* Without memory it is asked for again. */
static void remember(struct updates *updates, const struct collector_build *build)
{
	struct known *known = table_find(&updates->programs, &build->program);

	if (!known && updates->programs.count >= PROGRAMS_KEPT)
		table_clear(&updates->programs);
	if (!known)
		known = table_add(&updates->programs, &build->program);
	if (known)
		memcpy(known->id, build->id, sizeof(known->id));
}

int updates_see(struct updates *updates, const struct collector_build *build, int64_t time_us,
		uint8_t flags, struct updates_change *change, struct error *error)
{
	struct store_build now = { .program = build->program, .since_us = time_us, .flags = flags },
			   before;
	int ret = store_build_get(updates->store, build->program, &before, error);

	if (ret < 0)
		return ret;
	if (ret && !memcmp(before.id, build->id, sizeof(before.id))) {
		remember(updates, build);
		return 0;
	}
	if (ret && time_us <= before.since_us)
		return 0;
	change->is_one = ret;
	if (ret)
		snprintf(change->before, sizeof(change->before), "%s", before.version);
	memcpy(now.id, build->id, sizeof(now.id));
	snprintf(now.version, sizeof(now.version), "%s", change->version);
	ret = store_build_set(updates->store, &now, error);
	if (!ret)
		remember(updates, build);
	return ret;
}
