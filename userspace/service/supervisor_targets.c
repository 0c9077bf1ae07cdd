/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/collector.h"
#include "service/config_keys.h"
#include "service/mounts.h"
#include "service/spans.h"
#include "service/supervisor.h"
#include "service/target_file.h"

enum {
	PATTERN_FILES =
		SUPERVISOR_OBJECTS, /* of one pattern: who may write there could make millions */
};

struct consent_target target_consent(const struct supervisor *supervisor,
				     const struct supervised_target *target)
{
	const struct config_target *config = target->config;
	struct consent_target consent = { .name = target->name, .policy = CONSENT_LOCKED };

	if (!config || !supervisor->config->is_enabled || supervisor->is_suspended)
		return consent;
	consent.policy = config->policy;
	consent.level_default = config->level_default;
	consent.level_max = config->level_max < supervisor->config->level_max
				    ? config->level_max
				    : supervisor->config->level_max;
	consent.without = config->without | supervisor->config->without;
	return consent;
}

/* The first of a scan is kept, and told when the scan before had another. */
static void note_problem(struct supervised_target *target, const char *what)
{
	if (!target->problem[0])
		snprintf(target->problem, sizeof(target->problem), "%.*s",
			 (int)sizeof(target->problem) - 1, what);
}

void tell_problem(struct supervised_target *target, const char *what)
{
	note_problem(target, what);
	fprintf(stderr, "telprobe: target '%s': %s\n", target->name, what);
}

void target_lost(struct supervisor *supervisor, uint16_t object, const char *what)
{
	struct supervised_target *target =
		&supervisor->targets[supervisor->files[object].target - 1];

	tell_problem(target, what);
	/* its names can still be asked for: leaving_drained() */
	supervisor->files[object] = (struct supervised_file){ 0 };
	target->files--;
	target->sites -= capture_sites(supervisor->capture, object);
}

/* What stands for a target in people's files, the same after each start: FNV-1a, never 0 or 1. */
static uint32_t origin_of(const struct supervised_target *target)
{
	uint32_t hash = 2166136261u;
	const char *at;

	for (at = target->name; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619u;
	return hash > COLLECTOR_ORIGIN ? hash : COLLECTOR_ORIGIN + 1;
}

/* Return: 0 for none. */
static uint32_t number_of(const struct supervisor *supervisor,
			  const struct supervised_target *target)
{
	return target ? (uint32_t)(target - supervisor->targets) + 1 : 0;
}

/* Stands for a program, whatever build of it there is: FNV-1a of its target and path. No path is told. */
static uint64_t program_of(const struct supervised_target *target, const char *path)
{
	uint64_t hash = 14695981039346656037u;
	const char *at;

	for (at = target->name; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 1099511628211u;
	for (at = path; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 1099511628211u;
	return hash;
}

/* A program with markers tells by them when it was updated. */
static struct file_build build_of(const struct inspection *inspection)
{
	struct file_build build = { 0 };
	size_t i;

	if (!inspection->is_executable)
		return build;
	for (i = 0; i < inspection->site_count; i++)
		if (inspection->sites[i].marker >= 0)
			return build;
	build.bytes = inspection->build_id_bytes;
	memcpy(build.id, inspection->build_id, build.bytes);
	memcpy(build.version, inspection->version, sizeof(build.version));
	return build;
}

static void tell_build(struct supervisor *supervisor, uint16_t object,
		       const struct supervised_target *target, const struct file_build *build)
{
	struct message message = { .kind = MESSAGE_BUILD, .object = object };

	if (target && build->bytes) {
		message.code = build->bytes;
		message.number =
			(int64_t)program_of(target, capture_path(supervisor->capture, object));
		memcpy(message.build, build->id, sizeof(message.build));
		snprintf(message.text, sizeof(message.text), "%s", build->version);
	}
	collector_send(supervisor, &message, -1);
}

static void tell_object(struct supervisor *supervisor, uint16_t object,
			const struct supervised_target *target, const struct file_build *build)
{
	struct message message = { .kind = MESSAGE_OBJECT,
				   .object = object,
				   .target = number_of(supervisor, target),
				   .number = target ? origin_of(target) : COLLECTOR_ORIGIN,
				   .place = capture_generation(supervisor->capture, object) };
	const char *name = capture_name(supervisor->capture, object);

	tell_build(supervisor, object, target, build); /* first: known by name, it is known whole */
	snprintf(message.text, sizeof(message.text), "%s", name ? name : "");
	collector_send(supervisor, &message, -1);
}

/* Return: NULL for a file that is leaving. */
static const struct supervised_target *target_of(const struct supervisor *supervisor,
						 uint16_t object)
{
	uint32_t number = supervisor->files[object].target;

	return number ? &supervisor->targets[number - 1] : NULL;
}

void targets_tell(struct supervisor *supervisor)
{
	uint16_t object;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++)
		if (capture_name(supervisor->capture, object))
			tell_object(supervisor, object, target_of(supervisor, object),
				    &supervisor->files[object].build);
}

static int attach_held(struct supervisor *supervisor, struct supervised_target *target,
		       uint16_t object, struct error *error)
{
	const uint32_t number = number_of(supervisor, target);
	int fd = capture_file(supervisor->capture, object), ret; /* no other: capture_use() */
	struct inspection *inspection = NULL;
	struct file_spans spans = { 0 };
	struct file_build build;
	struct capture_added added;

	ret = inspector_look(supervisor->inspector, fd, &inspection, error);
	if (ret) {
		capture_drop(supervisor->capture, object);
		return ret;
	}
	build = build_of(inspection);
	capture_assign(supervisor->capture, object, number);
	capture_tell_runs(supervisor->capture, object, target_runs(target));
	capture_tell_sampling(supervisor->capture, object, target->sampling);
	ret = inspector_keep(supervisor->inspector, object, fd, error);
	if (!ret)
		tell_object(supervisor, object, target, &build); /* before its first record */
	if (!ret)
		ret = target_tell_spans(supervisor, target, object, inspection, &spans, error);
	if (!ret && supervisor->is_reading_names)
		ret = capture_read_names(supervisor->capture, object, target_declares(target),
					 error);
	if (!ret)
		ret = capture_attach(supervisor->capture, object, inspection, &added, error);
	else
		capture_drop(supervisor->capture, object);
	inspection_free(inspection);
	if (ret) {
		inspector_drop(supervisor->inspector, object);
		return ret;
	}
	supervisor->files[object] =
		(struct supervised_file){ .target = number, .spans = spans, .build = build };
	target->files++;
	target->sites += added.sites;
	return 0;
}

static uint32_t paths_line(const struct config_target *config)
{
	return config_keys_line(config->lines, "paths");
}

/* A file belongs to one target, however many names it has. */
static int check_owner(struct supervisor *supervisor, const struct supervised_target *target,
		       uint16_t object, const char *path, struct error *error)
{
	const struct supervised_target *owner;

	if (!supervisor->files[object].target)
		return -EINPROGRESS; /* it is still leaving */
	owner = &supervisor->targets[supervisor->files[object].target - 1];
	if (owner == target)
		return 0;
	return error_set(error, -EEXIST,
			 "'%s' (%s:%" PRIu32 ") is '%s' of target '%s' (%s:%" PRIu32 "): an event "
			 "belongs to one target",
			 path, target->config->file, paths_line(target->config),
			 capture_path(supervisor->capture, object), owner->name,
			 owner->config ? owner->config->file : "gone",
			 owner->config ? paths_line(owner->config) : 0);
}

/* The file is held. Where it may be unmounted, only while somebody has it. */
static int attach_new(struct supervisor *supervisor, struct supervised_target *target,
		      uint16_t object, const char *path, bool is_passing, struct error *error)
{
	enum capture_use use = CAPTURE_SHARED;
	int ret;

	if (is_passing) {
		watch_access(supervisor, target, path); /* first: it may be executed right now */
		use = capture_use(supervisor->capture, object);
	}
	if (use != CAPTURE_SHARED) {
		capture_drop(supervisor->capture, object);
		return use == CAPTURE_WRITTEN
			       ? error_set(error, -EBUSY, "'%s' is being written", path)
			       : error_set(error, -ENODEV,
					   "'%s' is on a file system that may be unmounted: "
					   "attached while it runs",
					   path);
	}
	ret = attach_held(supervisor, target, object, error);
	if (!ret)
		supervisor->files[object].is_passing = is_passing;
	return ret;
}

/* Whether the target still names the file by the path it was found at. */
static bool is_configured(const struct supervised_target *target, const char *path)
{
	size_t i;

	for (i = 0; target->config && i < target->config->path_count; i++)
		if (!fnmatch(target->config->paths[i], path, FNM_PATHNAME | FNM_PERIOD))
			return true;
	return false;
}

/* A link that leads to a file the same target lists anyway is nothing to tell. */
static bool is_found_elsewhere(const struct supervised_target *target, const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) && is_configured(target, real);
}

static int open_and_hold(struct supervisor *supervisor, const char *pattern, const char *path,
			 bool *is_passing, uint16_t *object, struct error *error)
{
	struct stat status;
	int fd = target_file_open(pattern, path, &status, error), ret;

	if (fd < 0)
		return fd;
	*is_passing = !mounts_are_lasting(supervisor->mounts, status.st_dev);
	if (*is_passing && target_file_is_overlaid(fd))
		ret = error_set(error, -ENOTSUP,
				"'%s' is seen through an overlay mount, maybe one of many: list "
				"the file of the layer (guide: Containers)",
				path);
	else
		ret = capture_hold(supervisor->capture, fd, path, object, error);
	close(fd);
	return ret;
}

static void attach_file(struct supervisor *supervisor, struct supervised_target *target,
			const char *pattern, const char *path)
{
	struct error error = { 0 };
	bool is_passing = false;
	uint16_t object = 0;
	int ret = open_and_hold(supervisor, pattern, path, &is_passing, &object, &error);

	if (!ret)
		ret = attach_new(supervisor, target, object, path, is_passing, &error);
	else if (ret == -EEXIST)
		ret = check_owner(supervisor, target, object, path, &error);
	if (!ret)
		supervisor->files[object].scan = supervisor->scans;
	else if (ret == -EINPROGRESS) /* when it has left: leaving_drained() */
		target->is_dirty = true;
	else if (ret != -ELOOP || !is_found_elsewhere(target, path))
		note_problem(target, error.what);
}

/* What the scan did not meet is no file of the target any more, but may still run. */
static void mark_unlisted(struct supervisor *supervisor, const struct supervised_target *target)
{
	uint32_t number = number_of(supervisor, target);
	uint16_t object;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		struct supervised_file *file = &supervisor->files[object];

		if (file->target != number)
			continue;
		file->is_unlisted = file->scan != supervisor->scans;
		if (file->is_unlisted || file->is_passing)
			leaving_idle_soon(supervisor);
	}
}

/* Return: how many files the pattern leads to; negative: we are to stop. */
static int64_t attach_pattern(struct supervisor *supervisor, struct supervised_target *target,
			      const char *pattern)
{
	glob_t found = { 0 };
	int64_t count;
	size_t i;

	if (glob(pattern, GLOB_NOSORT, NULL, &found))
		found.gl_pathc = 0;
	count = (int64_t)found.gl_pathc;
	for (i = 0; i < found.gl_pathc && i < PATTERN_FILES && count >= 0; i++) {
		attach_file(supervisor, target, pattern, found.gl_pathv[i]);
		if (!supervisor_serve(supervisor))
			count = -EINTR;
	}
	if (found.gl_pathc > PATTERN_FILES)
		note_problem(target, "a pattern of it leads to more files than can be attached to: "
				     "the rest is left out");
	globfree(&found);
	return count;
}

static void attach_target(struct supervisor *supervisor, struct supervised_target *target)
{
	char problem[CONTROL_TEXT], left_out[CONTROL_TEXT];
	int64_t files, count = 0;
	size_t i;

	memcpy(problem, target->problem, sizeof(problem));
	target->problem[0] = '\0';
	supervisor->scans++;
	watch_target(supervisor, target); /* first: what changes from here on is told */
	for (i = 0; i < target->config->path_count; i++) {
		files = attach_pattern(supervisor, target, target->config->paths[i]);
		if (files < 0)
			return;
		count += files;
	}
	mark_unlisted(supervisor, target);
	if (target_spans_left_out(supervisor, target, left_out))
		note_problem(target, left_out);
	if (target_lacks_sampling(target))
		note_problem(target, "63 other targets have 'sampling': all its spans are events");
	if (!count && !target->files)
		note_problem(target, "none of its files is there yet");
	if (target->problem[0] && strcmp(target->problem, problem) != 0)
		complain(&supervisor->complaints, COMPLAINT_TARGET,
			 (uint32_t)(target - supervisor->targets) + 1, "target '%s': %s",
			 target->name, target->problem);
}

static struct supervised_target *target_find(struct supervisor *supervisor, const char *name)
{
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		if (!strcmp(supervisor->targets[i].name, name))
			return &supervisor->targets[i];
	if (supervisor->target_count == SUPERVISOR_TARGETS)
		return NULL;
	memset(&supervisor->targets[i], 0, sizeof(supervisor->targets[i]));
	snprintf(supervisor->targets[i].name, CONSENT_TARGET, "%s", name);
	supervisor->target_count++;
	return &supervisor->targets[i];
}

/* Whether it is attached to for what its target says now. */
static bool is_as_configured(const struct supervisor *supervisor, uint16_t object)
{
	const struct supervised_file *file = &supervisor->files[object];
	const struct supervised_target *target = &supervisor->targets[file->target - 1];

	return is_configured(target, capture_path(supervisor->capture, object)) &&
	       file->spans.print == spans_print(target->config);
}

/* All at once: a reload may take many away, and each takes a while. */
static void leave_unconfigured(struct supervisor *supervisor)
{
	uint16_t object, leaving[TP_OBJECTS];
	int count = 0;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		uint32_t number = supervisor->files[object].target;

		if (number && !is_as_configured(supervisor, object))
			leaving[count++] = object;
	}
	leaving_begin(supervisor, leaving, count);
}

void targets_load(struct supervisor *supervisor)
{
	struct config *config = supervisor->config;
	size_t i;

	for (i = 0; i < config->problem_count; i++)
		fprintf(stderr, "telprobe: %s\n", config->problems[i].text);
	for (i = 0; i < config->target_count; i++) {
		struct supervised_target *target = target_find(supervisor, config->targets[i].name);

		if (!target)
			fprintf(stderr, "telprobe: no room for target '%s'\n",
				config->targets[i].name);
		else
			target->config = &config->targets[i];
	}
	leave_unconfigured(supervisor);
	names_load(supervisor);
	sampling_load(supervisor);
	for (i = 0; i < supervisor->target_count; i++)
		supervisor->targets[i].is_dirty = true;
}

void targets_rescan(struct supervisor *supervisor)
{
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++) {
		struct supervised_target *target = &supervisor->targets[i];

		if (!target->is_dirty)
			continue;
		if (!supervisor_serve(supervisor))
			return;
		target->is_dirty = false;
		if (target->config)
			attach_target(supervisor, target);
		else
			watch_target(supervisor, target); /* no more */
	}
}

void targets_try_again(struct supervisor *supervisor)
{
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		supervisor->targets[i].is_dirty |= supervisor->targets[i].problem[0] != '\0';
}
