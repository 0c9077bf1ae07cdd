/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/emit_marker.h"
#include "telprobe.h"

/* Overwritten in the file of the copy; what the first hold is how they are found there. Not to be
 * read by anything but an address: the compiler sees this program's content, not the copy's. */
static const char constants[SECRETS_MAX][SECRET_TEXT] = { "telprobe selftest: constants" };
static char variables[SECRETS_MAX][SECRET_TEXT] = { "telprobe selftest: variables" };

/* --- the copy -------------------------------------------------------------------------------- */

static int read_all(int fd, char **out, size_t *out_size)
{
	struct stat status;
	size_t size, used = 0;
	char *bytes;

	if (fstat(fd, &status))
		return -errno;
	size = (size_t)status.st_size;
	bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	while (used < size) {
		ssize_t got = read(fd, bytes + used, size - used);

		if (got <= 0) {
			free(bytes);
			return got ? -errno : -EIO;
		}
		used += (size_t)got;
	}
	*out = bytes;
	*out_size = size;
	return 0;
}

static int read_ourselves(char **out, size_t *out_size)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = read_all(fd, out, out_size);
	close(fd);
	return ret;
}

/* Write the secrets of @source over @slots, which stand in @bytes once. */
static int fill(char *bytes, size_t size, const void *slots, enum secret_source source,
		const struct secret_text texts[SECRETS_MAX])
{
	char *at = memmem(bytes, size, slots, sizeof(constants));
	const struct secret *secret;
	size_t i;

	if (!at || memmem(at + 1, size - (size_t)(at + 1 - bytes), slots, sizeof(constants)))
		return -ENOEXEC;
	memset(at, 0, sizeof(constants));
	for (i = 0; (secret = secrets_at(i)); i++)
		if (secret->source == source)
			memcpy(at + i * SECRET_TEXT, texts[i].text, SECRET_TEXT);
	return 0;
}

static int write_all(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755), ret = 0;
	size_t used = 0;

	if (fd < 0)
		return -errno;
	while (!ret && used < size) {
		ssize_t put = write(fd, bytes + used, size - used);

		if (put < 0)
			ret = -errno;
		else
			used += (size_t)put;
	}
	if (!ret && fchmod(fd, 0755))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

int fixture_write(const char *path, const struct secret_text texts[SECRETS_MAX],
		  struct error *error)
{
	char *bytes = NULL;
	size_t size = 0;
	int ret = read_ourselves(&bytes, &size);

	if (!ret)
		ret = fill(bytes, size, constants, SECRET_CONSTANT, texts);
	if (!ret)
		ret = fill(bytes, size, variables, SECRET_VARIABLE, texts);
	if (!ret)
		ret = write_all(path, bytes, size);
	free(bytes);
	if (ret)
		error_set(error, ret, "cannot make a copy of this program at '%s': %s", path,
			  error_text(ret));
	return ret;
}

/* --- being it -------------------------------------------------------------------------------- */

struct told {
	const char *text[SECRETS_MAX]; /* where the traced program has it */
	char stack[SECRET_TEXT];
	char *heap, *directory;
};

static void fire(enum tp_marker marker, const union emit_value value[EMIT_ARGUMENTS])
{
	struct emit_event event = { .marker = marker };

	memcpy(event.value, value, sizeof(event.value));
	emit_fire(&event);
}

#define FIRE(marker, ...) \
	fire(TP_MARKER_##marker, (const union emit_value[EMIT_ARGUMENTS]){ __VA_ARGS__ })
/* clang-format off */
#define T(value) { .text = (value) }
#define N(value) { .number = (value) }
#define U(value) { .id = (value) }
#define D(value) { .decimal = (value) }
/* clang-format on */

static void tell_control(void)
{
	FIRE(TAG, T("model"), T("small"), U(0));
	FIRE(COUNT, T("api.calls"), N(3), U(0));
	FIRE(MEASURE, T("latency"), D(12.5), T("ms"), U(0));
	FIRE(ERROR, T("timeout"), T("E100"), N(TELPROBE_SEVERITY_ERROR), N(1), U(0));
	FIRE(FEATURE, T(FIXTURE_CONTROL), N(TELPROBE_FEATURE_USED), T("control"));
	FIRE(DECISION, T("suggestion"), T("safe"), T("shown"), T("edit"), U(0));
}

/* The same text in each field of each marker that has one. */
static void tell_everywhere(const char *text, uint64_t id)
{
	FIRE(COUNT, T(text), N(1), U(0));
	FIRE(MEASURE, T(text), D(1), T(text), U(0));
	FIRE(ERROR, T(text), T(text), N(TELPROBE_SEVERITY_INFO), N(1), U(0));
	FIRE(RECOVERED, T(text), T(text), N(1), U(0));
	FIRE(DECISION, T(text), T(text), T(text), T(text), U(0));
	FIRE(LIFECYCLE, T(text), T(text), T(text), T(text), T(text), N(1));
	FIRE(SPAN_DONE, N(TELPROBE_STEP), T(text), U(TELPROBE_NOW()), N(TELPROBE_FAILED), T(text));
	FIRE(COMMAND_BEGIN, T(text), T(text), T(text), U(id));
	FIRE(TAG, T("channel"), T(text), U(id));
	FIRE(COMMAND_END, T(text), N(TELPROBE_FAILED), T(text), U(id));
	FIRE(SPAN_BEGIN, N(TELPROBE_TOOL), T(text), U(id));
	FIRE(SPAN_END, N(TELPROBE_TOOL), T(text), N(TELPROBE_FAILED), T(text), U(id));
}

static void tell_number(const struct secret *secret, const char *text)
{
	if (secret->source == SECRET_MEASURE)
		FIRE(MEASURE, T(secret->name), D(strtod(text, NULL)), T("ms"), U(0));
	if (secret->source != SECRET_ID)
		return;
	FIRE(SPAN_BEGIN, N(TELPROBE_TOOL), T(secret->name), U(strtoull(text, NULL, 10)));
	FIRE(COUNT, T(secret->name), N(1), U(strtoull(text, NULL, 10)));
	FIRE(SPAN_END, N(TELPROBE_TOOL), T(secret->name), N(TELPROBE_OK), T(NULL),
	     U(strtoull(text, NULL, 10)));
}

static void tell_secrets(const struct told *told)
{
	const struct secret *secret;
	size_t i;

	for (i = 0; (secret = secrets_at(i)); i++) {
		tell_number(secret, told->text[i]);
		if (!secrets_is_told(i))
			continue;
		FIRE(FEATURE, T(told->text[i]), N(TELPROBE_FEATURE_USED), T(secret->name));
		tell_everywhere(told->text[i], i + 1);
	}
	FIRE(TAG, T(told->text[secrets_hidden_key()]), T(told->text[secrets_hidden_value()]), U(0));
	for (i = 0; secrets_at(i); i++)
		if (secrets_is_told(i))
			FIRE(SESSION_BEGIN, T(told->text[i]), T(told->text[i]));
	FIRE(SESSION_BEGIN, T(FIXTURE_APP), T(TELPROBE_VERSION));
}

static int read_notes(struct told *told)
{
	FILE *file = fopen(FIXTURE_NOTES, "re");
	size_t room = 0;
	ssize_t length = file ? getline(&told->heap, &room, file) : -1;

	if (file)
		fclose(file);
	if (length <= 0)
		return -ENOENT;
	told->heap[strcspn(told->heap, "\n")] = '\0';
	return 0;
}

void fixture_variable(const struct secret *secret, char out[64])
{
	snprintf(out, 64, "SELFTEST_%s", secret->name);
}

static const char *find_text(struct told *told, size_t i, const char *argument)
{
	const struct secret *secret = secrets_at(i);
	const char *slash;
	char variable[64];

	switch (secret->source) {
	case SECRET_CONSTANT:
		return constants[i];
	case SECRET_VARIABLE:
		return variables[i];
	case SECRET_ARGUMENT:
	case SECRET_MEASURE:
	case SECRET_ID:
		return argument;
	case SECRET_STORED:
		return ""; /* not known here */
	case SECRET_ENVIRONMENT:
		fixture_variable(secret, variable);
		return getenv(variable);
	case SECRET_STACK:
		snprintf(told->stack, sizeof(told->stack), "%s", argument ? argument : "");
		return argument ? told->stack : NULL;
	case SECRET_HEAP:
		return told->heap;
	case SECRET_DIRECTORY:
		slash = told->directory ? strrchr(told->directory, '/') : NULL;
		return slash ? slash + 1 : NULL;
	}
	return NULL;
}

static int find_texts(struct told *told, int count, char **arguments)
{
	const struct secret *secret;
	int taken = 0;
	size_t i;

	if (read_notes(told))
		return -EINVAL;
	told->directory = getcwd(NULL, 0);
	for (i = 0; (secret = secrets_at(i)); i++) {
		told->text[i] = find_text(told, i, taken < count ? arguments[taken] : NULL);
		taken += secrets_is_argument(secret);
		if (!told->text[i])
			return -EINVAL;
	}
	return taken == count ? 0 : -EINVAL;
}

int fixture_run(int count, char **arguments, struct error *error)
{
	struct told told = { 0 };
	int ret = find_texts(&told, count, arguments);

	if (ret)
		error_set(error, ret,
			  "this program was not given its secrets: 'telprobe selftest' starts it");
	if (!ret) {
		FIRE(SESSION_BEGIN, T(FIXTURE_APP), T(TELPROBE_VERSION));
		FIRE(COMMAND_BEGIN, T("selftest"), T("trace"), T("careful"), U(0));
		tell_control();
		tell_secrets(&told);
		FIRE(COMMAND_END, T("selftest"), N(TELPROBE_OK), T(NULL), U(0));
	}
	free(told.heap);
	free(told.directory);
	return ret;
}
