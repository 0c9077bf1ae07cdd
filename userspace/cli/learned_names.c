/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/learned_names.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/notice.h"

static void refuse(struct learned_names *names, const char *text, const char *kept)
{
	names->refused++;
	if (names->is_told)
		notice("'%s' was said, and is kept as %s whatever a target declares", text, kept);
}

/* Processors that add at once may add more than the map has room for. */
static int take_name(void *data, const char *text)
{
	struct learned_names *names = data;
	struct firewall_verdict verdict =
		firewall_check(names->firewall, FIREWALL_NAME, FIREWALL_DECLARED, text);

	if (verdict.layer != FIREWALL_PASSED) {
		refuse(names, text, verdict.text);
		return 0;
	}
	if (names->count == TP_LEARNED) {
		names->has_more = true;
		return 1;
	}
	snprintf(names->list[names->count++], TP_DECLARED_BYTES, "%s", text);
	return 0;
}

static int compare(const void *left, const void *right)
{
	return strcmp(left, right);
}

void learned_names_take(struct run_session *session, bool is_quiet, struct learned_names *out)
{
	out->firewall = session->firewall;
	out->is_told = !is_quiet && isatty(STDERR_FILENO);
	capture_each_learned(session->capture, take_name, out);
	qsort(out->list, out->count, sizeof(out->list[0]), compare);
	if (is_quiet)
		return;
	if (out->has_more || out->count + out->refused >= TP_LEARNED)
		notice("of the names that are no constants %d are known: there may be more",
		       TP_LEARNED);
	if (out->refused && !out->is_told)
		notice("%zu text%s said that the firewall keeps from being stored whatever a "
		       "target declares: shown on a terminal",
		       out->refused, out->refused == 1 ? " was" : "s were");
}

void learned_names_print(const struct learned_names *names)
{
	size_t i;

	if (!names->count)
		return;
	puts("# said, and no constants of a file: declare none that somebody typed or that tells "
	     "of him");
	puts("names:");
	for (i = 0; i < names->count; i++)
		printf("  - \"%s\"\n", names->list[i]);
}

cJSON *learned_names_json(const struct learned_names *names)
{
	const char *list[TP_LEARNED];
	size_t i;

	for (i = 0; i < names->count; i++)
		list[i] = names->list[i];
	return cJSON_CreateStringArray(list, (int)names->count);
}

void learned_names_clear(struct learned_names *names)
{
	sodium_memzero(names, sizeof(*names));
}
