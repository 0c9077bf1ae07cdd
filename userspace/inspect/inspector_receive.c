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

static int is_site(const struct inspect_site *site, const struct inspection *file)
{
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

static int is_file(const struct inspection *file)
{
	return file->site_count <= INSPECT_SITES && file->alias_count <= INSPECT_ALIASES &&
	       file->site_total >= file->site_count && file->image_bytes &&
	       file->code_start < file->image_bytes && file->is_executable <= 1 &&
	       file->has_go <= 1 && file->build_id_bytes <= sizeof(file->build_id);
}

static int receive_sites(struct inspector_link *link, uint32_t number, struct inspection *file)
{
	struct inspector_sites part;

	for (size_t done = 0; done < file->site_count; done += part.count) {
		size_t left = file->site_count - done;
		int ret = inspector_link_receive(link, &part, sizeof(part));

		if (ret)
			return ret;
		if (part.number != number ||
		    part.count != (left < SITES_A_PART ? left : SITES_A_PART))
			return -EPROTO;
		for (size_t i = 0; i < part.count; i++)
			if (!is_site(&part.sites[i], file))
				return -EPROTO;
		memcpy(file->sites + done, part.sites, part.count * sizeof(part.sites[0]));
	}
	return 0;
}

static int receive_aliases(struct inspector_link *link, uint32_t number, struct inspection *file)
{
	struct inspector_aliases part;

	for (size_t done = 0; done < file->alias_count; done += part.count) {
		size_t left = file->alias_count - done;
		int ret = inspector_link_receive(link, &part, sizeof(part));

		if (ret)
			return ret;
		if (part.number != number ||
		    part.count != (left < ALIASES_A_PART ? left : ALIASES_A_PART))
			return -EPROTO;
		for (size_t i = 0; i < part.count; i++)
			if (part.aliases[i].place >= file->image_bytes ||
			    part.aliases[i].first >= file->image_bytes)
				return -EPROTO;
		memcpy(file->aliases + done, part.aliases, part.count * sizeof(part.aliases[0]));
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
		ret = receive_sites(link, number, file);
	if (!ret)
		ret = receive_aliases(link, number, file);
	if (ret) {
		inspection_free(file);
		return ret;
	}
	*out = file;
	return 0;
}

static int receive_name_parts(struct inspector_link *link, uint32_t number,
			      struct inspect_names *names)
{
	struct inspector_names part;

	for (size_t done = 0; done < names->count; done += part.count) {
		size_t left = names->count - done;
		int ret = inspector_link_receive(link, &part, sizeof(part));

		if (ret)
			return ret;
		if (part.number != number ||
		    part.count != (left < NAMES_A_PART ? left : NAMES_A_PART))
			return -EPROTO;
		for (size_t i = 0; i < part.count; i++)
			if (!is_text(part.names[i], sizeof(part.names[i])))
				return -EPROTO;
		memcpy(names->names + done, part.names, part.count * sizeof(part.names[0]));
	}
	return 0;
}

int inspector_receive_names(struct inspector_link *link, uint32_t number, uint32_t count,
			    uint32_t total, struct inspect_names *out)
{
	struct inspect_names names = { .count = count, .total = total };
	int ret;

	if (count > INSPECT_FUNCTIONS || total < count)
		return -EPROTO;
	names.names = calloc(count + 1u, sizeof(names.names[0]));
	if (!names.names)
		return -ENOMEM;
	ret = receive_name_parts(link, number, &names);
	if (ret)
		inspect_names_clear(&names);
	else
		*out = names;
	return ret;
}
