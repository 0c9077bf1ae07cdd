/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/totals_schedule.h"

#include "lib/clock.h"
#include "service/messages.h"

enum { TOTALS_MS = 5000 }; /* from the first that is added until they are stored */

int totals_schedule_open(struct totals_schedule *schedule, struct capture *capture,
			 struct owners *owners, int supervisor_fd, struct error *error)
{
	*schedule = (struct totals_schedule){
		.capture = capture,
		.owners = owners,
		.supervisor_fd = supervisor_fd,
	};
	return totals_new(capture, &schedule->totals, error);
}

void totals_schedule_close(struct totals_schedule *schedule)
{
	totals_free(schedule->totals);
	schedule->totals = NULL;
}

static void tell(const struct totals_schedule *schedule, uint32_t kind, uint64_t number)
{
	const struct message message = { .kind = kind, .number = (int64_t)number };

	message_send(schedule->supervisor_fd, &message, -1);
}

/* Return: whether all that there is in that half is stored, or lost with @is_last. */
static bool look(struct totals_schedule *schedule, uint32_t half, bool is_last,
		 bool *out_has_strangers)
{
	const uint64_t sources[] = { capture_totals_source(schedule->capture, 0),
				     capture_totals_source(schedule->capture, 1) };

	return owners_take_totals(schedule->owners, schedule->totals, half, sources, is_last,
				  out_has_strangers);
}

/* Not because the halves have changed, but because it was told: programs may still add to it
 * before. */
static bool has_half_to_take(const struct totals_schedule *schedule)
{
	const struct capture *capture = schedule->capture;

	return schedule->turned_source &&
	       schedule->turned_source ==
		       capture_totals_source(capture, !capture_totals_half(capture));
}

void totals_schedule_take(struct totals_schedule *schedule)
{
	struct capture *capture = schedule->capture;
	bool has_strangers, is_done;

	if (has_half_to_take(schedule)) {
		look(schedule, !capture_totals_half(capture), true, &has_strangers);
		tell(schedule, MESSAGE_TAKEN, schedule->turned_source);
		schedule->turned_source = 0;
	}
	capture_totals_seen(capture);
	is_done = look(schedule, capture_totals_half(capture), false, &has_strangers);
	if (has_strangers || totals_is_filling(schedule->totals))
		tell(schedule, MESSAGE_TURN, 0);
	schedule->due_ms = is_done ? 0 : clock_monotonic_ms() + TOTALS_MS;
}

static void note_growth(struct totals_schedule *schedule)
{
	if (!schedule->due_ms && capture_totals_have_grown(schedule->capture))
		schedule->due_ms = clock_monotonic_ms() + TOTALS_MS;
}

void totals_schedule_take_in_time(struct totals_schedule *schedule)
{
	note_growth(schedule);
	if (has_half_to_take(schedule) ||
	    (schedule->due_ms && clock_monotonic_ms() >= schedule->due_ms))
		totals_schedule_take(schedule);
}

int totals_schedule_sleep_ms(struct totals_schedule *schedule, int longest_ms)
{
	int64_t left_ms;

	note_growth(schedule);
	if (!schedule->due_ms)
		return longest_ms;
	left_ms = schedule->due_ms - clock_monotonic_ms();
	return left_ms > 0 ? (int)left_ms : 0;
}

bool totals_schedule_has(const struct totals_schedule *schedule, uint32_t uid, bool of_all)
{
	return totals_has(schedule->totals, uid, of_all);
}

void totals_schedule_clear(struct totals_schedule *schedule, bool *has_asked)
{
	if (has_half_to_take(schedule)) {
		totals_schedule_take(schedule);
		*has_asked = false;
	} else if (!*has_asked) {
		tell(schedule, MESSAGE_TURN, 0);
		*has_asked = true;
	}
}
