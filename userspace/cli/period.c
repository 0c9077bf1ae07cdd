/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/period.h"

#include "lib/clock.h"

static int parse(struct cli *cli, const char *name, int64_t now_us, int64_t *out)
{
	const char *text = cli_option(cli, name);
	struct error error;

	if (text && clock_parse(text, now_us, out, &error))
		return cli_misuse_error(cli, &error);
	return 0;
}

int period_since(struct cli *cli, int64_t now_us, int64_t *out)
{
	return parse(cli, "since", now_us, out);
}

int period_parse(struct cli *cli, int64_t now_us, struct period *period)
{
	if (period_since(cli, now_us, &period->since_us) ||
	    parse(cli, "until", now_us, &period->until_us))
		return CLI_MISUSE;
	if (period->until_us && period->until_us <= period->since_us)
		return cli_misuse(cli, "the period ends before it begins: --until must be later "
				       "than --since");
	return 0;
}
