/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor.h - the one role with rights over the kernel side: attaches to targets, keeps the
 * consents and tells them to the kernel, renews the lease, starts the other roles again. Parses no
 * binary and no record, opens no network. */
#ifndef TELPROBE_SERVICE_SUPERVISOR_H
#define TELPROBE_SERVICE_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "capture/capture.h"
#include "inspect/inspector.h"
#include "privacy/consent.h"
#include "service/config.h"
#include "service/messages.h"
#include "service/sandbox.h"

enum { SUPERVISOR_OBJECTS = TP_OBJECTS - 1, SUPERVISOR_TARGETS = 2 * CONFIG_TARGETS };

struct supervised_target { /* index + 1 is the target's number in the kernel, for as long as we run */
	char name[CONSENT_TARGET];
	const struct config_target *config; /* NULL: no longer configured */
	uint32_t files;			    /* attached */
	uint32_t sites;
	char problem[CONTROL_TEXT]; /* why a file of it is not attached, "" none */
};

struct supervisor {
	const char *config_directory;
	struct config *config;
	struct capture *capture;
	struct inspector *inspector;
	struct consents *consents;
	struct supervised_target *targets;
	uint32_t target_count;
	uint32_t *target_of; /* by object: number of the target, 0 none */
	struct keeper *collector, *api;
	int collector_fd, api_fd;
	int signal_fd, inotify_fd;
	int64_t stored, lost; /* as the collector said last */
	uint32_t restarts;
	uint32_t drains, drained; /* number of the drain asked for, and answered, last */
	time_t started;
	char role_problem[CONTROL_TEXT]; /* of a role that keeps ending, "" none */
	bool is_stopping;
	bool had_opt_out; /* the kernel was told of people who never decided */
};

/** supervisor_run() - until SIGTERM or SIGINT. Everything was opened and dropped before (serve.h).
 * Return: exit status. */
int supervisor_run(struct supervisor *supervisor);

/* supervisor_targets.c */
/** targets_load() - make what is attached what the configuration says: new files in, files of
 * targets that are gone out. A bad target is told and does not stop the others. */
void targets_load(struct supervisor *supervisor);
/** targets_rescan() - a directory of a target changed: attach to what is new there */
void targets_rescan(struct supervisor *supervisor);
/** targets_written() - leases broken by writers: detach, let names be resolved, let them write */
void targets_written(struct supervisor *supervisor);
/** targets_tell() - what the collector has to know of the files */
void targets_tell(struct supervisor *supervisor);
struct consent_target target_consent(const struct supervisor *supervisor,
				     const struct supervised_target *target);

/* supervisor_consent.c */
/** consent_apply() - tell the kernel and the collector what @uid agreed to; when something was
 * taken back, nothing of it is in the ring any more on return. */
int consent_apply(struct supervisor *supervisor, uint32_t uid, struct error *error);
/** consent_apply_all() - for every uid that decided or has an account */
void consent_apply_all(struct supervisor *supervisor);
enum tp_level consent_highest(const struct supervisor *supervisor, uint32_t uid);

/* supervisor_clients.c */
/** clients_handle() - the request that waits in the socket of a client, which the api passed on */
void clients_handle(struct supervisor *supervisor, int client);

/* supervisor.c */
/** collector_send() - waits a moment when its socket is full */
int collector_send(struct supervisor *supervisor, const struct message *message);
/** collector_drain() - the collector has taken all that is in the ring, names resolved */
void collector_drain(struct supervisor *supervisor);

#endif
