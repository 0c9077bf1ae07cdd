/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_everything.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/dump.h"
#include "report/export.h"
#include "report/json.h"
#include "report/metrics.h"
#include "report/recent.h"
#include "report/summary.h"

static int note(struct everything *everything, const char *name, const void *bytes, size_t size,
		bool is_kernels)
{
	struct selftest *selftest = everything->selftest;
	struct selftest_searched *searched = &selftest->searched[selftest->searched_count];

	if (selftest->searched_count == SELFTEST_SEARCHED)
		return error_set(everything->error, -E2BIG, "more places to search than thought");
	selftest->searched_count++;
	snprintf(searched->name, sizeof(searched->name), "%s", name);
	searched->bytes = size;
	searched->is_kernels = is_kernels;
	searched->is_unlisted = !bytes;
	if (search_look(everything->search, bytes, size, &searched->found))
		return error_set(everything->error, -ENOMEM, "no memory to search '%s'", name);
	return 0;
}

static int note_kernel(void *data, const char *name, const void *bytes, size_t size)
{
	return note(data, name, bytes, size, true);
}

int everything_of_kernel(struct everything *everything)
{
	return dump_kernel(everything->session->capture, note_kernel, everything,
			   everything->error);
}

/* --- files ------------------------------------------------------------------------------------ */

static int note_file(struct everything *everything, const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	size_t used = 0, room = 1 << 16, got;
	char *bytes, *grown;
	int ret;

	if (!file)
		return errno == ENOENT ? 0
				       : error_set(everything->error, -errno,
						   "cannot read '%s': %s", path, error_text(errno));
	bytes = malloc(room);
	while (bytes && (got = fread(bytes + used, 1, room - used, file))) {
		used += got;
		if (used < room)
			continue;
		room *= 2;
		grown = realloc(bytes, room);
		if (!grown)
			free(bytes);
		bytes = grown;
	}
	if (bytes && !ferror(file))
		ret = note(everything, name, bytes, used, false);
	else
		ret = error_set(everything->error, bytes ? -EIO : -ENOMEM, "cannot read '%s'",
				path);
	free(bytes);
	fclose(file);
	return ret;
}

int everything_of_files(struct everything *everything, const struct selftest_place *place,
			const char *when)
{
	static const char *const beside[] = { "", "-wal", "-shm" };
	char path[SELFTEST_PATH + 8], name[48];
	size_t i;
	int ret = note_file(everything, place->log, "log");

	for (i = 0; !ret && i < sizeof(beside) / sizeof(beside[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", place->database, beside[i]);
		snprintf(name, sizeof(name), "database%s, %s", beside[i], when);
		ret = note_file(everything, path, name);
	}
	return ret;
}

/* --- what commands say of it ------------------------------------------------------------------- */

typedef int (*teller)(FILE *out, struct everything *everything);

static struct leaving leaving_of(const struct everything *everything)
{
	return (struct leaving){ .store = everything->store,
				 .firewall = everything->session->firewall };
}

static int tell_export(FILE *out, struct everything *everything, enum export_format format)
{
	const struct export_choice choice = { .format = format };
	struct leaving leaving = leaving_of(everything);
	int64_t ret = export_events(&leaving, &choice, out, everything->error);

	return ret < 0 ? (int)ret : 0;
}

static int tell_json(FILE *out, struct everything *everything)
{
	return tell_export(out, everything, EXPORT_JSON);
}

static int tell_ndjson(FILE *out, struct everything *everything)
{
	return tell_export(out, everything, EXPORT_NDJSON);
}

static int tell_csv(FILE *out, struct everything *everything)
{
	return tell_export(out, everything, EXPORT_CSV);
}

static int tell_show(FILE *out, struct everything *everything)
{
	const struct choice all = { 0 };
	int ret = recent_print(out, everything->store, &all, 0, false, false, everything->error);

	return ret < 0 ? ret : 0;
}

static int tell_show_json(FILE *out, struct everything *everything)
{
	const struct choice all = { 0 };
	int ret = recent_print(out, everything->store, &all, 0, false, true, everything->error);

	return ret < 0 ? ret : 0;
}

static int tell_last(FILE *out, struct everything *everything)
{
	return last_print(out, everything->store, false, everything->error);
}

static int tell_last_json(FILE *out, struct everything *everything)
{
	return last_print(out, everything->store, true, everything->error);
}

static int tell_metrics(FILE *out, struct everything *everything)
{
	struct leaving leaving = leaving_of(everything);
	struct metrics metrics;
	int ret = metrics_load(&metrics, &leaving, 0, 0, everything->error);

	if (!ret)
		ret = metrics_print(out, &metrics);
	if (!ret)
		ret = json_print(metrics_json(&metrics), out);
	metrics_clear(&metrics);
	return ret;
}

static int tell_summary(FILE *out, struct everything *everything)
{
	int ret = summary_print(out, everything->store, 0, everything->error);

	return ret ? ret : json_print(summary_json(everything->store, 0, everything->error), out);
}

static const struct answer {
	const char *name;
	teller tell;
	bool leaves; /* as report/leaving.h means it */
} answers[] = {
	{ "export", tell_json, true },
	{ "export --format ndjson", tell_ndjson, true },
	{ "export --format csv", tell_csv, true },
	{ "show", tell_show, false },
	{ "show --json", tell_show_json, false },
	{ "last", tell_last, false },
	{ "last --json", tell_last_json, false },
	{ "metrics, metrics --json", tell_metrics, true },
	{ "run, run --json", tell_summary, false },
};

enum { ANSWERS = sizeof(answers) / sizeof(answers[0]) };

static int note_answer(struct everything *everything, const struct answer *answer, const char *of)
{
	char *bytes = NULL, name[48];
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	int ret;

	if (!out)
		return error_set(everything->error, -ENOMEM, "out of memory");
	ret = answer->tell(out, everything);
	if (fclose(out) && !ret)
		ret = error_set(everything->error, -ENOMEM, "out of memory");
	snprintf(name, sizeof(name), "%s%s", answer->name, of);
	if (!ret)
		ret = note(everything, name, bytes, size, false);
	free(bytes);
	return ret;
}

int everything_told(struct everything *everything)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < ANSWERS; i++)
		ret = note_answer(everything, &answers[i], "");
	return ret;
}

int everything_leaving(struct everything *everything)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < ANSWERS; i++)
		if (answers[i].leaves)
			ret = note_answer(everything, &answers[i], ", leaving");
	return ret;
}
