/* SPDX-License-Identifier: GPL-2.0-only */
/* bundle_redact.h - what must not stand in a report that strangers read: names of this machine and of its
 * people, paths below a home, the machine's id. Replaced whole, by what they were. */
#ifndef TELPROBE_CLI_BUNDLE_REDACT_H
#define TELPROBE_CLI_BUNDLE_REDACT_H

struct bundle_redact;

/** bundle_redact_new() - learn the names: accounts of people (uid 1000 and above, who calls, who
 * called sudo) with their homes, host and domain name, machine id. Return: NULL without memory. */
struct bundle_redact *bundle_redact_new(void);
void bundle_redact_free(struct bundle_redact *redact); /* NULL is fine */

/** bundle_redact_text() - @text with each of them replaced; what printable.h refuses too, but line ends
 * Return: for free(); NULL without memory. */
char *bundle_redact_text(const struct bundle_redact *redact, const char *text);

#endif
