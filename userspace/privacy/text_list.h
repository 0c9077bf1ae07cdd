/* SPDX-License-Identifier: GPL-2.0-only */
/* text_list.h - texts of one kind that a configuration or a machine has; it owns copies. */
#ifndef TELPROBE_PRIVACY_TEXT_LIST_H
#define TELPROBE_PRIVACY_TEXT_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct text_list { /* { 0 } is an empty one */
	char **items;
	size_t count, room;
};

/** text_list_add() - a copy of @length bytes. Return: 0, -ENOMEM. */
int text_list_add(struct text_list *list, const char *text, size_t length);

/** text_list_sort() - by strcmp(), each once; text_list_has() needs that */
void text_list_sort(struct text_list *list);
bool text_list_has(const struct text_list *list, const char *text);

void text_list_clear(struct text_list *list);

#endif
