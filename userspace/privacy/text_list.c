/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/text_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 16 };

int text_list_add(struct text_list *list, const char *text, size_t length)
{
	size_t room = list->room ? 2 * list->room : FIRST_ROOM;
	char **items;

	if (list->count == list->room) {
		items = realloc(list->items, room * sizeof(*items));
		if (!items)
			return -ENOMEM;
		list->items = items;
		list->room = room;
	}
	list->items[list->count] = strndup(text, length);
	if (!list->items[list->count])
		return -ENOMEM;
	list->count++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void text_list_sort(struct text_list *list)
{
	size_t i, kept = 0;

	if (!list->count)
		return;
	qsort(list->items, list->count, sizeof(*list->items), compare);
	for (i = 1; i < list->count; i++)
		if (strcmp(list->items[kept], list->items[i]) != 0)
			list->items[++kept] = list->items[i];
		else
			free(list->items[i]);
	list->count = kept + 1;
}

bool text_list_has(const struct text_list *list, const char *text)
{
	return list->count &&
	       bsearch(&text, list->items, list->count, sizeof(*list->items), compare);
}

void text_list_clear(struct text_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct text_list){ 0 };
}
