/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/binary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inspect/programs.h"

static int open_named(const char *name, struct error *error)
{
	char word[4096];
	char *argv[] = { word, NULL };
	struct programs programs = { 0 };
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), code = errno;

	if (fd < 0 && code == ENOENT && !strchr(name, '/') &&
	    (size_t)snprintf(word, sizeof(word), "%s", name) < sizeof(word) &&
	    !programs_find(argv, getenv("PATH"), NULL, &programs, NULL) && programs.count)
		fd = open(programs.paths[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	programs_clear(&programs);
	if (fd >= 0)
		return fd;
	error_set(error, -code, "cannot open '%s': %s", name, error_text(code));
	return code == ENOENT ? error_hint(error, "name a program or library, or a command in PATH")
			      : -code;
}

int binary_open(const char *name, struct error *error)
{
	int fd = open_named(name, error);
	struct stat status;

	if (fd < 0 || (!fstat(fd, &status) && S_ISREG(status.st_mode)))
		return fd;
	close(fd);
	error_set(error, -EINVAL, "'%s' is not a file", name);
	return error_hint(error, "name a program or library");
}
