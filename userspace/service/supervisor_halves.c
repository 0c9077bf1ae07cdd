/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>

#include "service/supervisor.h"

/* Of the half that was added to before, if nobody has said yet that he took it; 0: there is
 * none. */
static uint64_t source_to_take(const struct supervisor *supervisor)
{
	const struct capture *capture = supervisor->capture;

	return capture_totals_source(capture, !capture_totals_half(capture));
}

void halves_tell(struct supervisor *supervisor)
{
	const struct message turned = { .kind = MESSAGE_TURNED,
					.number = (int64_t)source_to_take(supervisor) };

	if (turned.number)
		collector_send(supervisor, &turned, -1);
}

void halves_turn(struct supervisor *supervisor)
{
	struct error error = { 0 };
	int ret = capture_totals_turn(supervisor->capture, &error);

	if (ret && ret != -EBUSY)
		fprintf(stderr, "telprobe: %s\n", error.what);
	halves_tell(supervisor);
}

void halves_taken(struct supervisor *supervisor, int64_t source)
{
	struct error error = { 0 };

	if (!source || source != (int64_t)source_to_take(supervisor))
		return; /* of one that was cleared before */
	if (capture_totals_clear(supervisor->capture, &error))
		fprintf(stderr, "telprobe: %s\n", error.what);
}
