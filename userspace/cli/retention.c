/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/retention.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/text.h"
#include "store/retention.h"

static bool is_own(const struct control_retention *retention)
{
	return retention->own_days &&
	       (!retention->machine_days || retention->own_days <= retention->machine_days);
}

void retention_print(const struct control_retention *retention)
{
	int64_t days = store_shorter(retention->own_days, retention->machine_days);
	char size[24];

	printf("%-14s ", "kept");
	if (days)
		printf("%" PRId64 " days, %s", days,
		       is_own(retention) ? "as you chose" : "the machine's limit");
	else
		printf("for ever");
	if (retention->own_days && !is_own(retention))
		printf(" (you chose %" PRId64 ")", retention->own_days);
	if (retention->max_bytes) {
		text_bytes((double)retention->max_bytes, size);
		printf("; beyond %s the oldest go first", size);
	}
	putchar('\n');
}

bool retention_json(cJSON *json, const struct control_retention *retention)
{
	cJSON *object = cJSON_AddObjectToObject(json, "retention");
	int64_t days = store_shorter(retention->own_days, retention->machine_days);

	return object && cJSON_AddNumberToObject(object, "days", (double)days) &&
	       cJSON_AddNumberToObject(object, "own_days", (double)retention->own_days) &&
	       cJSON_AddNumberToObject(object, "machine_days", (double)retention->machine_days) &&
	       cJSON_AddNumberToObject(object, "max_bytes", (double)retention->max_bytes);
}
