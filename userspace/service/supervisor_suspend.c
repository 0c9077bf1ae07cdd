/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_suspend.c - a selftest that finds a leak stops capture for everybody, until one finds none.
 * A file in the directory of decisions holds it over a restart; nothing else is in the file. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/supervisor.h"

static const char why[] =
	"capture is stopped: 'telprobe selftest' found that what nobody may see gets "
	"through";

static int open_directory(const struct supervisor *supervisor)
{
	int fd = open(supervisor->consent_directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int make_file(int directory)
{
	int fd = openat(directory, "suspended", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int ret;

	if (fd < 0)
		return -errno;
	ret = fsync(fd) ? -errno : 0;
	close(fd);
	return ret;
}

static int change_file(const struct supervisor *supervisor, bool is_suspended)
{
	int directory = open_directory(supervisor), ret;

	if (directory < 0)
		return directory;
	if (is_suspended)
		ret = make_file(directory);
	else
		ret = unlinkat(directory, "suspended", 0) && errno != ENOENT ? -errno : 0;
	close(directory);
	return ret;
}

void suspend_begin(struct supervisor *supervisor)
{
	int directory = open_directory(supervisor);

	/* what cannot be looked at is taken for there */
	supervisor->is_suspended =
		directory < 0 || !faccessat(directory, "suspended", F_OK, 0) || errno != ENOENT;
	if (directory >= 0)
		close(directory);
}

const char *suspend_problem(const struct supervisor *supervisor)
{
	return supervisor->is_suspended ? why : "";
}

static int change(struct supervisor *supervisor, bool is_suspended)
{
	const bool was_suspended = supervisor->is_suspended;
	int ret;

	supervisor->is_suspended = is_suspended; /* a stop holds also where it cannot be written */
	ret = change_file(supervisor, is_suspended);
	if (ret && !is_suspended)
		supervisor->is_suspended = was_suspended;
	if (supervisor->is_suspended == was_suspended)
		return ret;
	consent_apply_all(supervisor);
	fprintf(stderr, "telprobe: %s\n",
		is_suspended ? why : "a selftest found nothing: capture goes on");
	supervisor_tell_manager(supervisor, false);
	return ret;
}

int suspend_set(struct supervisor *supervisor, uint32_t uid, enum control_selftest selftest,
		struct error *error)
{
	const bool is_suspended = selftest == CONTROL_SELFTEST_LEAKED;
	int ret;

	if (uid)
		return error_set(error, -EACCES, "only root may stop capture for everybody");
	if (selftest == CONTROL_SELFTEST_SCHEDULED && supervisor->is_suspended)
		return 0;
	ret = selftest == CONTROL_SELFTEST_SCHEDULED ? 0 : change(supervisor, is_suspended);
	if (!ret || is_suspended)
		supervisor->selftest_us = clock_now_us();
	if (!ret)
		return 0;
	error_set(error, ret, "cannot %s '%s/suspended': %s", is_suspended ? "make" : "remove",
		  supervisor->consent_directory, error_text(ret));
	return error_hint(error, is_suspended ? "it is stopped, but only until the service restarts"
					      : "remove it, and restart the service");
}
