/* SPDX-License-Identifier: GPL-2.0-only */
/* totals_schedule.h - when the collector stores what was added up in the kernel (totals.h), and when it
 * has the supervisor change halves. All of it between batches only. */
#ifndef TELPROBE_SERVICE_TOTALS_SCHEDULE_H
#define TELPROBE_SERVICE_TOTALS_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/capture.h"
#include "service/owners.h"
#include "service/totals.h"

struct totals_schedule {
	struct capture *capture;
	struct owners *owners;
	int supervisor_fd;
	struct totals *totals;
	int64_t due_ms;		/* when they are looked at; 0: nothing is known to be added */
	uint64_t turned_source; /* MESSAGE_TURNED: of the half that is not added to any more */
};

/** totals_schedule_open() - @capture, @owners and the socket stay the caller's
 * totals_schedule_close() - takes one that was not opened. */
int totals_schedule_open(struct totals_schedule *schedule, struct capture *capture,
			 struct owners *owners, int supervisor_fd, struct error *error);
void totals_schedule_close(struct totals_schedule *schedule);

/** totals_schedule_take() - store all there is now. What is in sums of people who do not agree any
 * more goes by changing halves. */
void totals_schedule_take(struct totals_schedule *schedule);
/** totals_schedule_take_in_time() - the same if it is time */
void totals_schedule_take_in_time(struct totals_schedule *schedule);

/** totals_schedule_sleep_ms() - how long may be slept, @longest_ms at most: asked when programs can see
 * that we sleep, because from there on they wake us */
int totals_schedule_sleep_ms(struct totals_schedule *schedule, int longest_ms);

/** totals_schedule_has() - is anything of @uid, or of anybody, in the sums of the kernel? */
bool totals_schedule_has(const struct totals_schedule *schedule, uint32_t uid, bool of_all);
/** totals_schedule_clear() - the next step to there being nothing, which waits for the supervisor: sums
 * are gone when the halves have changed and the one before was cleared; where one was to be taken
 * already, a person may be in both
 * @has_asked: false at first; that the supervisor was asked to change halves */
void totals_schedule_clear(struct totals_schedule *schedule, bool *has_asked);

#endif
