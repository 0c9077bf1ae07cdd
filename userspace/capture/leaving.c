/* SPDX-License-Identifier: GPL-2.0-only */
/* leaving.c - files that are given up: detached by threads, then their numbers given back.
 * A record, an open span or a process may still name such a number. So it is free only when the
 * programs know it under another generation, the links are gone, no program runs that began
 * before, and the ring was read to its end (capture_forget()). */
#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/capture_internal.h"
#include "capture/lease.h"

struct leaving { /* files given up together; the newest first in capture->leaving */
	struct leaving *next;
	struct capture *capture;
	pthread_t thread;
	bool has_thread;
	bool is_detached; /* set by the thread, last */
	struct links *links;
	int count;
	int told; /* of objects[], by capture_left() */
	uint16_t objects[];
};

uint32_t capture_next_generation(struct capture *capture, uint16_t number)
{
	capture->generations[number] =
		(uint16_t)((capture->generations[number] + 1u) % TP_GENERATIONS);
	return capture->generations[number];
}

/* Spans open in the file and processes executing it mean nothing any more from here on. The kernel
 * writes no entry at once: a program on its way may find the old file under the new generation and
 * leave that behind in a thread's state. So the next file gets a generation of its own (describe()),
 * and what else the entry tells stays as it was. */
static void rename_number(struct capture *capture, uint16_t number)
{
	int fd = bpf_map__fd(capture->programs->maps.objects);
	struct tp_object entry = { 0 };
	uint32_t key = number;

	bpf_map_lookup_elem(fd, &key, &entry);
	entry.is_enabled = 0;
	entry.is_whole = 0;
	entry.generation = capture_next_generation(capture, number);
	bpf_map_update_elem(fd, &key, &entry, BPF_ANY);
}

static void *detach(void *data)
{
	struct leaving *leaving = data;

	links_detach_all(leaving->links, leaving->count);
	capture_barrier(leaving->capture, NULL);
	__atomic_store_n(&leaving->is_detached, true, __ATOMIC_RELEASE);
	eventfd_write(leaving->capture->left_fd, 1);
	return NULL;
}

static struct leaving *leaving_new(struct capture *capture, int count)
{
	struct leaving *leaving =
		calloc(1, sizeof(*leaving) + (size_t)count * sizeof(leaving->objects[0]));

	if (!leaving)
		return NULL;
	leaving->links = calloc((size_t)count, sizeof(*leaving->links));
	if (!leaving->links) {
		free(leaving);
		return NULL;
	}
	leaving->capture = capture;
	return leaving;
}

static void leaving_free(struct leaving *leaving)
{
	if (leaving->has_thread)
		pthread_join(leaving->thread, NULL);
	free(leaving->links);
	free(leaving);
}

void capture_leave(struct capture *capture, const uint16_t *objects, int count)
{
	struct leaving *leaving = leaving_new(capture, count);
	int i;

	/* all of them first: the links go one after the other */
	for (i = 0; i < count; i++) {
		struct object *object = &capture->objects[objects[i]];

		object->is_leaving = true;
		object->is_attached = false;
		capture_forget_executable(capture, object);
		rename_number(capture, objects[i]);
		if (!leaving) { /* its number is never free again */
			links_detach(&object->links);
			capture_release(capture, objects[i]);
			continue;
		}
		leaving->objects[leaving->count] = objects[i];
		leaving->links[leaving->count++] = object->links;
		memset(&object->links, 0, sizeof(object->links));
	}
	if (!leaving)
		return;
	leaving->next = capture->leaving;
	capture->leaving = leaving;
	leaving->has_thread = !pthread_create(&leaving->thread, NULL, detach, leaving);
	if (!leaving->has_thread)
		detach(leaving);
}

int capture_left_fd(const struct capture *capture)
{
	return capture->left_fd;
}

uint16_t capture_left(struct capture *capture)
{
	struct leaving **place = &capture->leaving, *leaving;
	eventfd_t ignored;

	eventfd_read(capture->left_fd, &ignored);
	while ((leaving = *place)) {
		if (!__atomic_load_n(&leaving->is_detached, __ATOMIC_ACQUIRE)) {
			place = &leaving->next;
			continue;
		}
		if (leaving->told < leaving->count)
			return leaving->objects[leaving->told++];
		*place = leaving->next;
		leaving_free(leaving);
	}
	return 0;
}

static void aliases_remove(struct capture *capture, uint16_t number)
{
	const struct object *object = &capture->objects[number];
	int fd = bpf_map__fd(capture->programs->maps.aliases);
	size_t i;

	for (i = 0; i < object->alias_count; i++) {
		struct tp_alias_key key = { number, object->alias_places[i] };

		bpf_map_delete_elem(fd, &key);
	}
}

/* Entries of @map, whose key is a tp_async_key, that are of files that are gone. Nobody makes one any
 * more, and what their processes left open was counted. */
static void ids_remove(const struct bpf_map *map, const bool *is_gone)
{
	uint32_t i, rows = bpf_map__max_entries(map), last;
	struct tp_async_key *keys = calloc(rows, sizeof(*keys));
	void *values = calloc(rows, bpf_map__value_size(map));
	int fd = bpf_map__fd(map), ret = -ENOMEM;

	if (keys && values)
		ret = bpf_map_lookup_batch(fd, NULL, &last, keys, values, &rows, NULL);
	if (ret && ret != -ENOENT) /* the end of the map */
		rows = 0;	   /* they go with their processes */
	for (i = 0; i < rows; i++)
		if (keys[i].object < TP_OBJECTS && is_gone[keys[i].object])
			bpf_map_delete_elem(fd, &keys[i]);
	free(keys);
	free(values);
}

void capture_forget(struct capture *capture, const uint16_t *objects, int count)
{
	bool is_gone[TP_OBJECTS] = { false };
	int i;

	if (!count)
		return;
	for (i = 0; i < count; i++)
		is_gone[objects[i]] = true;
	ids_remove(capture->programs->maps.async_spans, is_gone);
	ids_remove(capture->programs->maps.decisions, is_gone);
	for (i = 0; i < count; i++) {
		aliases_remove(capture, objects[i]);
		accounts_retain(capture, objects[i]);
		capture_free_number(capture, objects[i]);
	}
}

void leaving_end(struct capture *capture)
{
	struct leaving *leaving;

	while ((leaving = capture->leaving)) {
		capture->leaving = leaving->next;
		leaving_free(leaving);
	}
}
