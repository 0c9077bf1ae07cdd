/* SPDX-License-Identifier: GPL-2.0-only */
/* attached.h - what programs have in common that attach to one and count. Whatever fails ends them. */
#ifndef TELPROBE_TESTS_BPF_ATTACHED_H
#define TELPROBE_TESTS_BPF_ATTACHED_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/capture.h"
#include "inspect/inspect.h"

static inline void fail(const struct error *error)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, error->what);
	exit(1);
}

/* Return: the number of the file. */
static inline uint16_t attach(struct capture *capture, const char *program)
{
	int fd = open(program, O_RDONLY | O_CLOEXEC);
	struct inspection *inspection = NULL;
	struct capture_added added;
	struct error error = { 0 };
	uint16_t object;

	if (fd < 0) {
		error_set(&error, -1, "cannot open '%s'", program);
		fail(&error);
	}
	if (capture_hold(capture, fd, program, &object, &error) ||
	    inspect_open(fd, &inspection, &error) ||
	    capture_attach(capture, object, inspection, &added, &error))
		fail(&error);
	inspection_free(inspection);
	close(fd);
	return object;
}

/* Of all files and kinds. */
static inline void count(struct capture *capture, uint64_t out[TP_COUNTERS])
{
	struct tp_counters of_kind[TP_KINDS];
	struct error error = { 0 };
	int kind, i;

	if (capture_sum(capture, of_kind, &error))
		fail(&error);
	for (i = 0; i < TP_COUNTERS; i++) {
		out[i] = 0;
		for (kind = 0; kind < TP_KINDS; kind++)
			out[i] += of_kind[kind].count[i];
	}
}

#endif
