/* SPDX-License-Identifier: GPL-2.0-only */
/* rest.c - files that are detached from for a while, because their probes cost too much. */
#include <bpf/bpf.h>

#include "capture/capture_internal.h"

uint32_t capture_hits(const struct capture *capture, uint16_t object)
{
	struct tp_object entry;
	uint32_t key = object;

	if (bpf_map_lookup_elem(bpf_map__fd(capture->programs->maps.objects), &key, &entry))
		return 0;
	return entry.hits;
}

void capture_rest(struct capture *capture, uint16_t number)
{
	struct object *object = &capture->objects[number];

	if (!object->is_attached || !object->links.count)
		return;
	capture_set_whole(capture, number, false);
	links_detach(&object->links);
	object->is_resting = true;
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
