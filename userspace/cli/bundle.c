/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/bundle_parts.h"
#include "cli/bundle_redact.h"

/* Return: the whole report, redacted, for free(); NULL without memory. */
static char *compose(const char *directory)
{
	struct bundle_redact *redact = bundle_redact_new();
	const struct bundle_part *part;
	char *raw = NULL, *text = NULL;
	size_t size;
	FILE *out;

	out = redact ? open_memstream(&raw, &size) : NULL;
	if (out)
		fputs("telprobe doctor --bundle: names of people and of this machine, and paths "
		      "below homes,\nare replaced. Read it before you send it.\n",
		      out);
	for (part = bundle_parts(); out && part->title; part++) {
		fprintf(out, "\n== %s\n", part->title);
		part->print(out, directory);
	}
	if (out && !fclose(out))
		text = bundle_redact_text(redact, raw);
	free(raw);
	bundle_redact_free(redact);
	return text;
}

static int cannot_write(const char *path, int code, struct error *error)
{
	error_set(error, code, "cannot write '%s': %s", path, error_text(code));
	if (code == -EEXIST)
		error_hint(error, "name a file that is not there yet");
	else if (code == -EACCES || code == -EPERM || code == -EROFS || code == -ENOENT)
		error_hint(error, "name a file in a directory that is yours");
	return code;
}

static int write_file(const char *path, const char *text, struct error *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	size_t size = strlen(text), written = 0;
	ssize_t done = 0;

	if (fd < 0)
		return cannot_write(path, -errno, error);
	while (written < size && (done >= 0 || errno == EINTR)) {
		done = write(fd, text + written, size - written);
		written += done > 0 ? (size_t)done : 0;
	}
	if (written == size && !close(fd))
		return 0;
	cannot_write(path, errno ? -errno : -EIO, error);
	if (written != size)
		close(fd);
	unlink(path);
	return error->code;
}

int bundle(const struct cli *cli, const char *directory, const char *path)
{
	struct error error = { 0 };
	char *text = compose(directory);
	char question[320];
	int ret;

	if (!text) {
		error_set(&error, -ENOMEM, "out of memory");
		return cli_fail(cli, &error);
	}
	fputs(text, stdout);
	snprintf(question, sizeof(question), "\nWrite this to '%.256s'?", path ? path : "");
	if (path && ask_is_possible() && ask_yes(question) != ASK_YES) {
		fputs("telprobe: nothing was written\n", stderr);
		free(text);
		return CLI_FAILED;
	}
	ret = path ? write_file(path, text, &error) : 0;
	free(text);
	return ret ? cli_fail(cli, &error) : CLI_DONE;
}
