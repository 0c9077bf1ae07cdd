/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspect/libraries.h"
#include "inspect/program_list.h"

enum {
	SCRIPT_BYTES = 65536, /* of a script that are read */
	SCRIPT_DEPTH = 4,     /* scripts that start scripts, interpreters that are scripts */
	WORDS = 1024,	      /* different words looked up for one command line */
	WORD_SLOTS = 4 * WORDS,
	WORD_BYTES = 256,
};

struct finding {
	const char *path;
	struct program_list list;
	struct libraries libraries;
	size_t word_count;
	uint64_t words[WORD_SLOTS]; /* hashes of the words that were looked up; 0: free */
	char script[SCRIPT_BYTES];
};

static int check_executable(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return -errno;
	if (!S_ISREG(status.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS))
		return -EACCES;
	return 0;
}

/* As execvp(): in @path, unless the name has a slash. Return: 0, -EACCES, -ENOENT */
static int look_up(const char *name, const char *path, char out[PATH_MAX])
{
	int ret = -ENOENT;

	if (strchr(name, '/')) {
		ret = check_executable(name);
		if (!ret && snprintf(out, PATH_MAX, "%s", name) >= PATH_MAX)
			ret = -ENOENT;
		return ret == -EACCES ? ret : ret ? -ENOENT : 0;
	}
	for (;;) {
		size_t length = strcspn(path, ":");
		int written = snprintf(out, PATH_MAX, "%.*s/%s", length ? (int)length : 1,
				       length ? path : ".", name);
		int found = written < PATH_MAX ? check_executable(out) : -ENOENT;

		if (!found)
			return 0;
		if (found == -EACCES)
			ret = found; /* another directory may still have it */
		if (!path[length])
			return ret;
		path += length + 1;
	}
}

/* Return: whether the word is new and may still be looked up */
static int take_word(struct finding *finding, const char *word)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	size_t i;

	for (; *word; word++)
		hash = (hash ^ (unsigned char)*word) * 0x100000001b3ull;
	hash |= 1;
	for (i = hash % WORD_SLOTS; finding->words[i]; i = (i + 1) % WORD_SLOTS)
		if (finding->words[i] == hash)
			return 0;
	if (finding->word_count == WORDS)
		return 0;
	finding->word_count++;
	finding->words[i] = hash;
	return 1;
}

/* Return: 0 also where the word names nothing; -ENOMEM */
static int add_word(struct finding *finding, const char *word, int depth)
{
	char path[PATH_MAX];

	if (!word[0] || word[0] == '-' || strchr(word, '=') || !take_word(finding, word) ||
	    look_up(word, finding->path, path))
		return 0;
	return program_list_add(&finding->list, path, -1, depth) == -ENOMEM ? -ENOMEM : 0;
}

/* What a shell takes for commands in @text, and much that it does not: a file too many costs a
 * look at it, one too few its events. */
static int add_words(struct finding *finding, const char *text, size_t bytes, int depth)
{
	static const char separators[] = " \t\r\n\v\f;|&()<>{}`\"'$\\,";
	char word[WORD_BYTES];
	size_t used = 0;
	int is_comment = 0, is_line_empty = 1;
	int ret = 0;

	for (size_t i = 0; i <= bytes && !ret; i++) {
		char c = i < bytes ? text[i] : '\n';

		if (c == '\n')
			is_comment = 0;
		else if (c == '#' && is_line_empty)
			is_comment = 1;
		is_line_empty = c == '\n' || (is_line_empty && (c == ' ' || c == '\t'));
		if (is_comment || (c && !strchr(separators, c))) {
			if (!is_comment && used < sizeof(word))
				word[used++] = c;
			continue;
		}
		if (used && used < sizeof(word)) {
			word[used] = '\0';
			ret = add_word(finding, word, depth);
		}
		used = 0;
	}
	return ret;
}

/* "#! /path/of/interpreter argument": the kernel reads 256 bytes of it (fs/binfmt_script.c). */
static int add_interpreter(struct finding *finding, const char *text, size_t bytes, int depth)
{
	const char *line_end = memchr(text, '\n', bytes);
	size_t line = line_end ? (size_t)(line_end - text) : bytes;
	char path[PATH_MAX];
	size_t start = 2, length = 0;
	int ret;

	if (bytes < 2 || text[0] != '#' || text[1] != '!') {
		ret = program_list_add(&finding->list, "/bin/sh", -1, depth);
		return ret == -ENOMEM ? ret : 0;
	}
	while (start < line && (text[start] == ' ' || text[start] == '\t'))
		start++;
	while (start + length < line && length < sizeof(path) - 1 &&
	       !strchr(" \t\r", text[start + length]))
		length++;
	memcpy(path, text + start, length);
	path[length] = '\0';
	ret = program_list_add(&finding->list, path, -1, depth);
	if (ret == -ENOMEM)
		return ret;
	return add_words(finding, text + start + length, line - start - length, depth);
}

static int follow_script(struct finding *finding, size_t index, size_t bytes)
{
	int depth = finding->list.entries[index].depth + 1;
	int ret;

	if (depth > SCRIPT_DEPTH)
		return 0;
	ret = add_interpreter(finding, finding->script, bytes, depth);
	return ret ? ret : add_words(finding, finding->script, bytes, depth);
}

/* Return: 0, also where the file cannot be read, unless it is the command itself */
static int follow(struct finding *finding, size_t index, int *out_is_script)
{
	const char *path = finding->list.entries[index].path;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got;
	int ret;

	if (fd < 0)
		return index ? 0 : -errno;
	got = pread(fd, finding->script, 4, 0);
	*out_is_script = got < 4 || memcmp(finding->script, "\177ELF", 4) != 0;
	if (!*out_is_script) {
		ret = libraries_follow(&finding->libraries, index, fd);
	} else {
		got = pread(fd, finding->script, sizeof(finding->script), 0);
		ret = got < 0 ? 0 : follow_script(finding, index, (size_t)got);
	}
	close(fd);
	return ret;
}

int programs_look_up(const char *name, const char *path, char out[PATH_MAX], struct error *error)
{
	int ret = name && name[0] ? look_up(name, path, out) : -ENOENT;

	if (ret == -EACCES) {
		error_set(error, ret, "cannot execute '%s': %s", name, error_text(ret));
		error_hint(error, "it must be a file, not a directory, with the execute permission "
				  "(chmod +x)");
		return ret;
	}
	if (ret) {
		error_set(error, -ENOENT, "cannot find '%s'", name ? name : "");
		error_hint(error, name && strchr(name, '/')
					  ? "check the path"
					  : "check the name and PATH; a program in this "
					    "directory is ./NAME");
		return -ENOENT;
	}
	return 0;
}

static int find_command(struct finding *finding, const char *name, struct error *error)
{
	char path[PATH_MAX];
	int ret = programs_look_up(name, finding->path, path, error);

	if (ret)
		return ret;
	ret = program_list_add(&finding->list, path, -1, 0);
	return ret ? error_set(error, ret, "out of memory") : 0;
}

/* The command comes first, then its interpreter, so they are followed before the arguments. */
static int find_rest(struct finding *finding, char *const arguments[], int *out_is_script)
{
	int ret = follow(finding, 0, out_is_script);
	int is_script;

	for (; *arguments && !ret; arguments++) {
		if (strchr(*arguments, '/'))
			ret = add_word(finding, *arguments, 0);
		if (!ret)
			ret = add_words(finding, *arguments, strlen(*arguments), 0);
	}
	for (size_t i = 1; i < finding->list.count && !ret; i++)
		ret = follow(finding, i, &is_script);
	return ret;
}

static int find_all(struct finding *finding, char *const argv[], struct programs *out,
		    struct error *error)
{
	int is_script = 0;
	int ret = find_command(finding, argv[0], error);

	if (ret)
		return ret;
	ret = find_rest(finding, argv + 1, &is_script);
	if (!ret)
		ret = program_list_give(&finding->list, out);
	if (ret == -EACCES) {
		error_set(error, ret, "cannot read '%s': %s", argv[0], error_text(ret));
		error_hint(error, "its markers are found by reading it: chmod +r, or run as its "
				  "owner");
		return ret;
	}
	if (ret)
		return error_set(error, ret, "cannot look at '%s': %s", argv[0], error_text(ret));
	out->is_script = is_script;
	return 0;
}

int programs_find(char *const argv[], const char *path, const char *library_path,
		  struct programs *out, struct error *error)
{
	struct finding *finding = calloc(1, sizeof(*finding));
	int ret;

	if (!finding)
		return error_set(error, -ENOMEM, "out of memory");
	finding->path = path ? path : "/bin:/usr/bin"; /* as execvp() without PATH */
	finding->libraries.list = &finding->list;
	finding->libraries.library_path = library_path;
	ret = find_all(finding, argv, out, error);
	loader_cache_clear(&finding->libraries.cache);
	program_list_clear(&finding->list);
	free(finding);
	return ret;
}

void programs_clear(struct programs *programs)
{
	for (size_t i = 0; i < programs->count; i++)
		free(programs->paths[i]);
	free(programs->paths);
	memset(programs, 0, sizeof(*programs));
}
