/* SPDX-License-Identifier: GPL-2.0-only */
/* emit_around.h - a command between its begin and its end, both told by this process. */
#ifndef TELPROBE_CLI_EMIT_AROUND_H
#define TELPROBE_CLI_EMIT_AROUND_H

#include "cli/command.h"
#include "cli/emit_marker.h"

struct emit_around {
	struct emit_event begin; /* TP_MARKER_COMMAND_BEGIN */
	char **argv;		 /* what to run; NULL-terminated, at least one */
};

/**
 * emit_around_parse() - "command NAME [SUBCOMMAND] [--profile PROFILE] -- CMD [ARGS...]"
 * @profile: where the words name none; NULL: none
 * @words: @count of them, beginning with "command"; words[count] is NULL; the result points into it
 * Return: 0, -EINVAL. */
int emit_around_parse(int count, char **words, const char *profile, struct emit_around *out,
		      struct error *error);

/** emit_around_outcome() - what the wait status of a command tells: TELPROBE_OK, _FAILED or
 * _CANCELLED (SIGINT, and 130 as shells say it); *out_category is a constant of this program, NULL
 * unless it failed */
int64_t emit_around_outcome(int status, const char **out_category);

/** emit_around_run() - run it and end as it ended: with its exit status or by its signal; 127 where
 * there is no such command, 126 where it cannot be executed. Where nobody listens, this process
 * becomes the command. Returns an exit status, or does not return. */
int emit_around_run(const struct cli *cli, const struct emit_around *command);

#endif
