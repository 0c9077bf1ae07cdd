/* SPDX-License-Identifier: GPL-2.0-only */
/* firewall_options.h - what a firewall is told when it is made: the privacy keys of the
 * configuration and the names of this machine. It opens nothing itself, so that the process that may
 * open nothing can have one; a process that may hands the options over as bytes. */
#ifndef TELPROBE_PRIVACY_FIREWALL_OPTIONS_H
#define TELPROBE_PRIVACY_FIREWALL_OPTIONS_H

#include "lib/error.h"
#include "privacy/text_list.h"

enum { FIREWALL_OPTIONS_BYTES = 4 << 20 }; /* most that are packed or unpacked */

struct firewall_options {
	bool strips_pii;	   /* default: true */
	bool redacts_paths;	   /* true */
	bool blocks_sensitive;	   /* false */
	struct text_list patterns; /* expressions that patterns_check_own() takes */
	struct text_list fields;   /* further sensitive words, in lower case */
	struct text_list ignores;  /* fnmatch(3) patterns: events with such a name are dropped */
	struct text_list domains;  /* in lower case: of a URL there, the domain is told */
	struct text_list names;	   /* of users, homes and the host, in lower case, sorted */
};

void firewall_options_init(struct firewall_options *options);
void firewall_options_clear(struct firewall_options *options);

/** firewall_options_pack() - as bytes, which the caller frees. Return: 0; -ENOMEM; -E2BIG: more than
 * FIREWALL_OPTIONS_BYTES. */
int firewall_options_pack(const struct firewall_options *options, char **out, size_t *out_bytes);

/** firewall_options_unpack() - from bytes that another process packed. The caller clears *out.
 * Return: 0; -EBADMSG: not what pack makes; -ENOMEM. */
int firewall_options_unpack(const char *bytes, size_t size, struct firewall_options *out);

#endif
