/* SPDX-License-Identifier: GPL-2.0-only */
/* consent_file.h - one person's decisions as a file, for consents.c only.
 *
 *	telprobe consent 1
 *	* enhanced 1 1795176000000000
 *	backup off 1 1795176060000000
 *	checksum 0f8f...
 *
 * A line a decision, oldest first: target ("*" for all), level, version of the text, UTC microseconds.
 * A yes that ends has behind them: a word of consent_term_name(), until_us, seen_us, ends_us and left_us
 * of struct consent_end and its boot as hex digits. With such a line it is "telprobe consent 2", which
 * an earlier telprobe takes for damaged, and damaged is a no.
 * The checksum (BLAKE2b, 16 bytes) is over all bytes before its line: it tells damage, it is no
 * secret. Anything written otherwise than consent_file_write() would is damaged. */
#ifndef TELPROBE_PRIVACY_CONSENT_FILE_H
#define TELPROBE_PRIVACY_CONSENT_FILE_H

#include "privacy/consent.h"

enum {
	CONSENT_FILE_NAME = 32, /* bytes of the longest name with its NUL: "4294967294.damaged" */
	CONSENT_FILE_BYTES = 96 * 1024, /* more is damaged; CONSENT_DECISIONS lines need less */
};

/** consent_file_parse() - Return: 0, and how many of *out (CONSENT_DECISIONS long) are filled; or
 * -EBADMSG, with *out_why saying what is wrong. */
int consent_file_parse(const char *bytes, size_t size, struct consent_decision *out,
		       size_t *out_count, const char **out_why);

/** consent_file_read() - the same from @name in @directory, which must be a regular file of the
 * directory's owner or root. Return: 0; -EBADMSG: damaged or no such file; others: not readable. */
int consent_file_read(int directory, const char *name, struct consent_decision *out,
		      size_t *out_count, const char **out_why);

/** consent_file_write() - replace the file of @uid, durably: a new file, then a rename
 * Return: 0; negative errno: the old file stands (*out_is_seen false), or the new one is seen by
 * everybody but may not outlive a power failure (true). */
int consent_file_write(int directory, uint32_t uid, const struct consent_decision *decisions,
		       size_t count, bool *out_is_seen);

#endif
