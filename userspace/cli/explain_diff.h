/* SPDX-License-Identifier: GPL-2.0-only */
/* explain_diff.h - what is collected now against what somebody was shown before: the text a person said
 * yes to, or an answer of `explain --json` that was kept. */
#ifndef TELPROBE_CLI_EXPLAIN_DIFF_H
#define TELPROBE_CLI_EXPLAIN_DIFF_H

#include "cli/command.h"
#include "report/explanation.h"
#include "service/client.h"

/** explain_keeping() - for how long: in force where a service answers, else the default
 * @client: NULL: none does */
void explain_keeping(struct client *client, struct explanation_keeping *out);

/** explain_diff() - print it on stdout
 * @path: of a kept answer; NULL: against the caller's yes, which the service tells
 * Return: an exit status; failures are told. */
int explain_diff(const struct cli *cli, const char *path);

/** explain_changed() - for a person who said yes to an earlier text and is asked again: what is
 * different, on stderr; nothing where nobody did
 * @target: that the question is about; NULL: all. Failures are left out: the text itself stands above. */
void explain_changed(struct client *client, const char *target);

#endif
