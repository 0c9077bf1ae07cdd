/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/choose.h"

#include "cli/notice.h"

int choose_events(struct cli *cli, struct choice *choice)
{
	const char *types = cli_option(cli, "type");
	struct error error;

	if (types && choice_types_parse(types, &choice->types, &error))
		return cli_misuse_error(cli, &error);
	choice->app = cli_option(cli, "app");
	return 0;
}

void choose_tell_none(const struct choice *choice, int64_t limit)
{
	if ((choice->app || choice->types) && limit)
		notice("no such events among the newest %d,%03d", CHOICE_SEARCHED / 1000,
		       CHOICE_SEARCHED % 1000);
	else if (choice->app || choice->types || choice->since_us || choice->until_us)
		notice("no such events");
	else
		notice("no events yet");
}
