/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/target_files.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_regular(const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return error_set(error, -errno, "cannot open '%s': %s", path, error_text(errno));
	if (!fstat(fd, &status) && S_ISREG(status.st_mode))
		return fd;
	close(fd);
	error_set(error, -EINVAL, "'%s' is not a file", path);
	return error_hint(error, "name a program or library");
}

static int count_usable(const struct inspection *found, const char *path, struct error *error)
{
	const struct inspect_site *unusable = NULL;
	int count = 0;
	size_t i;

	for (i = 0; i < found->site_count; i++) {
		if (found->sites[i].marker < 0)
			continue;
		if (found->sites[i].reason == INSPECT_USABLE)
			count++;
		else
			unusable = &found->sites[i];
	}
	if (!count && unusable)
		error_set(error, -ENODATA, "marker '%s' of '%s' cannot be used: %s", unusable->name,
			  path, inspect_reason_text(unusable->reason));
	else if (!count)
		error_set(error, -ENODATA, "there are no telprobe markers in '%s'", path);
	if (!count)
		error_hint(error, "'telprobe probes' shows what a file offers; a library's markers "
				  "are in the library; 'targets add --processes' watches "
				  "the runs of a program that has none; --force adds it all the "
				  "same");
	return count;
}

int target_files_markers(struct inspector *inspector, const char *path, struct error *error)
{
	struct inspection *found = NULL;
	int fd = open_regular(path, error), ret;

	if (fd < 0)
		return fd;
	ret = inspector_look(inspector, fd, &found, error);
	close(fd);
	if (ret == -ENOEXEC) {
		error_set(error, ret, "'%s' is no ELF file: no program or library", path);
		error_hint(error, "of a script, name what interprets it");
	}
	if (!ret)
		ret = count_usable(found, path, error);
	inspection_free(found);
	return ret;
}

static int check_pattern(struct inspector *inspector, const char *pattern, bool needs_none,
			 struct error *error)
{
	glob_t found = { 0 };
	int ret = 0;
	size_t i;

	if (glob(pattern, 0, NULL, &found)) {
		globfree(&found);
		error_set(error, -ENOENT, "no file is called '%s'", pattern);
		return error_hint(error, "--force adds it all the same: a file that appears later "
					 "is found");
	}
	for (i = 0; i < found.gl_pathc && ret <= 0; i++)
		ret = target_files_markers(inspector, found.gl_pathv[i], error);
	globfree(&found);
	return ret > 0 || (!ret && needs_none) ? 0 : ret ? ret : -ENODATA;
}

int target_files_check(const char *const *paths, size_t count, bool needs_none, struct error *error)
{
	struct inspector *inspector = NULL;
	size_t i;
	int ret;

	ret = inspector_new(&inspector, error); /* before anything is open */
	for (i = 0; i < count && !ret; i++)
		ret = check_pattern(inspector, paths[i], needs_none, error);
	inspector_free(inspector);
	return ret;
}
