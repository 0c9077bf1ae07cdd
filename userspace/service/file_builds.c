/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/file_builds.h"

#include <string.h>

#include "telprobe/record.h"

void file_builds_init(struct file_builds *builds)
{
	table_init(&builds->objects, sizeof(uint32_t), sizeof(struct collector_build), TP_OBJECTS);
}

void file_builds_clear(struct file_builds *builds)
{
	table_clear(&builds->objects);
}

void file_builds_receive(struct file_builds *builds, const struct message *message)
{
	const uint32_t object = message->object;
	struct collector_build *build = table_find(&builds->objects, &object);

	if (message->object >= TP_OBJECTS)
		return;
	if (!message->code) {
		if (build)
			table_remove(&builds->objects, &object);
		return;
	}
	if (!build)
		build = table_add(&builds->objects, &object);
	if (!build)
		return;
	*build = (struct collector_build){ .program = (uint64_t)message->number };
	memcpy(build->id, message->build, sizeof(build->id));
	memcpy(build->version, message->text, sizeof(build->version) - 1);
}

const struct collector_build *file_builds_find(const struct file_builds *builds, uint16_t object)
{
	const uint32_t key = object;

	return table_find(&builds->objects, &key);
}
