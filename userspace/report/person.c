/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/person.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>

static void ask(uint32_t uid, char out[PERSON_NAME])
{
	const struct passwd *account = getpwuid(uid);

	if (account)
		snprintf(out, PERSON_NAME, "%s", account->pw_name);
	else
		snprintf(out, PERSON_NAME, "%" PRIu32, uid);
}

const char *person_name(struct person_names *names, uint32_t uid)
{
	struct person *place = &names->known[uid % PERSON_NAMES];

	if (!place->is_known || place->uid != uid) {
		ask(uid, place->name);
		place->uid = uid;
		place->is_known = true;
	}
	return place->name;
}
