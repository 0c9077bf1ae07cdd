/* SPDX-License-Identifier: GPL-2.0-only */
/* status_report.h - what `telprobe status` tells: asked of the service, and what follows from it. */
#ifndef TELPROBE_CLI_STATUS_REPORT_H
#define TELPROBE_CLI_STATUS_REPORT_H

#include <stdbool.h>

#include "cli/service_call.h"

struct status_report { /* zeroed: nothing was asked */
	struct control_status status;
	struct control_totals totals;
	bool has_totals;
	bool is_of_all; /* totals of everybody, for root */
	char totals_problem[CONTROL_TEXT];
	struct control_retention retention;
	bool has_retention;
	struct service_targets targets;
};

/** status_collect() - ask for all of it. Return: as client_open(); end with status_clear(). */
int status_collect(struct status_report *report, struct error *error);
void status_clear(struct status_report *report);

/** status_silenced_by() - the variable that silences what this shell starts, whoever agreed to what;
 * NULL: none. */
const char *status_silenced_by(void);

bool status_is_on(const struct status_report *report);

/** status_why() - the reason for that, in words */
const char *status_why(const struct status_report *report);

/** status_which() - the target that reason is about, where there are others too; NULL: it is about all */
const char *status_which(const struct status_report *report);

/** status_until() - UTC microseconds when the first of what is on ends by itself; 0: nothing does. *out
 * is the target, NULL where it is about all. */
int64_t status_until(const struct status_report *report, const struct control_target **out);

/** status_left_out() - enum tp_category: left out of any target that is on */
uint8_t status_left_out(const struct status_report *report);

/** status_capped() - a target at a level that the administrator allows no more than; NULL: none */
const struct control_target *status_capped(const struct status_report *report);

/** status_completeness() - of what the kernel side saw since the start, the share that is not known
 * to be lost */
double status_completeness(const struct control_status *status);

/** status_is_reason(), status_loss_text(), status_loss_name() - whether a counter (enum tp_counter) is
 * a reason why something is missing, in words, and as a key. */
bool status_is_reason(int counter);
const char *status_loss_text(int counter);
const char *status_loss_name(int counter);

#endif
