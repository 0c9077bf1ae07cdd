/* SPDX-License-Identifier: GPL-2.0-only */
/* running.h - processes that ran before the service did: their exec was not seen, so what their
 * environment says is read from /proc, once, as root. No text of it is kept. */
#ifndef TELPROBE_SERVICE_RUNNING_H
#define TELPROBE_SERVICE_RUNNING_H

#include "capture/capture.h"

/** running_silence() - mark those that said DO_NOT_TRACK or TELPROBE_ENABLED=0, and those whose
 * environment cannot be read; before any file is attached to
 * Return: 0; -EIO without /proc; -ENOMEM. */
int running_silence(struct capture *capture, struct error *error);

#endif
