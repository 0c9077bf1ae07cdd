/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_beats.c - every heartbeat_s the kernel side is asked which processes still run. */
#include "lib/clock.h"
#include "service/supervisor.h"

void beats_look(struct supervisor *supervisor)
{
	const int64_t between_s = supervisor->config->heartbeat_s, now_ms = clock_monotonic_ms();
	struct error error;

	if (!between_s) {
		supervisor->beats_due_ms = 0;
		return;
	}
	if (supervisor->beats_due_ms > now_ms + between_s * 1000 || !supervisor->beats_due_ms)
		supervisor->beats_due_ms = now_ms + between_s * 1000;
	if (supervisor->beats_due_ms > now_ms)
		return;
	supervisor->beats_due_ms = now_ms + between_s * 1000;
	if (capture_beat(supervisor->capture, (uint64_t)between_s * 1000000000, &error))
		complain(&supervisor->complaints, COMPLAINT_BEATS, 0, "%s", error.what);
}
