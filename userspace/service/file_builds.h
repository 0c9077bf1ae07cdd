/* SPDX-License-Identifier: GPL-2.0-only */
/* file_builds.h - which builds of their programs the files are, as the supervisor told. */
#ifndef TELPROBE_SERVICE_FILE_BUILDS_H
#define TELPROBE_SERVICE_FILE_BUILDS_H

#include "lib/table.h"
#include "service/collector.h"
#include "service/messages.h"

struct file_builds {
	struct table objects; /* number of the file to struct collector_build */
};

void file_builds_init(struct file_builds *builds);
void file_builds_clear(struct file_builds *builds);

/** file_builds_receive() - a MESSAGE_BUILD. Without memory for it updates of that file are not told. */
void file_builds_receive(struct file_builds *builds, const struct message *message);

/** file_builds_find() - Return: valid until the next message; NULL: nothing is to be derived of it. */
const struct collector_build *file_builds_find(const struct file_builds *builds, uint16_t object);

#endif
