/* SPDX-License-Identifier: GPL-2.0-only */
/* error.h - what went wrong, told once, where it happened. */
#ifndef TELPROBE_LIB_ERROR_H
#define TELPROBE_LIB_ERROR_H

struct error {
	int code;	/* negative errno; 0: nothing was set */
	char what[384]; /* "cannot open 'x': permission denied"; lower case, no full stop */
	char hint[384]; /* the next step, or "" */
};

/**
 * error_set() - describe a failure
 * @error: may be NULL; what it held before is replaced, its hint cleared
 * @code:  negative errno
 * Text of other programs in the arguments (names, paths) is made safe for a terminal: what
 * printable.h refuses becomes '?'.
 * Return: @code, so that a caller can write `return error_set(...)`. */
int error_set(struct error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * error_hint() - add the next step to a failure that was just described
 * Return: the code error_set() was given; -EINVAL if @error is NULL. */
int error_hint(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** error_make_printable() - make @text safe for a terminal or a log, as error_set() does */
void error_make_printable(char *text);

/** error_text() - "permission denied" for -EACCES: strerror in lower case; static storage. */
const char *error_text(int code);

#endif
