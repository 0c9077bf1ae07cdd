/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/inspector_receive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "telprobe/record.h"

static int is_text(const char *text, size_t room)
{
	size_t length = strnlen(text, room);

	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return 0;
	return length < room;
}

static int site_is_sound(const void *item, const void *context)
{
	const struct inspect_site *site = item;
	const struct inspection *file = context;

	return is_text(site->provider, sizeof(site->provider)) &&
	       is_text(site->name, sizeof(site->name)) &&
	       is_text(site->arguments, sizeof(site->arguments)) && site->marker >= -1 &&
	       site->marker < TP_MARKERS && site->reason < INSPECT_REASONS &&
	       site->cost < INSPECT_COSTS && site->is_own_layout <= 1 &&
	       site->place < file->image_bytes && site->file_offset <= INT64_MAX &&
	       site->semaphore_offset <= INT64_MAX;
}

static int is_point(const struct inspect_point *point)
{
	return point->file_offset <= INT64_MAX && point->cost < INSPECT_COSTS;
}

int inspector_is_function(const struct inspect_function *function)
{
	if (function->entry_reason >= INSPECT_REASONS ||
	    function->return_reason >= INSPECT_REASONS ||
	    function->return_count > INSPECT_RETURNS || !is_point(&function->entry))
		return 0;
	for (uint32_t i = 0; i < function->return_count; i++)
		if (!is_point(&function->returns[i]))
			return 0;
	return 1;
}

int inspector_is_symbol(const struct inspect_symbol *symbol)
{
	return symbol->name[0] && is_text(symbol->name, sizeof(symbol->name));
}

static int is_file(const struct inspection *file)
{
	return file->site_count <= INSPECT_SITES && file->alias_count <= INSPECT_ALIASES &&
	       file->site_total >= file->site_count && file->image_bytes &&
	       file->code_start < file->image_bytes && file->is_executable <= 1 &&
	       file->has_go <= 1 && file->build_id_bytes <= sizeof(file->build_id) &&
	       is_text(file->version, sizeof(file->version));
}

static int alias_is_sound(const void *item, const void *context)
{
	const struct inspect_alias *alias = item;
	const struct inspection *file = context;

	return alias->place < file->image_bytes && alias->first < file->image_bytes;
}

static int name_is_sound(const void *item, const void *context)
{
	(void)context;
	return is_text(item, INSPECT_SYMBOL);
}

struct wanted {		 /* what is to come in parts */
	uint32_t number; /* of the question */
	struct inspector_items sort;
	size_t count;
	int (*is_sound)(const void *item, const void *context);
	const void *context;
};

static int receive_parts(struct inspector_link *link, const struct wanted *wanted, void *out)
{
	const size_t bytes = wanted->sort.bytes;
	struct inspector_part part;

	for (size_t done = 0; done < wanted->count; done += part.count) {
		size_t left = wanted->count - done;
		const char *items = (const char *)&part.items;
		int ret = inspector_link_receive(link, &part, inspector_part_bytes(wanted->sort));

		if (ret)
			return ret;
		if (part.number != wanted->number ||
		    part.count != (left < wanted->sort.a_part ? left : wanted->sort.a_part))
			return -EPROTO;
		for (size_t i = 0; i < part.count; i++)
			if (!wanted->is_sound(items + i * bytes, wanted->context))
				return -EPROTO;
		memcpy((char *)out + done * bytes, items, part.count * bytes);
	}
	return 0;
}

/* calloc(0) may return NULL, which would look like a failure. */
static int make_room(struct inspection *file)
{
	file->sites = calloc(file->site_count + 1, sizeof(file->sites[0]));
	file->aliases = calloc(file->alias_count + 1, sizeof(file->aliases[0]));
	return file->sites && file->aliases ? 0 : -ENOMEM;
}

int inspector_receive(struct inspector_link *link, uint32_t number,
		      const struct inspection *claimed, struct inspection **out)
{
	struct inspection *file;
	int ret;

	if (!is_file(claimed))
		return -EPROTO;
	file = malloc(sizeof(*file));
	if (!file)
		return -ENOMEM;
	*file = *claimed;
	ret = make_room(file);
	if (!ret)
		ret = receive_parts(link,
				    &(struct wanted){ number, INSPECTOR_SITES, file->site_count,
						      site_is_sound, file },
				    file->sites);
	if (!ret)
		ret = receive_parts(link,
				    &(struct wanted){ number, INSPECTOR_ALIASES, file->alias_count,
						      alias_is_sound, file },
				    file->aliases);
	if (ret) {
		inspection_free(file);
		return ret;
	}
	*out = file;
	return 0;
}

int inspector_receive_names(struct inspector_link *link, uint32_t number, uint32_t count,
			    uint32_t total, struct inspect_names *out)
{
	struct inspect_names names = { .count = count, .total = total };
	const struct wanted wanted = { number, INSPECTOR_NAMES, count, name_is_sound, NULL };
	int ret;

	if (count > INSPECT_FUNCTIONS || total < count)
		return -EPROTO;
	names.names = calloc(count + 1u, sizeof(names.names[0]));
	if (!names.names)
		return -ENOMEM;
	ret = receive_parts(link, &wanted, names.names);
	if (ret)
		inspect_names_clear(&names);
	else
		*out = names;
	return ret;
}
