/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/child_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define DEFAULT_PATH	"/usr/local/bin:/usr/bin:/bin"
#define ANCESTORS_MAX	64
#define ENVIRONMENT_MAX (4 * 1024 * 1024) /* twice what one exec can carry with an 8 MiB stack */

static char *copy_or_null(const char *text)
{
	return text ? strdup(text) : NULL;
}

static int parse_id(const char *variable, unsigned int *out_id, struct error *error)
{
	const char *text = getenv(variable);
	char *end;
	unsigned long value;

	errno = 0;
	value = text ? strtoul(text, &end, 10) : 0;
	if (!text || *text < '0' || *text > '9' || *end || errno || value >= UINT_MAX) {
		error_set(error, -EINVAL, "cannot tell who called sudo: %s is '%s', not an id",
			  variable, text ? text : "");
		error_hint(error, "unset SUDO_UID to run the command as root");
		return -EINVAL;
	}
	*out_id = (unsigned int)value;
	return 0;
}

/* Read all of a /proc file, whose size nobody knows beforehand. NUL-terminated; caller frees. */
static char *read_proc(pid_t pid, const char *name, size_t *out_length)
{
	char path[64], *text = NULL, *grown;
	size_t length = 0, size = 0;
	ssize_t got = 1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	while (got > 0 && length < ENVIRONMENT_MAX) {
		if (length == size) {
			size = size ? size * 2 : 4096;
			grown = realloc(text, size + 1);
			if (!grown)
				break;
			text = grown;
		}
		got = read(fd, text + length, size - length);
		if (got > 0)
			length += (size_t)got;
	}
	close(fd);
	if (got) {
		free(text);
		return NULL;
	}
	text[length] = '\0';
	*out_length = length;
	return text;
}

/* /proc/PID/stat is "pid (name) state parent ...": the name may hold anything, also ")". */
static pid_t parent_of(pid_t pid, bool *out_is_sudo)
{
	size_t length;
	char *text = read_proc(pid, "stat", &length);
	char *start = text ? strchr(text, '(') : NULL;
	char *end = text ? strrchr(text, ')') : NULL;
	char state;
	int parent = 0;

	if (start && end && sscanf(end, ") %c %d", &state, &parent) == 2)
		*out_is_sudo = end - start == 5 && !memcmp(start, "(sudo", 5);
	free(text);
	return parent;
}

/* The sudo that was typed: with use_pty there are two above us, the upper one has the caller's
 * environment. */
static pid_t find_sudo(void)
{
	pid_t pid = getppid(), found = 0, parent;

	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
		bool is_sudo = false;

		parent = parent_of(pid, &is_sudo);
		if (is_sudo)
			found = pid;
		else if (found)
			break;
		pid = parent;
	}
	return found;
}

static char *find_variable(const char *environment, size_t length, const char *name)
{
	size_t name_length = strlen(name);

	for (size_t at = 0; at < length; at += strlen(environment + at) + 1)
		if (!strncmp(environment + at, name, name_length) &&
		    environment[at + name_length] == '=')
			return strdup(environment + at + name_length + 1);
	return NULL;
}

/* Either says so: the environment may only silence, never switch on. */
static bool asks_for_silence(const char *track, const char *enabled)
{
	if (track && *track && strcmp(track, "0") != 0)
		return true;
	return enabled && (!strcmp(enabled, "0") || !strcmp(enabled, "false"));
}

/* What sudo itself was started with. */
static void take_environment(struct child_identity *identity)
{
	size_t length;
	char *environment = read_proc(find_sudo(), "environ", &length), *track, *enabled;

	if (!environment)
		return;
	identity->path = find_variable(environment, length, "PATH");
	identity->home = find_variable(environment, length, "HOME");
	track = find_variable(environment, length, "DO_NOT_TRACK");
	enabled = find_variable(environment, length, "TELPROBE_ENABLED");
	identity->is_silent |= asks_for_silence(track, enabled);
	free(track);
	free(enabled);
	free(environment);
}

static int take_groups(struct child_identity *identity)
{
	int count = 0;

	if (!identity->name) {
		identity->groups = malloc(sizeof(gid_t));
		if (!identity->groups)
			return -ENOMEM;
		identity->groups[0] = identity->gid;
		identity->group_count = 1;
		return 0;
	}
	getgrouplist(identity->name, identity->gid, NULL, &count);
	identity->groups = calloc((size_t)count, sizeof(gid_t));
	if (!identity->groups)
		return -ENOMEM;
	identity->group_count =
		getgrouplist(identity->name, identity->gid, identity->groups, &count);
	return identity->group_count < 0 ? -EAGAIN : 0; /* the database changed in between */
}

static int find_caller(struct child_identity *identity, struct error *error)
{
	const struct passwd *entry;
	int ret;

	ret = parse_id("SUDO_UID", &identity->uid, error);
	if (!ret)
		ret = parse_id("SUDO_GID", &identity->gid, error);
	if (ret)
		return ret;
	entry = getpwuid(identity->uid);
	identity->name = copy_or_null(entry ? entry->pw_name : getenv("SUDO_USER"));
	take_environment(identity);
	if (!identity->home && entry)
		identity->home = strdup(entry->pw_dir);
	ret = take_groups(identity);
	if (ret)
		return error_set(error, ret, "cannot find the groups of uid %u: %s", identity->uid,
				 error_text(ret));
	return 0;
}

int child_identity_find(struct child_identity *out, struct error *error)
{
	const char *path = getenv("PATH");
	int ret;

	memset(out, 0, sizeof(*out));
	out->uid = getuid();
	out->gid = getgid();
	out->is_under_sudo = geteuid() == 0 && getenv("SUDO_UID");
	out->is_silent = asks_for_silence(getenv("DO_NOT_TRACK"), getenv("TELPROBE_ENABLED"));
	if (out->is_under_sudo) {
		ret = find_caller(out, error);
		if (ret)
			goto clear;
	} else {
		out->home = copy_or_null(getenv("HOME"));
	}
	if (!out->path)
		out->path = strdup(path ? path : DEFAULT_PATH);
	if (!out->path) {
		ret = error_set(error, -ENOMEM, "cannot find out as whom to run: out of memory");
		goto clear;
	}
	return 0;
clear:
	child_identity_clear(out);
	return ret;
}

void child_identity_clear(struct child_identity *identity)
{
	free(identity->groups);
	free(identity->path);
	free(identity->home);
	free(identity->name);
	memset(identity, 0, sizeof(*identity));
}

int child_identity_assume(const struct child_identity *identity)
{
	if (!identity->is_under_sudo)
		return 0;
	if (setgroups((size_t)identity->group_count, identity->groups) ||
	    setresgid(identity->gid, identity->gid, identity->gid) ||
	    setresuid(identity->uid, identity->uid, identity->uid))
		return -errno;
	/* Until exec this is a copy of a privileged process: nobody may look inside. */
	return prctl(PR_SET_DUMPABLE, 0) ? -errno : 0;
}

static bool is_replaced(const char *entry, const struct child_identity *identity)
{
	return !strncmp(entry, "SUDO_", 5) || !strncmp(entry, "PATH=", 5) ||
	       (identity->home && !strncmp(entry, "HOME=", 5)) ||
	       (identity->name && (!strncmp(entry, "USER=", 5) || !strncmp(entry, "LOGNAME=", 8)));
}

static int add_variable(struct child_environment *environment, const char *name, const char *value)
{
	char *entry;

	if (!value)
		return 0;
	if (asprintf(&entry, "%s=%s", name, value) < 0)
		return -ENOMEM;
	environment->entries[environment->owned_count++] = entry;
	return 0;
}

int child_environment_make(const struct child_identity *identity,
			   struct child_environment *out_environment)
{
	struct child_environment made = { 0 };
	size_t count = 0, at;

	while (environ && environ[count])
		count++;
	made.entries = calloc(count + 5, sizeof(char *)); /* four variables and the end */
	if (!made.entries)
		return -ENOMEM;
	if (identity->is_under_sudo && (add_variable(&made, "PATH", identity->path) ||
					add_variable(&made, "HOME", identity->home) ||
					add_variable(&made, "USER", identity->name) ||
					add_variable(&made, "LOGNAME", identity->name))) {
		child_environment_clear(&made);
		return -ENOMEM;
	}
	at = (size_t)made.owned_count;
	for (size_t i = 0; i < count; i++)
		if (!identity->is_under_sudo || !is_replaced(environ[i], identity))
			made.entries[at++] = environ[i];
	*out_environment = made;
	return 0;
}

void child_environment_clear(struct child_environment *environment)
{
	for (int i = 0; i < environment->owned_count; i++)
		free(environment->entries[i]);
	free(environment->entries);
	memset(environment, 0, sizeof(*environment));
}
