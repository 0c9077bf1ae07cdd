/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/session_tags.h"

#include <stdio.h>
#include <string.h>

#include "telprobe/record.h"

static int take_tag(const struct store_row *row, void *data)
{
	struct session_tags *tags = data;
	const struct session_key session = session_key(row);
	struct session_source *source;
	bool is_tier;

	if (row->parent || !row->name[0] || !row->name[1])
		return 0;
	is_tier = !strcmp(row->name[0], "tier");
	if (!is_tier && strcmp(row->name[0], "runtime") != 0)
		return 0;
	source = table_add(&tags->sources, &session);
	if (source)
		snprintf(is_tier ? source->tier : source->runtime, sizeof(source->tier), "%s",
			 row->name[1]);
	return 0;
}

int session_tags_load(struct session_tags *tags, struct leaving *leaving, struct error *error)
{
	const struct store_filter filter = { .types = 1u << TP_TAG };
	int ret;

	table_init(&tags->sources, sizeof(struct session_key), sizeof(struct session_source),
		   SESSION_TAGS);
	ret = leaving_each(leaving, &filter, take_tag, tags, error);
	if (ret)
		session_tags_clear(tags);
	return ret;
}

void session_tags_clear(struct session_tags *tags)
{
	table_clear(&tags->sources);
}

const struct session_source *session_tags_of(const struct session_tags *tags,
					     const struct store_row *row)
{
	const struct session_key session = session_key(row);

	return table_find(&tags->sources, &session);
}
