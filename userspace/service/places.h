/* SPDX-License-Identifier: GPL-2.0-only */
/* places.h - the service's accounts, directories, lock and socket. */
#ifndef TELPROBE_SERVICE_PLACES_H
#define TELPROBE_SERVICE_PLACES_H

#include <sys/types.h>

#include "service/serve.h"

struct accounts {
	uid_t supervisor, collector, api, inspector, attach;
	gid_t supervisor_group, collector_group, api_group, inspector_group, attach_group;
	uid_t collector_account; /* as it is in passwd(5); the collector itself may be root (needs.h) */
};

extern const char *const accounts_names[]; /* ends with NULL */
#define ACCOUNTS_HINT \
	"make it: useradd --system --user-group --no-create-home --shell /usr/sbin/nologin %s"

/** accounts_find() - -ENOENT with how to make them */
int accounts_find(struct accounts *out, struct error *error);

struct places {
	char consent[256]; /* the supervisor's, 0700 */
	char events[256];  /* the collector's, group api, 0750 */
	char runtime[100]; /* the supervisor's, who removes the socket in the end */
	char socket[108];
	int lock_fd, state_lock_fd; /* held while the service runs: one service a directory */
	int listen_fd;		    /* the control socket */
};

/** places_open() - make what is missing, refuse what others could change, take the locks, listen
 * A directory others may write, or one below such a directory that is not sticky, is refused; what a
 * killed service left (its socket) is cleared away, anything else that is in the way is not.
 * Return: 0; -EBUSY: another service runs; -EACCES, -EROFS, -ENOSPC... with the path. */
int places_open(const struct serve_options *options, const struct accounts *accounts,
		struct places *out, struct error *error);
void places_close(struct places *places);

/** places_examine() - hand what places_open() would refuse to @tell, without making, changing or
 * locking anything
 * @accounts: NULL: they are not known, whose the directories should be is left out
 * Return: the process of the service that holds both directories now, 0: none. */
pid_t places_examine(const struct serve_options *options, const struct accounts *accounts,
		     void (*tell)(const struct error *error, void *data), void *data);

#endif
