/* SPDX-License-Identifier: GPL-2.0-only */
/* number.c - telprobe without the layer `number`: a measure is kept as it is. */
#include <string.h>

#include "service/decode.h"

bool __wrap_decode_value(const union record *, int64_t *);
bool __real_decode_value(const union record *, int64_t *);

bool __wrap_decode_value(const union record *record, int64_t *out)
{
	bool is_right = __real_decode_value(record, out);
	double measure;

	if (is_right && record->header.type == TP_MEASURE) {
		memcpy(&measure, &record->event.value, sizeof(measure));
		*out = (int64_t)measure;
	}
	return is_right;
}
