/* SPDX-License-Identifier: GPL-2.0-only */
/* keeper.h - who starts a role, and starts it again.
 * A role is a function that runs in a process of its own uid. A keeper stands between it and the
 * supervisor: forked as root, it drops to the role's uid for good, forks the worker, waits, and
 * starts it again with back-off (0.1 s doubling to 60 s, reset after 60 s of life; soon at first,
 * because the ring bridges about a second of a busy machine). So nobody needs
 * the right to change uids once the service has started. The keeper tells the supervisor of each
 * end through its message socket; when that socket closes, it ends the worker and itself.
 * A keeper reads nothing but that socket. It holds the role's capabilities, of which none is in
 * effect, and the role's system calls beside its own: a filter is inherited, so what it gave up no
 * worker would have. */
#ifndef TELPROBE_SERVICE_KEEPER_H
#define TELPROBE_SERVICE_KEEPER_H

#include "service/cost.h"
#include "service/sandbox.h"

struct keeper;
struct keeper_report {	  /* one worker ended */
	int32_t status;	  /* of it, as waitpid() */
	uint32_t starts;  /* so far */
	uint32_t wait_ms; /* until the next */
};

/**
 * keeper_start() - fork a keeper and under it the worker
 * @work: runs in the worker after sandbox_enter(); its return is the exit status. The worker keeps
 * the descriptors in @keep (others are closed), ended by -1, 0 to 2 stay. */
int keeper_start(const struct sandbox *sandbox, int (*work)(void *data), void *data,
		 const int *keep, struct keeper **out, struct error *error);
int keeper_fd(const struct keeper *keeper); /* reports, SOCK_SEQPACKET; -1 for NULL */
int keeper_report(struct keeper *keeper,
		  struct keeper_report *out); /* 1 one, 0 none, -EPIPE gone */
/** keeper_restart() - kill the worker at once: it broke the rules. It is started again as after any
 * other end, not sooner. Said once of each worker: its successor is not ended for what it said.
 * Return: false: it was said before. */
bool keeper_restart(struct keeper *keeper);
/** keeper_has_worker() - as far as it said: one that began, has not ended and was not told to */
bool keeper_has_worker(const struct keeper *keeper);
/** keeper_cost() - what the worker and those before it took is added to @worker, the keeper's own to
 * @own. NULL is fine. */
void keeper_cost(const struct keeper *keeper, struct cost *worker, struct cost *own);
/** keeper_stop() - to be called when the worker was told to end: waits for @timeout_ms; what is left
 * then the keeper kills when 10 s have passed */
void keeper_stop(struct keeper *keeper, int timeout_ms);

#endif
