/* SPDX-License-Identifier: GPL-2.0-only */
/* foreign.c - spans of programs that carry no markers: their numbers, and where their probes sit. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture_internal.h"

/* What the programs would otherwise have to check at each hit. */
static bool is_sound(const struct tp_foreign *span)
{
	return span->name > TP_PLACE_DECLARED && span->name < TP_PLACE_FILE &&
	       span->kind < TP_SPAN_KINDS && span->pairing < TP_PAIRINGS &&
	       span->recursion < TP_RECURSIONS && span->failure < TP_FAILURES &&
	       (span->bytes == 0 || span->bytes == 1 || span->bytes == 4 || span->bytes == 8) &&
	       (span->pairing == TP_PAIRING_ARGUMENT) == (span->argument != 0) &&
	       span->argument <= 6 && (span->argument_bytes != 0) == (span->argument != 0);
}

/* Return: a number no span has; 0: there is none. */
static uint16_t number_free(const struct capture *capture)
{
	uint16_t number;

	for (number = 1; number < TP_FOREIGN; number++)
		if (!capture->foreign[number])
			return number;
	return 0;
}

/* Return: 0 and a number for each span. */
static int tell(struct capture *capture, uint16_t object, const struct tp_foreign *spans,
		size_t count, uint16_t *out_numbers)
{
	int map = bpf_map__fd(capture->programs->maps.foreign), ret;
	size_t i;

	for (i = 0; i < count; i++) {
		uint32_t number = number_free(capture);

		if (!number)
			return -ENOSPC;
		if (!is_sound(&spans[i]))
			return -EINVAL;
		ret = bpf_map_update_elem(map, &number, &spans[i], BPF_ANY);
		if (ret)
			return ret;
		capture->foreign[number] = object;
		out_numbers[i] = (uint16_t)number;
	}
	return 0;
}

static void place(struct object *object, uint16_t number, const uint16_t *numbers,
		  const struct capture_probe *probes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		object->foreign[i] = (struct link_site){
			.offset = probes[i].file_offset,
			.semaphore_offset = probes[i].semaphore_offset,
			.cookie = TP_FOREIGN_COOKIE(
				probes[i].role | (probes[i].is_dear ? TP_FOREIGN_DEAR : 0),
				numbers[probes[i].span], number, probes[i].place),
		};
	object->foreign_count = (int)count;
}

int capture_tell_spans(struct capture *capture, uint16_t number, const struct tp_foreign *spans,
		       size_t span_count, const struct capture_probe *probes, size_t probe_count,
		       struct error *error)
{
	struct object *object = &capture->objects[number];
	uint16_t *numbers = calloc(span_count + 1, sizeof(*numbers));
	int ret = -ENOMEM;

	object->foreign = calloc(probe_count + 1, sizeof(*object->foreign));
	if (numbers && object->foreign)
		ret = tell(capture, number, spans, span_count, numbers);
	if (ret)
		foreign_forget(capture, number);
	else
		place(object, number, numbers, probes, probe_count);
	free(numbers);
	if (ret == -ENOSPC) {
		error_set(error, ret,
			  "there is no room for the spans of '%s': %d of all files are there",
			  object->path, TP_FOREIGN - 1);
		return error_hint(error, "list fewer files, or fewer spans");
	}
	return ret ? error_set(error, ret, "cannot tell the kernel the spans of '%s': %s",
			       object->path, error_text(ret))
		   : 0;
}

void foreign_forget(struct capture *capture, uint16_t object)
{
	uint32_t number;

	for (number = 1; number < TP_FOREIGN; number++)
		if (capture->foreign[number] == object)
			capture->foreign[number] = 0;
}
