/* SPDX-License-Identifier: GPL-2.0-only */
/* rest.c - files that are detached from for a while, because their probes cost too much. */
#include <bpf/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture_internal.h"

uint32_t capture_hits(const struct capture *capture, uint16_t object)
{
	struct tp_object entry;
	uint32_t key = object;

	if (bpf_map_lookup_elem(bpf_map__fd(capture->programs->maps.objects), &key, &entry))
		return 0;
	return entry.hits;
}

/* The grace periods of many files overlap. */
void capture_rest(struct capture *capture, const uint16_t *objects, int count)
{
	struct links *links = calloc((size_t)count + 1, sizeof(*links));
	int i, used = 0;

	for (i = 0; i < count; i++) {
		struct object *object = &capture->objects[objects[i]];

		if (!object->is_attached || !object->links.count)
			continue;
		capture_set_whole(capture, objects[i], false);
		object->is_resting = true;
		if (!links) {
			links_detach(&object->links);
			continue;
		}
		links[used++] = object->links;
		memset(&object->links, 0, sizeof(object->links));
	}
	if (links)
		links_detach_all(links, used);
	free(links);
}

int capture_rouse(struct capture *capture, uint16_t number, struct error *error)
{
	struct object *object = &capture->objects[number];
	int ret;

	if (!object->is_resting)
		return 0;
	object->is_resting = false;
	if (!object->is_attached || object->is_leaving)
		return 0;
	ret = capture_attach_sites(capture, object);
	if (ret) {
		error_set(error, ret, "cannot attach to '%s' again: %s", object->path,
			  error_text(ret));
		capture_drop(capture, number);
		return ret;
	}
	capture_set_whole(capture, number, true);
	return 0;
}
