/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/complaints.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/clock.h"
#include "lib/error.h"

enum { QUIET_MS = 60000 };

/* Its own row, or the one that was told longest ago. */
static struct complaint_row *find(struct complaints *complaints, enum complaint complaint,
				  uint32_t number)
{
	struct complaint_row *oldest = &complaints->rows[0], *row;

	for (row = complaints->rows; row < complaints->rows + COMPLAINTS_KNOWN; row++) {
		if (row->complaint == complaint && row->number == number)
			return row;
		if (!row->complaint || (oldest->complaint && row->told_ms < oldest->told_ms))
			oldest = row;
	}
	*oldest = (struct complaint_row){ .number = number };
	return oldest;
}

bool complaints_is_due(struct complaints *complaints, enum complaint complaint, uint32_t number,
		       int64_t now_ms, uint32_t *out_left_out)
{
	struct complaint_row *row = find(complaints, complaint, number);

	if (row->complaint && now_ms - row->told_ms < QUIET_MS) {
		row->left_out++;
		return false;
	}
	*out_left_out = row->left_out;
	*row = (struct complaint_row){ complaint, number, 0, now_ms };
	return true;
}

void complain(struct complaints *complaints, enum complaint complaint, uint32_t number,
	      const char *format, ...)
{
	char text[768];
	uint32_t left_out;
	va_list arguments;

	if (!complaints_is_due(complaints, complaint, number, clock_monotonic_ms(), &left_out))
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	error_make_printable(text); /* a file's name may have been chosen to look like a line */
	if (left_out)
		fprintf(stderr, "telprobe: %s (and %u times more since it was told last)\n", text,
			left_out);
	else
		fprintf(stderr, "telprobe: %s\n", text);
}
