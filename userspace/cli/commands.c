/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/commands.h"

#include <errno.h>
#include <string.h>

#include "lib/nearest.h"

#define CLI_ROW(name) &name##_command,
static const struct cli_command *const rows[] = { CLI_COMMANDS(CLI_ROW) NULL };
#undef CLI_ROW

const struct cli_command *commands_at(size_t index)
{
	return rows[index];
}

const struct cli_command *commands_find(const char *name, struct error *error)
{
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, name, strlen(name));
	for (i = 0; rows[i]; i++) {
		if (!strcmp(rows[i]->name, name) ||
		    (rows[i]->alias && !strcmp(rows[i]->alias, name)))
			return rows[i];
		nearest_try(&nearest, rows[i]->name);
		if (rows[i]->alias)
			nearest_try(&nearest, rows[i]->alias);
	}
	error_set(error, -EINVAL, "unknown command '%s'", name);
	if (nearest.best)
		error_hint(error, "did you mean 'telprobe %s'?", nearest.best);
	else
		error_hint(error, "'telprobe help' lists the commands");
	return NULL;
}
