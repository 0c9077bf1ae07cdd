/* SPDX-License-Identifier: GPL-2.0-only */
/* notice.h - one line on stderr for what goes on without something. */
#ifndef TELPROBE_CLI_NOTICE_H
#define TELPROBE_CLI_NOTICE_H

#include "lib/error.h"

/** notice() - "telprobe: " and the line; what printable.h refuses in names and paths becomes '?' */
void notice(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** notice_error() - a failure that does not stop the command, with its hint */
void notice_error(const struct error *error);

#endif
