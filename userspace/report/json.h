/* SPDX-License-Identifier: GPL-2.0-only */
/* json.h - objects that are whole or not at all. */
#ifndef TELPROBE_REPORT_JSON_H
#define TELPROBE_REPORT_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "report/grid.h"

/* Each adds a member. Return: whether there was memory for it; false too for an @object of NULL. */
bool json_add_number(cJSON *object, const char *name, double number);  /* NaN becomes null */
bool json_add_text(cJSON *object, const char *name, const char *text); /* NULL and "" become null */
bool json_add_time(cJSON *object, const char *name, int64_t utc_us);   /* 0: null */
bool json_add_grid(cJSON *object, const char *name, struct grid *grid); /* freed; NULL: no memory */

/** json_whole() - Return: @json; NULL, and it is deleted, if it is not whole. */
cJSON *json_whole(cJSON *json, bool is_whole);

/** json_write() - @text, what cJSON made, as a terminal and every parser may see it: what printable.h
 * refuses is written as an escape, which means the same; bytes that are no UTF-8, which no JSON may
 * hold, as U+FFFD */
void json_write(const char *text, FILE *file);

/** json_print() - @json with a line end, then free it. Return: 0, -ENOMEM (also for NULL). */
int json_print(cJSON *json, FILE *file);

#endif
