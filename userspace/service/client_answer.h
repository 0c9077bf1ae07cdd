/* SPDX-License-Identifier: GPL-2.0-only */
/* client_answer.h - is a message what may follow a request? For client.c and client_store.c. */
#ifndef TELPROBE_SERVICE_CLIENT_ANSWER_H
#define TELPROBE_SERVICE_CLIENT_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "service/control.h"

enum { CLIENT_TARGETS_MAX = 1024 }; /* CONFIG_TARGETS: no machine has more */

enum client_answer { CLIENT_ANSWER_PART, CLIENT_ANSWER_END };

/** client_answer_check() - kind, size, texts, enums and number of answers; rows themselves are not
 * looked into. @count: answers so far, 0 before the first.
 * Return: enum client_answer; -EPROTO. */
int client_answer_check(const struct control_request *request, const void *answer, size_t bytes,
			int64_t *count, struct error *error);

/** client_answer_strange() - describe an answer that is none. Return: -EPROTO. */
int client_answer_strange(struct error *error, const char *what);

#endif
