/* SPDX-License-Identifier: GPL-2.0-only */
/* objects.c - files with markers: attach, hold the lease, detach. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "capture/capture_internal.h"
#include "capture/lease.h"

static uint32_t kernel_device(dev_t device)
{
	return (uint32_t)(major(device) << 20 | minor(device));
}

static int number_find(struct capture *capture, uint64_t inode, uint32_t device)
{
	int i;

	for (i = 1; i <= capture->last; i++)
		if (capture->objects[i].fd >= 0 && capture->objects[i].executable.inode == inode &&
		    capture->objects[i].executable.device == device)
			return i;
	return 0;
}

/* The fd of a lease must be its own: /proc/self/fd gives a second open file of the same inode. */
static int reopen(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_probed(const struct inspect_site *site)
{
	return site->marker >= 0 && site->reason == INSPECT_USABLE;
}

/* In a function of our own layout the nop this kernel optimises; elsewhere what the note names. */
static struct link_site site_choose(const struct inspect_site *site, uint16_t object,
				    unsigned int nop_bytes)
{
	uint32_t distance = 0;

	if (site->is_own_layout && nop_bytes != 1)
		distance = nop_bytes == 5 ? 1 : 6;
	return (struct link_site){
		.offset = site->file_offset + distance,
		.semaphore_offset = site->semaphore_offset,
		.cookie = TP_COOKIE(site->marker, object, site->place + distance),
	};
}

void capture_assign(struct capture *capture, uint16_t object, uint32_t target)
{
	capture->objects[object].target = target;
}

static int lease_check(const struct object *object, struct error *error)
{
	if (object->lease_error.code) {
		if (error)
			*error = object->lease_error;
		return object->lease_error.code;
	}
	if (lease_holds(object->fd))
		return 0;
	return error_set(error, -EBUSY, "cannot attach to '%s': it is being written", object->path);
}

static int attach_refused(int ret, const char *path, struct error *error)
{
	if (ret == -EINVAL) {
		error_set(error, ret,
			  "cannot attach to '%s': another tracer holds a marker without its "
			  "semaphore, or the kernel refuses its place",
			  path);
		error_hint(error, "stop the other tracer (bpftrace, perf, gdb) and try again");
		return ret;
	}
	error_set(error, ret, "cannot attach to '%s': %s", path, error_text(ret));
	error_hint(error, "`telprobe doctor` tells what is missing");
	return ret;
}

static int attach(struct capture *capture, uint16_t number, const struct inspection *inspection,
		  struct capture_added *out, struct error *error)
{
	struct object *object = &capture->objects[number];
	struct link_site *sites;
	int ret = 0, count = 0;
	size_t i;

	sites = calloc(inspection->site_count + 1, sizeof(*sites));
	if (!sites)
		return error_set(error, -ENOMEM, "no memory to attach to '%s'", object->path);
	for (i = 0; i < inspection->site_count; i++) {
		const struct inspect_site *site = &inspection->sites[i];

		if (is_probed(site))
			sites[count++] = site_choose(site, number, capture->facts.nop_bytes);
		else if (site->marker >= 0)
			out->unusable++;
	}
	if (count)
		ret = lease_check(object, error);
	if (count && !ret) {
		ret = links_attach(capture->programs->progs.marker, capture->facts.method,
				   object->fd, sites, count, &object->links);
		if (ret)
			attach_refused(ret, object->path, error);
	}
	if (ret) {
		free(sites);
		return ret;
	}
	object->sites = sites;
	object->site_count = count;
	out->sites = (uint32_t)count;
	return 0;
}

static int aliases_write(struct capture *capture, uint16_t number,
			 const struct inspection *inspection)
{
	int fd = bpf_map__fd(capture->programs->maps.aliases);
	size_t i;

	for (i = 0; i < inspection->alias_count; i++) {
		struct tp_alias_key key = { number, inspection->aliases[i].place };
		int ret = bpf_map_update_elem(fd, &key, &inspection->aliases[i].first, BPF_ANY);

		if (ret)
			return ret == -E2BIG ? 0 : ret; /* full: such pairs count as unmatched */
	}
	return 0;
}

static int remember(struct capture *capture, const struct tp_executable_key *key, uint32_t object)
{
	return bpf_map_update_elem(bpf_map__fd(capture->programs->maps.executables), key, &object,
				   BPF_ANY);
}

/* The kernel attaches and detaches marker by marker, for milliseconds: what is hit meanwhile is
 * refused, so that no span lacks its end for that reason. */
static void set_whole(struct capture *capture, uint16_t number, bool is_whole)
{
	int fd = bpf_map__fd(capture->programs->maps.objects);
	struct tp_object entry;
	uint32_t key = number;

	if (bpf_map_lookup_elem(fd, &key, &entry))
		return;
	entry.is_whole = is_whole;
	bpf_map_update_elem(fd, &key, &entry, BPF_ANY);
}

/* A number may be given again: nothing of the file that had it must be left. */
static void disable(struct capture *capture, uint16_t number)
{
	static const struct tp_object none;
	uint32_t key = number;

	bpf_map_update_elem(bpf_map__fd(capture->programs->maps.objects), &key, &none, BPF_ANY);
}

static void detach(struct capture *capture, uint16_t number)
{
	struct object *object = &capture->objects[number];

	set_whole(capture, number, false);
	links_detach(&object->links);
	object->is_attached = false;
}

/* Everything the programs ask for must stand before the first marker can fire. */
static int describe(struct capture *capture, uint16_t number, const struct inspection *inspection)
{
	struct tp_object entry = {
		.image_bytes = inspection->image_bytes,
		.code_start = inspection->code_start,
		.is_enabled = 1,
		.target = capture->objects[number].target,
	};
	struct object *object = &capture->objects[number];
	uint32_t key = number;
	int ret;

	ret = bpf_map_update_elem(bpf_map__fd(capture->programs->maps.objects), &key, &entry,
				  BPF_ANY);
	if (!ret)
		ret = aliases_write(capture, number, inspection);
	if (!ret)
		ret = remember(capture, &object->executable, number);
	return ret;
}

static void object_clear(struct object *object)
{
	if (object->fd >= 0) {
		lease_give_up(object->fd);
		close(object->fd);
	}
	free(object->path);
	free(object->sites);
	memset(object, 0, sizeof(*object));
	object->fd = -1;
}

static int object_open(struct object *object, int fd, const char *path, struct error *error)
{
	struct stat status;

	object->fd = reopen(fd);
	if (object->fd < 0)
		return error_set(error, object->fd, "cannot open '%s': %s", path,
				 error_text(object->fd));
	object->path = strdup(path);
	if (!object->path)
		return error_set(error, -ENOMEM, "no memory for '%s'", path);
	if (fstat(object->fd, &status))
		return error_set(error, -errno, "cannot examine '%s': %s", path, error_text(errno));
	object->executable.inode = status.st_ino;
	object->executable.device = kernel_device(status.st_dev);
	object->as_met = object->executable;
	object->changed = status.st_ctim;
	object->bytes = status.st_size;
	lease_take(object->fd, path, &object->lease_error);
	return 0;
}

int capture_hold(struct capture *capture, int fd, const char *path, uint16_t *out_object,
		 struct error *error)
{
	uint16_t number = (uint16_t)(capture->last + 1);
	struct stat status;
	int ret;

	if (fstat(fd, &status))
		return error_set(error, -errno, "cannot examine '%s': %s", path, error_text(errno));
	ret = number_find(capture, status.st_ino, kernel_device(status.st_dev));
	if (ret) {
		*out_object = (uint16_t)ret;
		return -EEXIST;
	}
	if (number >= capture->room)
		return error_set(error, -ENOSPC, "no room for '%s': %u files are traced already",
				 path, capture->room - 1);
	ret = object_open(&capture->objects[number], fd, path, error);
	if (ret) {
		object_clear(&capture->objects[number]);
		return ret;
	}
	capture->objects[number].target = number;
	capture->last = number;
	*out_object = number;
	return 0;
}

bool capture_is_steady(const struct capture *capture, uint16_t number)
{
	const struct object *object = &capture->objects[number];

	if (object->lease_error.code)
		return object->lease_error.code != -EBUSY;
	return lease_holds(object->fd);
}

int capture_attach(struct capture *capture, uint16_t number, const struct inspection *inspection,
		   struct capture_added *out, struct error *error)
{
	struct object *object = &capture->objects[number];
	struct capture_added added = { 0 };
	int ret;

	ret = describe(capture, number, inspection);
	if (ret) {
		attach_refused(ret, object->path, error);
		goto drop;
	}
	ret = attach(capture, number, inspection, &added, error);
	if (ret)
		goto drop;
	object->is_attached = true;
	set_whole(capture, number, true);
	*out = added;
	return 0;
drop:
	capture_drop(capture, number);
	return ret;
}

static void forget_executable(struct capture *capture, const struct object *object)
{
	int fd = bpf_map__fd(capture->programs->maps.executables);

	bpf_map_delete_elem(fd, &object->executable);
	bpf_map_delete_elem(fd, &object->as_met);
}

void capture_drop(struct capture *capture, uint16_t number)
{
	struct object *object = &capture->objects[number];

	bool was_attached = object->is_attached;

	forget_executable(capture, object);
	detach(capture, number);
	disable(capture, number);
	capture_release(capture, number);
	if (was_attached || number != capture->last)
		return; /* records may still speak of it */
	object_clear(object);
	capture->last--;
}

int capture_know(struct capture *capture, const struct tp_discover *record, uint16_t object,
		 struct error *error)
{
	struct tp_executable_key key = {
		.inode = record->inode,
		.device = record->device,
		.content = object ? 0 : record->content,
	};
	int ret = remember(capture, &key, object);

	if (object)
		capture->objects[object].as_met = key; /* to be forgotten with it */
	if (ret)
		return error_set(error, ret, "cannot remember an executable: %s", error_text(ret));
	return 0;
}

const char *capture_path(const struct capture *capture, uint16_t object)
{
	return object && object <= capture->last ? capture->objects[object].path : NULL;
}

const char *capture_name(const struct capture *capture, uint16_t object)
{
	const char *path = capture_path(capture, object);
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

uint16_t capture_last_object(const struct capture *capture)
{
	return capture->last;
}

int capture_fd(const struct capture *capture)
{
	return capture->lease_fd;
}

static void detach_all(struct capture *capture, bool (*is_meant)(const struct object *object))
{
	struct links *links = calloc(capture->last + 1u, sizeof(*links));
	int count = 0;
	uint16_t i;

	for (i = 1; i <= capture->last; i++) {
		struct object *object = &capture->objects[i];

		if (!is_meant(object))
			continue;
		set_whole(capture, i, false);
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

static bool is_attached(const struct object *object)
{
	return object->is_attached;
}

void capture_detach(struct capture *capture)
{
	size_t i;

	detach_all(capture, is_attached);
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
	detach_all(capture, is_attached);
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
	if (object->site_count)
		ret = lease_take(object->fd, object->path, error);
	if (!ret && !is_unchanged(object))
		ret = error_set(error, -EBUSY, "'%s' was written meanwhile: detached from it",
				object->path);
	if (!ret && object->site_count)
		ret = links_attach(capture->programs->progs.marker, capture->facts.method,
				   object->fd, object->sites, object->site_count, &object->links);
	object->is_attached = true; /* its number has been used */
	if (ret) {
		capture_drop(capture, number);
		return ret;
	}
	set_whole(capture, number, true);
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

uint16_t capture_broken(struct capture *capture)
{
	uint16_t i;
	int fd;

	while ((fd = lease_next(capture->lease_fd)) >= 0)
		for (i = 1; i <= capture->last; i++) {
			struct object *object = &capture->objects[i];

			if (object->fd != fd || !object->is_attached)
				continue;
			forget_executable(capture, object);
			detach(capture, i);
			return i;
		}
	return 0;
}

void capture_release(struct capture *capture, uint16_t number)
{
	struct object *object = &capture->objects[number];

	if (object->fd < 0)
		return;
	lease_give_up(object->fd);
	close(object->fd);
	object->fd = -1;
}

void capture_remove_all(struct capture *capture)
{
	uint16_t i;

	if (!capture->objects)
		return;
	detach_all(capture, is_attached);
	links_detach(&capture->trial);
	for (i = 1; i <= capture->last; i++)
		object_clear(&capture->objects[i]);
	capture->last = 0;
}
