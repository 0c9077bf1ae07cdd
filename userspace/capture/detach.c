/* SPDX-License-Identifier: GPL-2.0-only */
/* detach.c - from all files at once: for a pause, and for good. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/capture_internal.h"
#include "capture/lease.h"

static void detach_all(struct capture *capture)
{
	struct links *links = calloc(capture->last + 1u, sizeof(*links));
	int count = 0;
	uint16_t i;

	for (i = 1; i <= capture->last; i++) {
		struct object *object = &capture->objects[i];

		if (!object->is_attached)
			continue;
		capture_set_whole(capture, i, false);
		object->is_attached = false;
		if (!links)
			links_detach(&object->links);
		else
			links[count++] = object->links;
		memset(&object->links, 0, sizeof(object->links));
	}
	if (links)
		links_detach_all(links, count);
	free(links);
}

void capture_detach(struct capture *capture)
{
	size_t i;

	detach_all(capture);
	for (i = 0; i < CAPTURE_PROCESS_LINKS; i++) {
		bpf_link__destroy(capture->process_links[i]);
		capture->process_links[i] = NULL;
	}
}

void capture_pause(struct capture *capture)
{
	uint16_t i;

	for (i = 1; i <= capture->last; i++)
		capture->objects[i].is_paused = capture->objects[i].is_attached;
	detach_all(capture);
	for (i = 1; i <= capture->last; i++)
		if (capture->objects[i].is_paused)
			lease_give_up(capture->objects[i].fd);
}

static bool is_unchanged(const struct object *object)
{
	struct stat status;

	return !fstat(object->fd, &status) && status.st_size == object->bytes &&
	       status.st_ctim.tv_sec == object->changed.tv_sec &&
	       status.st_ctim.tv_nsec == object->changed.tv_nsec;
}

static int resume(struct capture *capture, uint16_t number, struct error *error)
{
	struct object *object = &capture->objects[number];
	int ret = 0;

	object->is_paused = false;
	object->is_wanted = false; /* he had the whole pause */
	if (object->site_count + object->foreign_count)
		ret = lease_take(object->fd, object->path, error);
	if (!ret && !is_unchanged(object))
		ret = error_set(error, -EBUSY, "'%s' was written meanwhile: detached from it",
				object->path);
	if (!ret)
		ret = capture_attach_sites(capture, object);
	if (ret) {
		capture_drop(capture, number);
		capture_release(capture, number); /* read to the end before the pause */
		return ret;
	}
	object->is_attached = true;
	capture_set_whole(capture, number, true);
	return 0;
}

int capture_resume(struct capture *capture, struct error *error)
{
	int ret = 0, failed;
	uint16_t i;

	for (i = 1; i <= capture->last; i++) {
		if (!capture->objects[i].is_paused)
			continue;
		failed = resume(capture, i, error);
		ret = failed ? failed : ret;
	}
	return ret;
}

void capture_remove_all(struct capture *capture)
{
	uint16_t i;

	if (!capture->objects)
		return;
	detach_all(capture);
	leaving_end(capture);
	links_detach(&capture->trial);
	for (i = 1; i <= capture->last; i++)
		capture_object_clear(&capture->objects[i]);
	capture->last = 0;
}
