/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/target_named.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "privacy/consent.h"

int target_named(const char *directory, const char *what, char *out, size_t bytes,
		 struct error *error)
{
	const bool is_name = consent_target_is_valid(what);

	if (is_name) {
		if (snprintf(out, bytes, "%s/targets.d/%s.yaml", directory, what) >= (int)bytes)
			return error_set(error, -ENAMETOOLONG, "the path of '%s' is too long",
					 what);
		if (!access(out, F_OK) || errno != ENOENT)
			return 0;
	}
	if (!is_name || !access(what, F_OK)) {
		if (snprintf(out, bytes, "%s", what) >= (int)bytes)
			return error_set(error, -ENAMETOOLONG, "'%.100s...' is too long", what);
		return 0;
	}
	error_set(error, -ENOENT, "there is no file '%s', and no target of that name: '%s'", what,
		  out);
	error_hint(error, "'telprobe targets' lists them");
	return -ENOENT;
}
