/* SPDX-License-Identifier: GPL-2.0-only */
/* service_call.h - what the commands about consent and targets ask of the service. */
#ifndef TELPROBE_CLI_SERVICE_CALL_H
#define TELPROBE_CLI_SERVICE_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"
#include "service/client.h"

struct service_targets { /* zeroed: none */
	struct control_target *items;
	size_t count;
};

/** service_open() - connect to the service. Return: as client_open(). */
int service_open(struct client **out, struct error *error);

/** service_targets() - every target, with what holds for the caller; by name
 * Return: 0, the caller ends *out with service_targets_clear(); negative. */
int service_targets(struct client *client, struct service_targets *out, struct error *error);
void service_targets_clear(struct service_targets *targets);

/** service_target() - the one called @name. Return: NULL, and @error says which is nearest. */
const struct control_target *service_target(const struct service_targets *targets, const char *name,
					    struct error *error);

/** service_decide() - what the caller decides. *out_ended: as the number of struct control_end, what
 * became of a yes that ends by itself */
int service_decide(struct client *client, const struct consent_wish *wish, int64_t *out_ended,
		   struct error *error);

/** service_decisions() - what the caller decided, oldest first; @out holds CONSENT_DECISIONS */
int service_decisions(struct client *client, struct consent_decision *out, size_t *out_count,
		      struct error *error);

struct service_notices { /* zeroed: none */
	struct control_notice *items;
	size_t count;
	char place[CONTROL_TEXT]; /* the directory the service reads */
};

/** service_selftest() - for root: a selftest ended so: the service captures nothing of anybody, or goes on */
int service_selftest(struct client *client, enum control_selftest result, struct error *error);

/** service_reload() - for root: have the service read its configuration again
 * Return: 0 with what is different and what is wrong, the caller ends *out with
 * service_notices_clear(); what the service says of a telprobe.yaml it refuses; negative. */
int service_reload(struct client *client, struct service_notices *out, struct error *error);
void service_notices_clear(struct service_notices *notices);

int service_status(struct client *client, struct control_status *out, struct error *error);
/** service_totals() - of the caller; @of_all: of everybody, for root */
int service_totals(struct client *client, bool of_all, struct control_totals *out,
		   struct error *error);

/** service_retention() - how long what is the caller's is kept; @days: 1.. makes that his own, 0
 * takes his own back, negative only asks */
int service_retention(struct client *client, int64_t days, struct control_retention *out,
		      struct error *error);

#endif
