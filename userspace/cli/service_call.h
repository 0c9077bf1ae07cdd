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

/** service_decide() - the caller's level; @target: NULL for all */
int service_decide(struct client *client, const char *target, enum tp_level level,
		   struct error *error);

/** service_decisions() - what the caller decided, oldest first; @out holds CONSENT_DECISIONS */
int service_decisions(struct client *client, struct consent_decision *out, size_t *out_count,
		      struct error *error);

int service_status(struct client *client, struct control_status *out, struct error *error);
int service_totals(struct client *client, struct control_totals *out, struct error *error);

#endif
