/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/dump.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture_internal.h"
#include "capture/ring.h"

struct copy { /* of one map: key, value, key, value */
	unsigned char *bytes;
	size_t used;
	size_t room;
};

/* Keys of a task storage are descriptors, a ring has none, and the others hold numbers of programs and
 * maps alone. */
static bool is_listed(__u32 type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_HASH;
}

/* As the kernel copies a value out: one of each CPU, each in whole words. */
static size_t value_bytes(const struct bpf_map_info *info)
{
	int cpus = libbpf_num_possible_cpus();

	if (info->type != BPF_MAP_TYPE_PERCPU_ARRAY && info->type != BPF_MAP_TYPE_PERCPU_HASH)
		return info->value_size;
	return (info->value_size + 7u) / 8 * 8 * (size_t)(cpus > 0 ? cpus : 1);
}

static unsigned char *copy_grow(struct copy *copy, size_t bytes)
{
	size_t room = copy->room ? copy->room : 4096;
	unsigned char *grown;

	while (room < copy->used + bytes)
		room *= 2;
	if (room != copy->room) {
		grown = realloc(copy->bytes, room);
		if (!grown)
			return NULL;
		copy->bytes = grown;
		copy->room = room;
	}
	return copy->bytes + copy->used;
}

static int copy_map(int fd, const struct bpf_map_info *info, struct copy *copy)
{
	size_t key = info->key_size, value = value_bytes(info), last = SIZE_MAX;
	unsigned char *at;
	int ret;

	for (;;) {
		at = copy_grow(copy, key + value);
		if (!at)
			return -ENOMEM;
		ret = bpf_map_get_next_key(fd, last == SIZE_MAX ? NULL : copy->bytes + last, at);
		if (ret)
			return ret == -ENOENT ? 0 : ret;
		ret = bpf_map_lookup_elem(fd, at, at + key);
		if (ret == -ENOENT)
			memset(at + key, 0, value); /* deleted since */
		else if (ret)
			return ret;
		last = copy->used;
		copy->used += key + value;
	}
}

static int dump_map(int fd, dump_visitor visit, void *data, struct error *error)
{
	struct bpf_map_info info = { 0 };
	__u32 bytes = sizeof(info);
	struct copy copy = { 0 };
	char name[32];
	int ret = bpf_obj_get_info_by_fd(fd, &info, &bytes);

	if (ret)
		return error_set(error, ret, "cannot examine a map: %s", error_text(ret));
	if (info.type == BPF_MAP_TYPE_RINGBUF)
		return 0; /* dumped as the ring */
	snprintf(name, sizeof(name), "map %.15s", info.name);
	if (!is_listed(info.type))
		return visit(data, name, NULL, 0);
	ret = copy_map(fd, &info, &copy);
	if (ret)
		error_set(error, ret, "cannot read '%s': %s", name, error_text(ret));
	else
		ret = visit(data, name, copy.bytes, copy.used);
	free(copy.bytes);
	return ret;
}

int dump_kernel(struct capture *capture, dump_visitor visit, void *data, struct error *error)
{
	const struct bpf_map *map;
	const void *bytes;
	size_t size;
	int ret;

	bytes = ring_bytes(capture->ring, &size);
	ret = visit(data, "ring", bytes, size);
	bpf_object__for_each_map(map, capture->programs->obj)
	{
		if (!ret)
			ret = dump_map(bpf_map__fd(map), visit, data, error);
	}
	if (!ret && capture->declared.map_fd >= 0)
		ret = dump_map(capture->declared.map_fd, visit, data, error);
	return ret;
}
