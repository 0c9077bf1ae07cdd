/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_watch.c - which directories are watched for which targets. A watch knows the name that
 * matters in its directory: the file's, or that of the next directory on the way to it where that is
 * not there yet. Both may be patterns. */
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/supervisor.h"

enum {
	QUIET_MS = 250, /* directories are looked at again four times a second at most */
	TURNS = 64,	/* buffers of changes at a time; the kernel tells of an overflow */
};

struct watch {
	char *name;
	uint32_t target; /* index */
	int wd;
	bool is_old; /* not asked for again */
};

static void watch_add(struct supervisor *supervisor, uint32_t target, int wd, const char *name,
		      size_t length)
{
	size_t room = supervisor->watch_room ? 2 * supervisor->watch_room : 64;
	struct watch *watches;
	char *copy;

	if (supervisor->watch_count == supervisor->watch_room) {
		watches = realloc(supervisor->watches, room * sizeof(*watches));
		if (!watches)
			return;
		supervisor->watches = watches;
		supervisor->watch_room = room;
	}
	copy = strndup(name, length);
	if (copy)
		supervisor->watches[supervisor->watch_count++] = (struct watch){
			.name = copy,
			.target = target,
			.wd = wd,
		};
}

/* Watch every directory @pattern leads to for @name. Return: how many there are. */
static size_t watch_matches(struct supervisor *supervisor, uint32_t target, const char *pattern,
			    const char *name, size_t length)
{
	glob_t found = { 0 };
	size_t i, count = 0;

	if (glob(pattern, GLOB_NOSORT | GLOB_ONLYDIR, NULL, &found) == 0)
		for (i = 0; i < found.gl_pathc; i++) {
			int wd = inotify_add_watch(supervisor->inotify_fd, found.gl_pathv[i],
						   IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
							   IN_CLOSE_WRITE | IN_DELETE |
							   IN_MOVE_SELF | IN_ONLYDIR);

			if (wd < 0)
				continue;
			watch_add(supervisor, target, wd, name, length);
			count++;
		}
	globfree(&found);
	return count;
}

/* From the file upwards, until a directory is there that no pattern leads to: others like it may
 * still be made. Return: whether the file's own directory was there. */
static bool watch_path(struct supervisor *supervisor, uint32_t target, const char *path)
{
	char pattern[PATH_MAX];
	bool is_nearest = true;
	char *slash;

	snprintf(pattern, sizeof(pattern), "%s", path);
	while ((slash = strrchr(pattern, '/'))) {
		const char *name = path + (slash - pattern) + 1;
		bool is_root = slash == pattern;

		slash[is_root] = '\0';
		if (watch_matches(supervisor, target, pattern, name, strcspn(name, "/")) &&
		    !strpbrk(pattern, "*?["))
			break;
		is_nearest = false;
		if (is_root)
			break;
	}
	return is_nearest;
}

/* A file that is replaced where a symbolic link leads to it. */
static void watch_links(struct supervisor *supervisor, uint32_t target, const char *path)
{
	char real[PATH_MAX];
	glob_t found = { 0 };
	size_t i;

	if (glob(path, GLOB_NOSORT, NULL, &found) == 0)
		for (i = 0; i < found.gl_pathc; i++)
			if (realpath(found.gl_pathv[i], real) &&
			    strcmp(real, found.gl_pathv[i]) != 0)
				watch_path(supervisor, target, real);
	globfree(&found);
}

void watch_access(struct supervisor *supervisor, const struct supervised_target *target,
		  const char *path)
{
	int wd = inotify_add_watch(supervisor->inotify_fd, path, IN_ACCESS);

	if (wd >= 0)
		watch_add(supervisor, (uint32_t)(target - supervisor->targets), wd, "", 0);
}

static bool is_watched(const struct supervisor *supervisor, int wd)
{
	size_t i;

	for (i = 0; i < supervisor->watch_count; i++)
		if (supervisor->watches[i].wd == wd)
			return true;
	return false;
}

static void remove_old(struct supervisor *supervisor, uint32_t target)
{
	size_t i = 0;

	while (i < supervisor->watch_count) {
		const struct watch watch = supervisor->watches[i];

		if (watch.target != target || !watch.is_old) {
			i++;
			continue;
		}
		supervisor->watches[i] = supervisor->watches[--supervisor->watch_count];
		free(watch.name);
		if (!is_watched(supervisor, watch.wd))
			inotify_rm_watch(supervisor->inotify_fd, watch.wd);
	}
}

void watch_target(struct supervisor *supervisor, const struct supervised_target *target)
{
	uint32_t number = (uint32_t)(target - supervisor->targets);
	size_t i;

	for (i = 0; i < supervisor->watch_count; i++)
		if (supervisor->watches[i].target == number)
			supervisor->watches[i].is_old = true;
	for (i = 0; target->config && i < target->config->path_count; i++) {
		const char *path = target->config->paths[i];

		if (!watch_path(supervisor, number,
				path)) /* made before the one above was watched */
			watch_path(supervisor, number, path);
		watch_links(supervisor, number, path);
	}
	remove_old(supervisor, number);
}

/* Without a name the directory itself moved or went, or a file was read. */
static bool concerns(const struct watch *watch, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (watch->wd != event->wd)
		return false;
	return !event->len || !fnmatch(watch->name, event->name, FNM_PERIOD);
}

static void handle(struct supervisor *supervisor, const struct inotify_event *event)
{
	size_t i;

	for (i = 0; i < supervisor->watch_count; i++)
		if (concerns(&supervisor->watches[i], event))
			supervisor->targets[supervisor->watches[i].target].is_dirty = true;
}

void watch_changes(struct supervisor *supervisor)
{
	char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t got, at;
	int turn;

	for (turn = 0; turn < TURNS; turn++) {
		got = read(supervisor->inotify_fd, buffer, sizeof(buffer));
		for (at = 0; at < got;) {
			const struct inotify_event *event = (const void *)(buffer + at);

			handle(supervisor, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
		if (got <= 0)
			break;
	}
	supervisor->quiet_until_ms = clock_monotonic_ms() + QUIET_MS;
}

void watch_clear(struct supervisor *supervisor)
{
	size_t i;

	for (i = 0; i < supervisor->watch_count; i++)
		free(supervisor->watches[i].name);
	free(supervisor->watches);
}
