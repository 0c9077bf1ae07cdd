/* SPDX-License-Identifier: GPL-2.0-only */
/* api_people.h - answers about everybody, for root: rows merged, totals summed, whose events there
 * are; and of anybody, what was deleted. For api_connection.c. In slices like the rest: nobody waits for it. */
#ifndef TELPROBE_SERVICE_API_PEOPLE_H
#define TELPROBE_SERVICE_API_PEOPLE_H

#include <stdbool.h>

#include "service/control.h"
#include "store/store.h"

struct api_people;

/** api_people_answers() - whether @request, which is allowed, is answered here. */
bool api_people_answers(const struct control_request *request);

/** api_people_new() - CONTROL_ROWS, CONTROL_TOTALS, CONTROL_OWNERS or CONTROL_ERASURES; @filter is copied
 * @only: whose, for the last of these; NULL: everybody's
 * Return: 0; as merged_new(). */
int api_people_new(enum control_act act, const char *directory, const struct store_filter *filter,
		   const uint32_t *only, struct api_people **out, struct error *error);
void api_people_free(struct api_people *people); /* NULL is fine */

/** api_people_rest() - close the files until it goes on. */
void api_people_rest(struct api_people *people);

/**
 * api_people_slice() - go on for about @budget_us
 * @out: CONTROL_ANSWER bytes; *out_used of it are a message to be sent, 0: none yet
 * Return: 1: there is more; 0: all is told; negative. */
int api_people_slice(struct api_people *people, int64_t budget_us, uint8_t *out, size_t *out_used,
		     struct error *error);

/** api_people_totals() - as they are told, of one or of all */
struct control_totals api_people_totals(const struct store_totals *totals);

#endif
