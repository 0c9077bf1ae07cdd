/* SPDX-License-Identifier: GPL-2.0-only */
/* complaints.h - one line a minute for the same trouble, however often it happens: what others can
 * bring about must not fill the log. What was left out is counted and told with the next line. */
#ifndef TELPROBE_SERVICE_COMPLAINTS_H
#define TELPROBE_SERVICE_COMPLAINTS_H

#include <stdbool.h>
#include <stdint.h>

enum complaint {
	COMPLAINT_NONE,	    /* of a row nobody uses */
	COMPLAINT_ENDED,    /* a role; number: which */
	COMPLAINT_OFFENDER, /* a role; number: which */
	COMPLAINT_NOT_EMPTY,
	COMPLAINT_DEAF,
	COMPLAINT_NOT_DELETED, /* number: of whom */
	COMPLAINT_WRITTEN,     /* a file of target number */
	COMPLAINT_TARGET,      /* number: which */
	COMPLAINT_BEATS,
};

enum { COMPLAINTS_KNOWN = 64 };

struct complaints { /* all zero to begin with */
	struct complaint_row {
		enum complaint complaint;
		uint32_t number;
		uint32_t left_out;
		int64_t told_ms;
	} rows[COMPLAINTS_KNOWN];
};

/**
 * complaints_is_due() - may it be told now?
 * @now_ms: CLOCK_MONOTONIC. @out_left_out: of the same, not told since the last
 * Return: false: within a minute of the last; counted. Of more than COMPLAINTS_KNOWN different ones
 * the oldest is forgotten. */
bool complaints_is_due(struct complaints *complaints, enum complaint complaint, uint32_t number,
		       int64_t now_ms, uint32_t *out_left_out);

/** complain() - to standard error, if it is due now */
void complain(struct complaints *complaints, enum complaint complaint, uint32_t number,
	      const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
