/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_targets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/notice.h"

/* As root, so that a program that may be executed and not read works as it does without us. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return -EACCES;
	}
	return fd;
}

static bool has_markers(const struct inspection *inspection)
{
	size_t i;

	for (i = 0; i < inspection->site_count; i++)
		if (inspection->sites[i].marker >= 0)
			return true;
	return false;
}

static void tell_unusable(const char *path, const struct inspection *inspection)
{
	size_t i;

	for (i = 0; i < inspection->site_count; i++) {
		const struct inspect_site *site = &inspection->sites[i];

		if (site->marker >= 0 && site->reason != INSPECT_USABLE)
			notice("marker '%s' of '%s' cannot be used: %s", site->name, path,
			       inspect_reason_text(site->reason));
	}
}

/* What the command itself has instead of markers, where that explains an empty table. */
static void tell_why_none(int code, const char *path, const struct error *error)
{
	if (code == -ENOTSUP)
		notice("'%s' is a 32-bit or foreign program: only its end is recorded", path);
	else if (code != -ENOEXEC) /* a script is no news */
		notice("%s", error->what);
}

static int attach_held(struct run_session *session, uint16_t object, int fd,
		       const struct inspection *inspection, struct run_targets_found *found,
		       struct error *error)
{
	struct capture_added added;
	int ret = 0;

	if (session->is_learning)
		ret = capture_read_names(session->capture, object, true, error);
	if (ret) {
		capture_drop(session->capture, object);
		return ret;
	}
	ret = capture_attach(session->capture, object, inspection, &added, error);
	if (ret)
		return ret;
	found->unusable += added.unusable;
	if (!added.sites)
		return 0;
	found->files++;
	found->sites += added.sites;
	return inspector_keep(session->inspector, object, fd, error);
}

/* Return: 0 when the file is attached to, known already or of no interest; -EBUSY, without a word
 * where nothing was found in what is being written. */
static int look_at(struct run_session *session, int fd, const char *path, bool is_command,
		   uint16_t *out_object, struct run_targets_found *found, struct error *error)
{
	static const struct inspection nothing;
	struct inspection *inspection = NULL;
	struct error trouble = { 0 };
	uint16_t object = 0;
	int ret;

	*out_object = 0;
	ret = capture_hold(session->capture, fd, path, &object, error);
	if (ret == -EEXIST)
		*out_object = object;
	if (ret)
		return ret == -EEXIST ? 0 : ret;
	ret = inspector_look(session->inspector, fd, &inspection, &trouble);
	if (ret && is_command)
		tell_why_none(ret, path, &trouble);
	if (!is_command && (ret || !has_markers(inspection))) {
		ret = capture_is_steady(session->capture, object) ? 0 : -EBUSY;
		capture_drop(session->capture, object);
		inspection_free(inspection);
		return ret;
	}
	if (inspection)
		tell_unusable(path, inspection);
	ret = attach_held(session, object, fd, inspection ? inspection : &nothing, found, error);
	inspection_free(inspection);
	if (!ret)
		*out_object = object;
	return ret;
}

/* @first: where to begin; @command: which of them is the command, if any of these */
static int add_from(struct run_session *session, const struct programs *programs, size_t first,
		    size_t command, struct run_targets_found *found, struct error *error)
{
	size_t i;

	for (i = first; i < programs->count; i++) {
		const char *path = programs->paths[i];
		struct error trouble = { 0 };
		uint16_t object;
		int fd = open_file(path), ret;

		if (fd < 0)
			continue; /* exec or ld.so will say it, if anybody needs it */
		ret = look_at(session, fd, path, i == command, &object, found, &trouble);
		close(fd);
		if (ret == -ENOMEM || ret == -EPERM) {
			*error = trouble;
			return ret;
		}
		if (ret && trouble.code)
			notice_error(&trouble);
	}
	return 0;
}

int run_targets_add(struct run_session *session, const struct programs *programs,
		    struct run_targets_found *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	return add_from(session, programs, 0, programs->is_script ? 1 : 0, out, error);
}

/* Libraries it will load are not mapped yet when it begins to execute: look them up like ld.so. */
static void add_its_libraries(struct run_session *session, char *path)
{
	char *const argv[] = { path, NULL };
	struct run_targets_found found = { 0 };
	struct programs programs = { 0 };
	struct error error;
	int ret;

	run_act_as_user(session);
	ret = programs_find(argv, "", getenv("LD_LIBRARY_PATH"), &programs, &error);
	run_act_as_root(session);
	if (ret)
		return;
	add_from(session, &programs, 1, programs.count, &found, &error);
	programs_clear(&programs);
}

void run_targets_discover(struct run_session *session, const struct tp_discover *record)
{
	struct run_targets_found found = { 0 };
	struct error error = { 0 };
	char link[32], path[4096];
	struct stat status;
	uint16_t object = 0;
	ssize_t length;
	int fd, ret;

	snprintf(link, sizeof(link), "/proc/%u/exe", record->pid);
	fd = open(link, O_RDONLY | O_CLOEXEC);
	/* it ended, executed another program, or the number means another in our namespace */
	if (fd < 0 || fstat(fd, &status) || status.st_ino != record->inode) {
		session->unseen++;
		if (fd >= 0)
			close(fd);
		return;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd); /* it may have ended since */
	length = readlink(link, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	ret = look_at(session, fd, path, false, &object, &found, &error);
	close(fd);
	if (ret && error.code)
		notice_error(&error);
	if (ret != -EBUSY) /* a file being written may have markers the next time */
		capture_know(session->capture, record, object, NULL);
	if (found.files) {
		session->late++;
		notice("'%s' was started before its markers were attached: events of its first "
		       "moments may be missing; name it in the command line to avoid that",
		       path);
	}
	add_its_libraries(session, path);
}
