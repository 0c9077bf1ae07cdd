/* SPDX-License-Identifier: GPL-2.0-only */
/* machine_names.h - what this machine and the people on it are called.
 * Names that say nothing about anybody (admin, ubuntu, localhost) and those of system accounts, many
 * of which are words (sync, backup, mail), are none. */
#ifndef TELPROBE_PRIVACY_MACHINE_NAMES_H
#define TELPROBE_PRIVACY_MACHINE_NAMES_H

#include "privacy/text_list.h"

/**
 * machine_names_read() - add the user names and the last part of the home directories of people (uid
 * 1000 and above, nobody left out) in @accounts, the names of directories in @homes, @host and its
 * first label, in lower case and sorted
 * @accounts: a file as passwd(5); @homes: a directory; either may be missing: then it has no names
 * Return: 0, -ENOMEM. */
int machine_names_read(const char *accounts, const char *homes, const char *host,
		       struct text_list *names);

/** machine_names_collect() - of this machine: /etc/passwd, /home and what uname(2) says */
int machine_names_collect(struct text_list *names);

/** machine_names_find() - does one of @names stand in @text, between other characters than letters
 * and digits, in any case? One of two letters counts only if it is all of the text. */
bool machine_names_find(const struct text_list *names, const char *text, size_t length);

#endif
