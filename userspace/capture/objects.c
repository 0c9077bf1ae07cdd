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
#include "capture/mapped.h"
#include "lib/clock.h"

static uint32_t kernel_device(dev_t device)
{
	return (uint32_t)(major(device) << 20 | minor(device));
}

static uint16_t number_find(struct capture *capture, const struct tp_executable_key *key)
{
	uint16_t i;

	for (i = 1; i <= capture->last; i++)
		if (capture->objects[i].path && capture->objects[i].fd >= 0 &&
		    capture->objects[i].mapped.inode == key->inode &&
		    capture->objects[i].mapped.device == key->device)
			return i;
	return 0;
}

/* The lowest number no file has. Return: 0 when all are taken. */
static uint16_t number_free(const struct capture *capture)
{
	uint32_t i;

	for (i = 1; i < capture->room; i++)
		if (i > capture->last || !capture->objects[i].path)
			return (uint16_t)i;
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

void object_describe_again(struct capture *capture, uint16_t number)
{
	int fd = bpf_map__fd(capture->programs->maps.objects);
	const struct object *object = &capture->objects[number];
	struct tp_object entry;
	uint32_t key = number;

	if (!object->is_described || bpf_map_lookup_elem(fd, &key, &entry))
		return;
	entry.runs = (uint8_t)object->runs;
	entry.sampling = (uint8_t)object->sampling;
	bpf_map_update_elem(fd, &key, &entry, BPF_ANY);
}

void capture_tell_runs(struct capture *capture, uint16_t number, uint16_t runs)
{
	if (capture->objects[number].runs == runs)
		return;
	capture->objects[number].runs = runs;
	object_describe_again(capture, number);
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

int capture_program_for(const struct capture *capture, const struct object *object)
{
	return object->reads_names ? capture->declared.program_fd
				   : bpf_program__fd(capture->programs->progs.marker);
}

int capture_attach_sites(struct capture *capture, struct object *object)
{
	int ret = 0;

	if (object->site_count)
		ret = links_attach(capture_program_for(capture, object), &capture->way, object->fd,
				   object->sites, object->site_count, &object->links);
	if (!ret && object->foreign_count)
		ret = links_attach(bpf_program__fd(capture->programs->progs.foreign_probe),
				   &capture->way, object->fd, object->foreign,
				   object->foreign_count, &object->links);
	if (ret)
		links_detach(&object->links);
	return ret;
}

/* Never without the lease: what stands at the sites now may be something else (hazards). */
static int attach_sites(struct capture *capture, struct object *object, struct error *error)
{
	int ret = lease_check(object, error);

	if (ret)
		return ret;
	ret = capture_attach_sites(capture, object);
	return ret ? attach_refused(ret, object->path, error) : 0;
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
	object->sites = sites;
	object->site_count = count;
	if (count + object->foreign_count)
		ret = attach_sites(capture, object, error);
	out->sites = (uint32_t)(count + object->foreign_count);
	return ret;
}

static int aliases_write(struct capture *capture, uint16_t number,
			 const struct inspection *inspection)
{
	int fd = bpf_map__fd(capture->programs->maps.aliases), ret;
	struct object *object = &capture->objects[number];
	size_t i;

	object->alias_places = calloc(inspection->alias_count + 1, sizeof(uint32_t));
	if (!object->alias_places)
		return -ENOMEM;
	for (i = 0; i < inspection->alias_count; i++) {
		struct tp_alias_key key = { number, inspection->aliases[i].place };

		ret = bpf_map_update_elem(fd, &key, &inspection->aliases[i].first, BPF_ANY);
		if (ret)
			return ret == -E2BIG ? 0 : ret; /* full: such pairs count as unmatched */
		object->alias_places[object->alias_count++] = key.place;
	}
	return 0;
}

static int remember(struct capture *capture, const struct tp_executable_key *key, uint32_t object)
{
	return bpf_map_update_elem(bpf_map__fd(capture->programs->maps.executables), key, &object,
				   BPF_ANY);
}

/* The kernel attaches and detaches marker by marker, for milliseconds: what is hit meanwhile is
 * refused, so that no span lacks its end for that reason. Whatever began to run before that was over
 * counts as older: so the time is taken when hits are recorded already. */
void capture_set_whole(struct capture *capture, uint16_t number, bool is_whole)
{
	int fd = bpf_map__fd(capture->programs->maps.objects);
	struct tp_object entry;
	uint32_t key = number;

	if (bpf_map_lookup_elem(fd, &key, &entry))
		return;
	entry.is_whole = is_whole;
	entry.whole_since_ns = UINT64_MAX;
	bpf_map_update_elem(fd, &key, &entry, BPF_ANY);
	if (!is_whole)
		return;
	entry.whole_since_ns = clock_monotonic_ns();
	bpf_map_update_elem(fd, &key, &entry, BPF_ANY);
}

static void detach(struct capture *capture, uint16_t number)
{
	struct object *object = &capture->objects[number];

	capture_set_whole(capture, number, false);
	links_detach(&object->links);
	object->is_attached = false;
}

/* Everything the programs ask for must stand before the first marker can fire. */
static int describe(struct capture *capture, uint16_t number, const struct inspection *inspection)
{
	struct tp_object entry = {
		.image_bytes = inspection->image_bytes < TP_PLACE_DECLARED ? inspection->image_bytes
									   : TP_PLACE_DECLARED,
		.code_start = inspection->code_start,
		.is_enabled = 1,
		.runs = (uint8_t)capture->objects[number].runs,
		.sampling = (uint8_t)capture->objects[number].sampling,
		.target = capture->objects[number].target,
		.generation = capture_next_generation(capture, number),
	};
	struct object *object = &capture->objects[number];
	uint32_t key = number;
	int ret;

	object->is_described = true;
	object->generation = entry.generation;
	ret = bpf_map_update_elem(bpf_map__fd(capture->programs->maps.objects), &key, &entry,
				  BPF_ANY);
	if (!ret)
		ret = aliases_write(capture, number, inspection);
	if (!ret)
		ret = remember(capture, &object->executable, number);
	if (!ret) /* who executes it through another mount maps the same */
		ret = remember(capture, &object->mapped, number);
	return ret;
}

void capture_object_clear(struct object *object)
{
	if (object->fd >= 0) {
		lease_give_up(object->fd);
		close(object->fd);
	}
	free(object->path);
	free(object->sites);
	free(object->foreign);
	free(object->alias_places);
	memset(object, 0, sizeof(*object));
	object->fd = -1;
}

void capture_free_number(struct capture *capture, uint16_t number)
{
	foreign_forget(capture, number);
	capture_object_clear(&capture->objects[number]);
	while (capture->last && !capture->objects[capture->last].path)
		capture->last--;
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
	struct tp_executable_key mapped = { 0 };
	struct stat status;
	uint16_t number;
	int ret;

	if (fstat(fd, &status))
		return error_set(error, -errno, "cannot examine '%s': %s", path, error_text(errno));
	mapped.inode = status.st_ino;
	mapped.device = kernel_device(status.st_dev);
	ret = mapped_file(bpf_program__fd(capture->programs->progs.mapped), fd, &mapped);
	if (ret)
		return error_set(error, ret, "cannot tell which file '%s' is to the kernel: %s",
				 path, error_text(ret));
	number = number_find(capture, &mapped);
	if (number) {
		*out_object = number;
		return capture->objects[number].is_leaving ? -EINPROGRESS : -EEXIST;
	}
	number = number_free(capture);
	if (!number)
		return error_set(error, -ENOSPC, "no room for '%s': %u files are traced already",
				 path, capture->room - 1);
	ret = object_open(&capture->objects[number], fd, path, error);
	if (ret) {
		capture_object_clear(&capture->objects[number]);
		return ret;
	}
	capture->objects[number].target = number;
	capture->objects[number].mapped = mapped;
	if (number > capture->last)
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
	object->was_attached = true;
	capture_set_whole(capture, number, true);
	*out = added;
	return 0;
drop:
	capture_drop(capture, number);
	return ret;
}

void capture_forget_executable(struct capture *capture, const struct object *object)
{
	int fd = bpf_map__fd(capture->programs->maps.executables);

	bpf_map_delete_elem(fd, &object->executable);
	bpf_map_delete_elem(fd, &object->mapped);
	bpf_map_delete_elem(fd, &object->as_met);
}

void capture_drop(struct capture *capture, uint16_t number)
{
	const struct object *object = &capture->objects[number];

	if (!object->is_described) {
		capture_free_number(capture, number);
		return;
	}
	capture_leave(capture, &number, 1); /* records may speak of it */
	if (!object->was_attached)
		capture_release(capture, number); /* none needs what is in it */
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

uint32_t capture_generation(const struct capture *capture, uint16_t object)
{
	if (!object || object > capture->last)
		return TP_GENERATIONS; /* no file's */
	if (capture->objects[object].is_described)
		return capture->objects[object].generation;
	return (capture->generations[object] + 1u) % TP_GENERATIONS; /* describe() will take it */
}

int capture_file(const struct capture *capture, uint16_t object)
{
	return capture->objects[object].fd;
}

enum capture_use capture_use(const struct capture *capture, uint16_t object)
{
	return lease_use(capture->objects[object].fd);
}

uint32_t capture_sites(const struct capture *capture, uint16_t object)
{
	return (uint32_t)(capture->objects[object].site_count +
			  capture->objects[object].foreign_count);
}

uint16_t capture_last_object(const struct capture *capture)
{
	return capture->last;
}

int capture_fd(const struct capture *capture)
{
	return capture->lease_fd;
}

int capture_read_names(struct capture *capture, uint16_t number, bool reads_names,
		       struct error *error)
{
	struct object *object = &capture->objects[number];
	int ret;

	if (reads_names && capture->declared.program_fd < 0)
		return error_set(error, -ENOTSUP, "no target declares names");
	if (object->reads_names == reads_names)
		return 0;
	object->reads_names = reads_names;
	if (!object->links.count)
		return 0;
	capture_set_whole(capture, number, false);
	links_detach(&object->links);
	ret = attach_sites(capture, object, error);
	if (ret) {
		capture_drop(capture, number);
		return ret;
	}
	capture_set_whole(capture, number, true);
	return 0;
}

uint16_t capture_wanted(struct capture *capture)
{
	uint16_t i;
	int fd;

	while ((fd = lease_next(capture->lease_fd)) >= 0)
		for (i = 1; i <= capture->last; i++) {
			struct object *object = &capture->objects[i];

			if (object->fd != fd || !object->is_attached || object->is_wanted ||
			    lease_holds(fd)) /* lease_use() */
				continue;
			object->is_wanted = true;
			return i;
		}
	return 0;
}

uint16_t capture_broken(struct capture *capture)
{
	uint16_t number = capture_wanted(capture);

	if (!number)
		return 0;
	capture_forget_executable(capture, &capture->objects[number]);
	detach(capture, number);
	return number;
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
