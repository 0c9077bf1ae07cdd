/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/target_probes.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/hits.h"
#include "report/text.h"
#include "service/declared.h"
#include "service/spans.h"
#include "service/target_file.h"

enum { FILE_NUMBER = 1 }; /* under which the reader keeps the one that is looked at */

/* What is counted of a span, or of all markers. */
struct tally {
	uint64_t begins, ends, failures;
};

struct probe { /* attached */
	uint32_t number;
	uint64_t *count; /* of a tally */
};

struct checking {
	const struct config_target *target;
	const struct target_probes_listener *listener;
	struct inspector *inspector;
	struct declared names;
	struct hits *hits; /* NULL: nothing is counted */
	uint64_t told;	   /* spans, a bit each */
	char absent[CONFIG_SPANS][768];
	struct tally tallies[CONFIG_SPANS + 1]; /* the last: markers */
	struct probe probes[HITS_PROBES];
	size_t probe_count;
};

static void note_left_out(void *data, const struct spans_left_out *left_out)
{
	struct checking *checking = data;

	if (left_out->is_absent)
		snprintf(checking->absent[left_out->span], sizeof(checking->absent[0]), "%s",
			 left_out->why);
	else
		checking->listener->problem(checking->listener->data, left_out->why);
}

static uint64_t *count_of(struct tally *tally, enum tp_foreign_role role)
{
	switch (role) {
	case TP_FOREIGN_BEGIN:
		return &tally->begins;
	case TP_FOREIGN_FAILED:
	case TP_FOREIGN_CANCELLED:
		return &tally->failures;
	default:
		return &tally->ends;
	}
}

/* Which of the target's spans each of those that were found is. */
static size_t span_of(uint64_t told, uint32_t found)
{
	size_t span;

	for (span = 0; span < CONFIG_SPANS; span++)
		if ((told >> span & 1) && !found--)
			return span;
	return CONFIG_SPANS;
}

static size_t list_places(const struct inspection *file, const struct spans *spans,
			  struct checking *checking, struct hits_place *places)
{
	struct probe *probes = checking->probes + checking->probe_count;
	size_t i, count = 0;

	for (i = 0; i < spans->probe_count; i++) {
		const struct capture_probe *probe = &spans->probes[i];
		struct tally *tally = &checking->tallies[span_of(spans->told, probe->span)];

		probes[count].count = count_of(tally, probe->role);
		places[count++] =
			(struct hits_place){ probe->file_offset, probe->semaphore_offset };
	}
	for (i = 0; i < file->site_count; i++) {
		const struct inspect_site *site = &file->sites[i];

		if (site->marker < 0 || site->reason != INSPECT_USABLE)
			continue;
		probes[count].count = &checking->tallies[CONFIG_SPANS].begins;
		places[count++] = (struct hits_place){ site->file_offset, site->semaphore_offset };
	}
	return count;
}

static void note_error(struct checking *checking, const struct error *error)
{
	char text[sizeof(error->what) + 32];

	snprintf(text, sizeof(text), "nothing is counted of it: %s", error->what);
	checking->listener->note(checking->listener->data, text);
}

static void attach(struct checking *checking, int fd, const char *path,
		   const struct inspection *file, const struct spans *spans)
{
	const size_t most = spans->probe_count + file->site_count;
	struct hits_place *places = calloc(most + 1, sizeof(*places));
	struct error error = { 0 };
	uint32_t first = 0;
	size_t count, i;

	if (!places || checking->probe_count + most > HITS_PROBES) {
		free(places);
		error_set(&error, -ENOSPC, "'%s' has too many probes", path);
		note_error(checking, &error);
		return;
	}
	count = list_places(file, spans, checking, places);
	if (count && hits_attach(checking->hits, fd, path, places, count, &first, &error)) {
		note_error(checking, &error);
		count = 0;
	}
	for (i = 0; i < count; i++)
		checking->probes[checking->probe_count++].number = first + (uint32_t)i;
	free(places);
}

/* @fd: of the lease where it is to be counted */
static int look_at(struct checking *checking, int fd, const char *path, bool is_counting,
		   struct error *error)
{
	struct spans_source source = { checking->inspector, FILE_NUMBER, NULL, path };
	struct inspection *file = NULL;
	struct spans spans;
	int ret;

	ret = inspector_look(checking->inspector, fd, &file, error);
	if (ret)
		return ret;
	source.inspection = file;
	ret = inspector_keep(checking->inspector, FILE_NUMBER, fd, error);
	if (!ret)
		ret = spans_find(&source, checking->target, &checking->names, note_left_out,
				 checking, &spans, error);
	if (!ret) {
		checking->told |= spans.told;
		if (is_counting)
			attach(checking, fd, path, file, &spans);
		spans_clear(&spans);
	}
	inspector_drop(checking->inspector, FILE_NUMBER);
	inspection_free(file);
	return ret;
}

static void look_at_file(struct checking *checking, const char *pattern, const char *path)
{
	struct error error = { 0 };
	struct stat status;
	int fd = target_file_open(pattern, path, &status, &error), used = fd, ret;

	if (fd < 0)
		return;	    /* the service says so, and its neighbour may be meant */
	if (checking->hits) /* before anything is read: what stands there must stay */
		used = hits_lease(checking->hits, fd, path, &error);
	if (used < 0)
		note_error(checking, &error);
	ret = look_at(checking, used < 0 ? fd : used, path, used >= 0 && checking->hits, &error);
	if (ret && checking->target->span_count)
		checking->listener->problem(checking->listener->data, error.what);
	close(fd);
}

static void look_at_files(struct checking *checking)
{
	const struct config_target *target = checking->target;
	glob_t found;
	size_t i, k;

	for (i = 0; i < target->path_count; i++) {
		if (glob(target->paths[i], 0, NULL, &found))
			continue;
		for (k = 0; k < found.gl_pathc; k++)
			look_at_file(checking, target->paths[i], found.gl_pathv[k]);
		globfree(&found);
	}
	for (i = 0; i < target->span_count; i++)
		if (checking->absent[i][0] && !(checking->told >> i & 1))
			checking->listener->problem(checking->listener->data, checking->absent[i]);
}

static void note_span(struct checking *checking, size_t span)
{
	const struct tally *tally = &checking->tallies[span];
	const struct config_span *config = &checking->target->spans[span];
	char text[256];
	size_t used;

	used = (size_t)snprintf(text, sizeof(text),
				"span '%s': %" PRIu64 " begin%s and %" PRIu64 " end%s in a second",
				config->name, tally->begins, text_s((int64_t)tally->begins),
				tally->ends, text_s((int64_t)tally->ends));
	if (config->failed.kind || config->cancelled.kind)
		snprintf(text + used, sizeof(text) - used, ", %" PRIu64 " failed or cancelled",
			 tally->failures);
	checking->listener->note(checking->listener->data, text);
}

static void note_markers(struct checking *checking)
{
	uint64_t hits = checking->tallies[CONFIG_SPANS].begins;
	char text[96];

	snprintf(text, sizeof(text), "markers: %" PRIu64 " hit%s in a second", hits,
		 text_s((int64_t)hits));
	checking->listener->note(checking->listener->data, text);
}

static void count(struct checking *checking)
{
	struct timespec second = { .tv_sec = 1 };
	bool has_markers = false;
	size_t i;

	if (!checking->probe_count)
		return;
	while (nanosleep(&second, &second) && errno == EINTR)
		;
	for (i = 0; i < checking->probe_count; i++) {
		const struct probe *probe = &checking->probes[i];

		has_markers |= probe->count == &checking->tallies[CONFIG_SPANS].begins;
		*probe->count += hits_count(checking->hits, probe->number);
	}
	for (i = 0; i < checking->target->span_count; i++)
		if (checking->told >> i & 1)
			note_span(checking, i);
	if (has_markers)
		note_markers(checking);
}

int target_probes_check(const struct config_target *target, bool is_counting,
			const struct target_probes_listener *listener, struct error *error)
{
	struct checking *checking = calloc(1, sizeof(*checking));
	struct error trouble;
	int ret;

	if (!checking)
		return error_set(error, -ENOMEM, "out of memory");
	checking->target = target;
	checking->listener = listener;
	declared_init(&checking->names);
	ret = inspector_new(&checking->inspector, error); /* before anything is open */
	if (!ret && is_counting && hits_open(&checking->hits, &trouble))
		note_error(checking, &trouble);
	if (!ret)
		look_at_files(checking);
	if (!ret && checking->hits)
		count(checking);
	hits_close(checking->hits);
	inspector_free(checking->inspector);
	declared_clear(&checking->names);
	free(checking);
	return ret;
}
