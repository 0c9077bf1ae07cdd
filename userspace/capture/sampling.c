/* SPDX-License-Identifier: GPL-2.0-only */
/* sampling.c - which spans are told one by one where a target has too many. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "capture/capture_internal.h"

static int map_of(const struct capture *capture)
{
	return bpf_map__fd(capture->programs->maps.samplings);
}

int capture_thinned_out(const struct capture *capture, uint16_t number, struct tp_sampling *out)
{
	uint32_t key = number;

	return bpf_map_lookup_elem(map_of(capture), &key, out) ? -errno : 0;
}

static bool is_same(const struct tp_sampling *a, const struct tp_sampling *b)
{
	return !memcmp(a->how, b->how, sizeof(a->how)) &&
	       !memcmp(a->number, b->number, sizeof(a->number));
}

void capture_thin_out(struct capture *capture, uint16_t number, const struct tp_sampling *rules)
{
	struct tp_sampling before;
	uint32_t key = number;

	if (!capture_thinned_out(capture, number, &before) && is_same(&before, rules))
		return;
	bpf_map_update_elem(map_of(capture), &key, rules, BPF_ANY);
}

void capture_tell_sampling(struct capture *capture, uint16_t object, uint16_t number)
{
	if (capture->objects[object].sampling == number)
		return;
	capture->objects[object].sampling = number;
	object_describe_again(capture, object);
}
