/* SPDX-License-Identifier: GPL-2.0-only */
/* bundle.h - `doctor --bundle`: what somebody who looks for a fault needs to know of this machine, as one
 * text. No event, no value of the environment; bundle_redact.h takes out who and where. */
#ifndef TELPROBE_CLI_BUNDLE_H
#define TELPROBE_CLI_BUNDLE_H

#include "cli/command.h"

/**
 * bundle() - print the report, then write it to @path
 * @directory: of the configuration. @path: a file that is not there yet, made 0600; NULL: print alone.
 * On a terminal it is written only after a yes: who sends it should have read it.
 * Return: an exit status; failures are told. */
int bundle(const struct cli *cli, const char *directory, const char *path);

#endif
