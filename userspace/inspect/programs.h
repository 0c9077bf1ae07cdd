/* SPDX-License-Identifier: GPL-2.0-only */
/* programs.h - which files a command line will execute or load, as far as can be told before.
 * Only decides which files are worth a look; it never opens one for writing and never executes
 * one. Reads scripts (at most 64 KiB) and dynamic sections, so it belongs into the unprivileged
 * caller's hands: root calls it with the ids of the user it works for. */
#ifndef TELPROBE_INSPECT_PROGRAMS_H
#define TELPROBE_INSPECT_PROGRAMS_H

#include <limits.h>
#include <stddef.h>

#include "lib/error.h"

enum { PROGRAMS_MAX = 256 }; /* most files one command line leads to; the rest is left to chance */

struct programs {
	char **paths; /* absolute, each once (by device and inode); [0] is the command itself */
	size_t count;
	int is_script; /* the command is a script: [1] is its interpreter */
};

/**
 * programs_find() - the command, its interpreter, words of arguments and script that name
 * executable files, and the shared libraries all of these need
 * @argv: NULL-terminated; argv[0] is looked up in @path like execvp() does
 * @path: PATH to use; @library_path: LD_LIBRARY_PATH or NULL
 * Words are split at white space and shell punctuation, so that `sh -c 'a; ./b | c'`,
 * `timeout 5 ./b` and a script's commands are found. DT_NEEDED is followed through DT_RPATH,
 * @library_path, DT_RUNPATH ($ORIGIN), /etc/ld.so.cache and the default directories, as ld.so(8).
 * Return: 0; -ENOENT: no such command; -EACCES: found but not executable; -ENOMEM. The caller frees
 * with programs_clear(). */
int programs_find(char *const argv[], const char *path, const char *library_path,
		  struct programs *out, struct error *error);
void programs_clear(struct programs *programs);

/** programs_look_up() - the file that @name means, found in @path as execvp() does
 * Return: 0; -ENOENT, -EACCES with what to do. */
int programs_look_up(const char *name, const char *path, char out[PATH_MAX], struct error *error);

#endif
