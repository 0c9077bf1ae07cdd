/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_stop.h"

#include "cli/notice.h"
#include "cli/service_call.h"

static bool is_suspended(struct client *client)
{
	struct control_status status;
	struct error error;

	return !service_status(client, &status, &error) && status.state == CONTROL_SUSPENDED;
}

static void tell(struct client *client, enum control_selftest result)
{
	const bool was_suspended = is_suspended(client);
	struct error error;

	if (service_selftest(client, result, &error))
		notice_error(&error);
	else if (result == CONTROL_SELFTEST_LEAKED && !was_suspended)
		notice("the service captures nothing from now on ('telprobe status')");
	else if (result == CONTROL_SELFTEST_PASSED && was_suspended)
		notice("the service captures again");
}

void selftest_stop(enum control_selftest result)
{
	struct client *client;
	struct error error;

	if (service_open(&client, &error))
		return;
	if (client_is_of_this_program(client))
		tell(client, result);
	client_close(client);
}
