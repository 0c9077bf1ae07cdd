/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/supervisor.h"

struct consent_target target_consent(const struct supervisor *supervisor,
				     const struct supervised_target *target)
{
	const struct config_target *config = target->config;
	struct consent_target consent = { .name = target->name, .policy = CONSENT_LOCKED };

	if (!config || !supervisor->config->is_enabled)
		return consent;
	consent.policy = config->policy;
	consent.level_default = config->level_default;
	consent.level_max = config->level_max < supervisor->config->level_max
				    ? config->level_max
				    : supervisor->config->level_max;
	return consent;
}

static void tell_problem(struct supervised_target *target, const char *what)
{
	if (!strcmp(target->problem, what))
		return; /* told already */
	snprintf(target->problem, sizeof(target->problem), "%.*s", (int)sizeof(target->problem) - 1,
		 what);
	fprintf(stderr, "telprobe: target '%s': %s\n", target->name, what);
}

static void tell_object(struct supervisor *supervisor, uint16_t object)
{
	struct message message = { .kind = MESSAGE_OBJECT, .object = object };
	const char *name = capture_name(supervisor->capture, object);

	snprintf(message.text, sizeof(message.text), "%s", name ? name : "");
	collector_send(supervisor, &message);
}

void targets_tell(struct supervisor *supervisor)
{
	uint16_t object;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++)
		if (supervisor->target_of[object])
			tell_object(supervisor, object);
}

static int attach_held(struct supervisor *supervisor, struct supervised_target *target,
		       uint16_t object, int fd, struct error *error)
{
	struct inspection *inspection = NULL;
	struct capture_added added;
	int ret;

	ret = inspector_look(supervisor->inspector, fd, &inspection, error);
	if (ret) {
		capture_drop(supervisor->capture, object);
		return ret;
	}
	capture_assign(supervisor->capture, object, (uint32_t)(target - supervisor->targets) + 1);
	ret = inspector_keep(supervisor->inspector, object, fd, error);
	if (!ret)
		tell_object(supervisor, object); /* before its first record */
	if (!ret)
		ret = capture_attach(supervisor->capture, object, inspection, &added, error);
	else
		capture_drop(supervisor->capture, object);
	inspection_free(inspection);
	if (ret) {
		inspector_drop(supervisor->inspector, object);
		return ret;
	}
	supervisor->target_of[object] = (uint32_t)(target - supervisor->targets) + 1;
	target->files++;
	target->sites += added.sites;
	return 0;
}

static void attach_file(struct supervisor *supervisor, struct supervised_target *target,
			const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), ret;
	struct error error = { 0 };
	struct stat status;
	uint16_t object;

	if (fd < 0) {
		error_set(&error, -errno, "cannot open '%s': %s", path, error_text(errno));
		tell_problem(target, error.what);
		return;
	}
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		error_set(&error, -EINVAL, "'%s' is no regular file", path);
		tell_problem(target, error.what);
		return;
	}
	ret = capture_hold(supervisor->capture, fd, path, &object, &error);
	if (!ret)
		ret = attach_held(supervisor, target, object, fd, &error);
	close(fd);
	if (ret && ret != -EEXIST)
		tell_problem(target, error.what);
}

/* The directory of a file, or the nearest above it that is there. Return: whether it is that of the
 * file, or none. */
static bool watch_nearest(struct supervisor *supervisor, const char *path)
{
	char directory[4096];
	bool is_nearest = true;
	char *slash;

	snprintf(directory, sizeof(directory), "%s", path);
	while ((slash = strrchr(directory, '/')) && slash != directory) {
		*slash = '\0';
		if (inotify_add_watch(supervisor->inotify_fd, directory,
				      IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_ONLYDIR) >= 0)
			return is_nearest;
		is_nearest = false;
	}
	return true;
}

static void watch_directory(struct supervisor *supervisor, const char *path)
{
	if (!watch_nearest(supervisor, path))
		watch_nearest(supervisor, path); /* made before the one above it was watched */
}

static void attach_target(struct supervisor *supervisor, struct supervised_target *target)
{
	size_t i, j;

	for (i = 0; i < target->config->path_count; i++) {
		glob_t found = { 0 };

		watch_directory(supervisor, target->config->paths[i]);
		if (glob(target->config->paths[i], GLOB_NOSORT, NULL, &found) == 0)
			for (j = 0; j < found.gl_pathc; j++) {
				watch_directory(supervisor, found.gl_pathv[j]);
				attach_file(supervisor, target, found.gl_pathv[j]);
			}
		else if (!target->files)
			tell_problem(target, "none of its files is there yet");
		globfree(&found);
	}
	if (target->files)
		target->problem[0] = '\0';
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

static void drop_unconfigured(struct supervisor *supervisor)
{
	uint16_t object;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		uint32_t number = supervisor->target_of[object];
		struct supervised_target *target;

		if (!number || supervisor->targets[number - 1].config)
			continue;
		target = &supervisor->targets[number - 1];
		capture_drop(supervisor->capture, object);
		inspector_drop(supervisor->inspector, object);
		supervisor->target_of[object] = 0;
		target->files = 0;
		target->sites = 0;
	}
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
	drop_unconfigured(supervisor);
	targets_rescan(supervisor);
}

void targets_rescan(struct supervisor *supervisor)
{
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		if (supervisor->targets[i].config)
			attach_target(supervisor, &supervisor->targets[i]);
}

void targets_written(struct supervisor *supervisor)
{
	uint16_t object;

	while ((object = capture_broken(supervisor->capture))) {
		uint32_t number = supervisor->target_of[object];

		collector_drain(supervisor);
		fprintf(stderr, "telprobe: '%s' is being written: detached from it\n",
			capture_path(supervisor->capture, object));
		inspector_drop(supervisor->inspector, object);
		supervisor->target_of[object] = 0;
		if (number)
			supervisor->targets[number - 1].files--;
		capture_release(supervisor->capture, object);
	}
}
