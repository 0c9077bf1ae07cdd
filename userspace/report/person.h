/* SPDX-License-Identifier: GPL-2.0-only */
/* person.h - what a person of this machine is called. For root's eyes, on this machine: a name
 * never leaves it, so an export has none. */
#ifndef TELPROBE_REPORT_PERSON_H
#define TELPROBE_REPORT_PERSON_H

#include <stdbool.h>
#include <stdint.h>

enum { PERSON_NAME = 64, PERSON_NAMES = 64 };

/* Those asked for last. To ask the system is a hundred calls of the kernel, and a row in a list is
 * mostly of the same few people. Zeroed: none. */
struct person_names {
	struct person {
		bool is_known;
		uint32_t uid;
		char name[PERSON_NAME];
	} known[PERSON_NAMES];
};

/** person_name() - the account's name, else the uid. Return: good until @names is asked again. */
const char *person_name(struct person_names *names, uint32_t uid);

#endif
