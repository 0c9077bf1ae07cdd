/* SPDX-License-Identifier: GPL-2.0-only */
/* child_wrapper - CMD run through child.h and nothing else, to be compared with the bare CMD.
 * usage: child_wrapper CMD [ARGS...]; exits as CMD, 127 when it cannot be executed. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/child.h"

static void find_file(const char *path, const char *name, char *out_file, size_t size)
{
	while (!strchr(name, '/') && path) {
		size_t length = strcspn(path, ":");

		snprintf(out_file, size, "%.*s/%s", (int)length, path, name);
		if (!access(out_file, X_OK))
			return;
		path = path[length] ? path + length + 1 : NULL;
	}
	snprintf(out_file, size, "%s", name);
}

int main(int argc, char **argv)
{
	struct child_identity identity;
	struct child *child = NULL;
	struct error error = { 0 };
	struct pollfd polled;
	char file[4096];
	int status = 0;

	if (argc < 2)
		return 2;
	if (child_identity_find(&identity, &error))
		goto fail;
	find_file(identity.path, argv[1], file, sizeof(file));
	if (child_start(&identity, file, argv + 1, &child, &error))
		goto fail;
	if (child_release(child, &error))
		goto fail;
	polled = (struct pollfd){ .fd = child_fd(child), .events = POLLIN };
	while (!child_handle(child, &status))
		poll(&polled, 1, -1);
	child_free(child);
	child_identity_clear(&identity);
	child_leave_as(status);
fail:
	fprintf(stderr, "child_wrapper: %s\n", error.what);
	child_free(child);
	child_identity_clear(&identity);
	return 127;
}
