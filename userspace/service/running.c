/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/running.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIDS = 1 << 22, PASSES = 10 };

struct variable { /* the one that is being read; a longer one says nothing to us */
	char text[32];
	size_t bytes;
};

/* As bpf/environment.bpf.h has it. */
static bool says_no(const struct variable *variable)
{
	const char *text = variable->text;

	if (variable->bytes >= 13 && !memcmp(text, "DO_NOT_TRACK=", 13))
		return variable->bytes > 13 && strcmp(text + 13, "0") != 0;
	return !strcmp(text, "TELPROBE_ENABLED=0") || !strcmp(text, "TELPROBE_ENABLED=false");
}

static bool chunk_says_no(struct variable *variable, const char *chunk, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++) {
		if (chunk[i]) {
			if (variable->bytes < sizeof(variable->text) - 1)
				variable->text[variable->bytes++] = chunk[i];
			continue;
		}
		variable->text[variable->bytes] = '\0';
		if (says_no(variable))
			return true;
		variable->bytes = 0;
	}
	return false;
}

static bool process_says_no(int proc, const char *pid)
{
	struct variable variable = { .bytes = 0 };
	char path[64], chunk[4096];
	bool is_no = false;
	ssize_t got = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/environ", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno != ENOENT && errno != ESRCH;
	while (!is_no && (got = read(fd, chunk, sizeof(chunk))) > 0)
		is_no = chunk_says_no(&variable, chunk, (size_t)got);
	if (got < 0)
		is_no = errno != ESRCH;
	close(fd);
	return is_no;
}

/* Return: processes marked that were not before, or negative errno. */
static int one_pass(struct capture *capture, uint8_t *known, struct error *error)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int ret = 0, marked = 0;

	if (!proc)
		return error_set(error, -EIO, "cannot read /proc: %s", error_text(errno));
	while (!ret && (entry = readdir(proc))) {
		int pid = (int)strtol(entry->d_name, NULL, 10);

		if (!isdigit((unsigned char)*entry->d_name) || pid >= PIDS || known[pid] ||
		    !process_says_no(dirfd(proc), entry->d_name))
			continue;
		known[pid] = 1;
		marked++;
		ret = capture_silence(capture, pid, error);
		if (ret == -ESRCH)
			ret = 0;
	}
	closedir(proc);
	return ret ? ret : marked;
}

int running_silence(struct capture *capture, struct error *error)
{
	uint8_t *known = calloc(PIDS, 1);
	int ret = 1, pass;

	if (!known)
		return error_set(error, -ENOMEM, "no memory for the processes that run");
	/* what is forked while /proc is read is found by the next pass, or inherits the mark */
	for (pass = 0; ret > 0 && pass < PASSES; pass++)
		ret = one_pass(capture, known, error);
	free(known);
	return ret < 0 ? ret : 0;
}
