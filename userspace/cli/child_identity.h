/* SPDX-License-Identifier: GPL-2.0-only */
/* child_identity.h - as whom the command of `telprobe run` runs, and in which environment.
 * Under sudo that is the person who typed sudo, not root: his ids, groups, PATH and HOME. */
#ifndef TELPROBE_CLI_CHILD_IDENTITY_H
#define TELPROBE_CLI_CHILD_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/error.h"

struct child_identity { /* as whom CMD runs */
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* supplementary groups, set under sudo only */
	int group_count;
	char *path;	    /* PATH for CMD: under sudo the caller's, not sudo's secure_path */
	char *home;	    /* HOME for CMD; NULL: leave */
	char *name;	    /* user name, for USER and LOGNAME under sudo; NULL: leave */
	bool is_under_sudo; /* SUDO_UID was set and we are root */
	bool is_silent; /* DO_NOT_TRACK or TELPROBE_ENABLED=0, ours or the caller's under sudo */
};

/**
 * child_identity_find() - from SUDO_UID and friends when root, else our own
 * Under sudo PATH and HOME come from the environment sudo itself was started with
 * (/proc/<sudo>/environ); where that cannot be found, HOME comes from passwd and PATH is ours. A
 * wish for silence there counts too, although sudo does not pass it on.
 * Return: 0; -EINVAL for a SUDO_UID or SUDO_GID that is no id, -ENOMEM. The caller clears @out. */
int child_identity_find(struct child_identity *out, struct error *error);
void child_identity_clear(struct child_identity *identity);

/** child_identity_assume() - become @identity for good. Does nothing unless it is_under_sudo.
 * Async-signal-safe: for the child between fork and exec. Return: 0 or -errno. */
int child_identity_assume(const struct child_identity *identity);

struct child_environment { /* what execve() is given */
	char **entries;
	int owned_count; /* the first so many are ours; the rest points into environ */
};

/**
 * child_environment_make() - our environment; under sudo with the identity's PATH, HOME, USER and
 * LOGNAME and without what begins with SUDO_
 * Valid until the environment of this process changes. Return: 0 or -ENOMEM. */
int child_environment_make(const struct child_identity *identity,
			   struct child_environment *out_environment);
void child_environment_clear(struct child_environment *environment);

#endif
