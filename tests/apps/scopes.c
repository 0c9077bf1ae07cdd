/* SPDX-License-Identifier: GPL-2.0-only */
/* scopes.c - scopes of C left in every way. Expected:
 *	command early failed network; inside it step opened ok: return from the middle
 *	command loop ok; inside it step round ok, 3 times: continue, break and the end of the block
 *	command given-up cancelled
 *	command jumped ok: goto out of the block */
#include <stddef.h>

#include "telprobe.h"

static int early(int fails)
{
	TELPROBE_COMMAND_SCOPE(command, "early", "return", NULL);
	TELPROBE_SPAN_SCOPE(step, TELPROBE_STEP, "opened");

	if (fails) {
		TELPROBE_SCOPE_FAILED(command, "network");
		return -1;
	}
	return 0;
}

static void loop(void)
{
	TELPROBE_COMMAND_SCOPE(command, "loop", NULL, NULL);

	for (int i = 0; i < 5; i++) {
		TELPROBE_SPAN_SCOPE(step, TELPROBE_STEP, "round");
		if (i == 0)
			continue;
		if (i == 2)
			break;
	}
}

int main(void)
{
	int failed = early(1) != -1;

	loop();
	{
		TELPROBE_COMMAND_SCOPE(command, "given-up", NULL, NULL);
		TELPROBE_SCOPE_CANCELLED(command);
	}
	{
		TELPROBE_COMMAND_SCOPE(command, "jumped", NULL, NULL);
		goto out;
	}
out:
	return failed;
}
