/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/firewall_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Packed: three flags as '0' or '1', then texts, each behind the letter of its list and with its
 * NUL. */
enum { FLAGS = 3 };

static const struct {
	char letter;
	size_t offset;
} lists[] = {
	{ 'p', offsetof(struct firewall_options, patterns) },
	{ 'f', offsetof(struct firewall_options, fields) },
	{ 'i', offsetof(struct firewall_options, ignores) },
	{ 'd', offsetof(struct firewall_options, domains) },
	{ 'n', offsetof(struct firewall_options, names) },
};

enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

void firewall_options_init(struct firewall_options *options)
{
	*options = (struct firewall_options){ .strips_pii = true, .redacts_paths = true };
}

static struct text_list *list_at(struct firewall_options *options, size_t index)
{
	return (struct text_list *)((char *)options + lists[index].offset);
}

static const struct text_list *const_list_at(const struct firewall_options *options, size_t index)
{
	return (const struct text_list *)((const char *)options + lists[index].offset);
}

void firewall_options_clear(struct firewall_options *options)
{
	size_t i;

	for (i = 0; i < LISTS; i++)
		text_list_clear(list_at(options, i));
}

static size_t packed_bytes(const struct firewall_options *options)
{
	const struct text_list *list;
	size_t bytes = FLAGS, i, k;

	for (i = 0; i < LISTS; i++) {
		list = const_list_at(options, i);
		for (k = 0; k < list->count; k++)
			bytes += strlen(list->items[k]) + 2;
	}
	return bytes;
}

int firewall_options_pack(const struct firewall_options *options, char **out, size_t *out_bytes)
{
	size_t bytes = packed_bytes(options), i, k, length;
	const struct text_list *list;
	char *packed, *at;

	if (bytes > FIREWALL_OPTIONS_BYTES)
		return -E2BIG;
	packed = malloc(bytes);
	if (!packed)
		return -ENOMEM;
	at = packed;
	*at++ = (char)('0' + options->strips_pii);
	*at++ = (char)('0' + options->redacts_paths);
	*at++ = (char)('0' + options->blocks_sensitive);
	for (i = 0; i < LISTS; i++) {
		list = const_list_at(options, i);
		for (k = 0; k < list->count; k++) {
			length = strlen(list->items[k]) + 1;
			*at++ = lists[i].letter;
			memcpy(at, list->items[k], length);
			at += length;
		}
	}
	*out = packed;
	*out_bytes = bytes;
	return 0;
}

static struct text_list *list_called(struct firewall_options *options, char letter)
{
	size_t i;

	for (i = 0; i < LISTS; i++)
		if (lists[i].letter == letter)
			return list_at(options, i);
	return NULL;
}

static int unpack_texts(const char *at, const char *end, struct firewall_options *options)
{
	struct text_list *list;
	const char *nul;

	while (at < end) {
		list = list_called(options, *at++);
		nul = memchr(at, '\0', (size_t)(end - at));
		if (!list || !nul)
			return -EBADMSG;
		if (text_list_add(list, at, (size_t)(nul - at)))
			return -ENOMEM;
		at = nul + 1;
	}
	return 0;
}

int firewall_options_unpack(const char *bytes, size_t size, struct firewall_options *out)
{
	struct firewall_options options;
	size_t i;
	int ret;

	firewall_options_init(&options);
	if (size < FLAGS || size > FIREWALL_OPTIONS_BYTES)
		return -EBADMSG;
	for (i = 0; i < FLAGS; i++)
		if (bytes[i] != '0' && bytes[i] != '1')
			return -EBADMSG;
	options.strips_pii = bytes[0] == '1';
	options.redacts_paths = bytes[1] == '1';
	options.blocks_sensitive = bytes[2] == '1';
	ret = unpack_texts(bytes + FLAGS, bytes + size, &options);
	if (ret) {
		firewall_options_clear(&options);
		return ret;
	}
	*out = options;
	return 0;
}
