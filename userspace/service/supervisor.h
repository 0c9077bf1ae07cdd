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
#include "lib/passing.h"
#include "lib/table.h"
#include "privacy/consent.h"
#include "service/complaints.h"
#include "service/config.h"
#include "service/cost.h"
#include "service/declared.h"
#include "service/governor.h"
#include "service/keeper.h"
#include "service/messages.h"

enum {
	SUPERVISOR_OBJECTS = TP_OBJECTS - 1,
	SUPERVISOR_TARGETS = 2 * CONFIG_TARGETS,
	SUPERVISOR_RELOADS = 8, /* asked for and not begun */
};

struct supervised_target { /* index + 1 is the target's number in the kernel, for as long as we run */
	char name[CONSENT_TARGET];
	const struct config_target *config; /* NULL: no longer configured */
	uint32_t files;			    /* attached */
	uint32_t sites;
	struct governor governor;
	uint16_t sampling;	     /* number of its rules in the kernel, 0 none */
	bool is_let_be;		     /* by the governor: 'sampling' says always */
	bool is_dirty;		     /* its files are to be looked for again */
	char problem[CONTROL_TEXT];  /* why a file of it is not attached, "" none */
	char left_out[CONTROL_TEXT]; /* why one of these is not told of @left_out_object */
	uint16_t left_out_object;
};

struct file_spans {	/* of a file that is attached to; which of the target's, a bit each */
	uint64_t print; /* spans_print() of what was configured */
	uint64_t told;
	uint64_t absent;  /* it has no probes of them */
	uint64_t refused; /* it has, and they cannot be used */
};

struct file_build { /* which build of its program a file is; all zero: nothing is to be derived of it */
	uint8_t bytes;
	uint8_t id[20];
	char version[INSPECT_VERSION];
};

struct supervised_file {
	uint32_t target;  /* number, 0 none */
	uint32_t scan;	  /* that saw it last */
	bool is_unlisted; /* by no path of its target any more: deleted, replaced or renamed */
	uint32_t hits;	  /* capture_hits() when it was looked at last */
	bool is_passing;  /* on a file system that somebody may want to unmount */
	struct file_spans spans;
	struct file_build build;
};

struct leaving_file {
	uint16_t object;
	uint32_t drain; /* with whose answer it is forgotten; 0: the collector was not told yet */
	int64_t since_ms;
};

struct supervisor {
	const char *config_directory;
	const char *consent_directory;
	char config_place[CONTROL_TEXT]; /* the same, from the root, for who asks */
	struct config *config;
	struct capture *capture;
	struct inspector *inspector;
	struct consents *consents;
	struct supervised_target *targets;
	uint32_t target_count;
	struct supervised_file *files; /* by object */
	struct keeper *collector, *api, *loader, *inspecting,
		*attaching; /* the last NULL with multi links */
	int collector_fd, api_fd, loader_fd;
	bool has_collector; /* one that said hello and has not ended: nobody waits for another */
	struct passing_peer attach_helper;
	int signal_fd, inotify_fd;
	struct mounts *mounts;
	struct watch *watches; /* supervisor_watch.c */
	size_t watch_count, watch_room;
	uint32_t scans;
	int64_t idle_due_ms; /* when to look for files nobody runs, 0: there is none to look at */
	int64_t quiet_until_ms;		      /* changes of directories are not looked at before */
	int64_t governor_due_ms;	      /* 0: there is nothing to look at */
	int turn_ms;			      /* longest wait of the loop */
	int64_t told_alive_ms;		      /* to the service manager */
	struct kept_counts kept, kept_before; /* as the collector said last, and those before it */
	struct leaving_file *leaving; /* detached files whose numbers the collector has to forget */
	uint32_t leaving_count;
	struct cost_process self;
	int64_t ring_bytes;
	int64_t kernel_bytes, kernel_at_ms; /* of maps and programs, and when that was looked up */
	uint32_t restarts;
	uint32_t drains, drained; /* number of the drain asked for, and answered, last */
	time_t started;
	struct declared declared;	   /* names, by number */
	bool is_reading_names;		   /* the kernel was told them */
	char role_problem[CONTROL_TEXT];   /* of a role that keeps ending, "" none */
	int64_t role_problem_until_ms;	   /* without another end it is over then */
	char reload_problem[CONTROL_TEXT]; /* why an earlier configuration holds, "" none */
	char privacy_problem
		[CONTROL_TEXT]; /* of the collector with what it was told last, "" none */
	uint32_t privacy_told, privacy_judged; /* number of what it was told, and answered, last */
	char told_manager[CONTROL_TEXT];
	bool is_manager_behind; /* it had no room for that */
	struct complaints complaints;
	int64_t handled_ms;			/* when it was last looked at who wants something */
	int reload_clients[SUPERVISOR_RELOADS]; /* sockets of who asked for a reload, in turn */
	int reload_count;
	bool has_to_reload; /* SIGHUP */
	bool is_ready;	    /* all that could be was attached to once: people are answered */
	bool is_stopping;
	bool is_suspended;	       /* by a selftest that found a leak */
	int64_t selftest_us;	       /* UTC, of the last; 0: none since the start */
	uint8_t boot[CONSENT_BOOT];    /* random number of the machine's start */
	int64_t beats_due_ms;	       /* 0: heartbeats are off */
	int64_t end_due_ms;	       /* of the next yes that ends by itself, 0: there is none */
	int64_t end_again_ms;	       /* not tried again before */
	bool owes;		       /* what one collected may not be deleted yet: asked again */
	uint32_t ends_told, ends_done; /* number of the MESSAGE_END told, and answered, last */
	struct table accounts; /* uid: is it listed (getpwent)? For policies on until a no */
};

/** supervisor_run() - until SIGTERM or SIGINT. Everything was opened and dropped before (serve.h).
 * Return: exit status. */
int supervisor_run(struct supervisor *supervisor);

/* supervisor_privacy.c */
/** privacy_tell() - the firewall's options to the collector, as the configuration and the names on
 * this machine are now. What it says to them is a problem or none, for those who ask. */
void privacy_tell(struct supervisor *supervisor);
/** privacy_try() - those of @config, which is not in force yet. Where the collector does not take them
 * it goes on by those it had. Return: 0; negative: it does not, or could not be told. */
int privacy_try(struct supervisor *supervisor, struct config *config, struct error *error);
/** privacy_answered() - MESSAGE_JUDGES came */
void privacy_answered(struct supervisor *supervisor, const struct message *message);

/* supervisor_halves.c */
/** halves_tell() - to a collector: which half is to be taken, if one is */
void halves_tell(struct supervisor *supervisor);
/** halves_turn() - MESSAGE_TURN: add to the other half from here on. Asked twice it is told again: the
 * half before is still to be taken. */
void halves_turn(struct supervisor *supervisor);
/** halves_taken() - MESSAGE_TAKEN: clear that half, unless it was cleared before */
void halves_taken(struct supervisor *supervisor, int64_t source);

/* supervisor_targets.c */
/** targets_load() - make the targets what the configuration says; files of those that are gone leave. A
 * bad target is told and does not stop the others. Those that are left are dirty. */
void targets_load(struct supervisor *supervisor);
/** targets_rescan() - attach to what is new of the targets that are dirty. Between files others are
 * served: supervisor_serve(). */
void targets_rescan(struct supervisor *supervisor);
/** targets_try_again() - with those that have a problem, at the next targets_rescan() */
void targets_try_again(struct supervisor *supervisor);
/** targets_tell() - what the collector has to know of the files */
void targets_tell(struct supervisor *supervisor);
struct consent_target target_consent(const struct supervisor *supervisor,
				     const struct supervised_target *target);

/* supervisor_watch.c */
/** watch_target() - hear when a file of the target may have come; a target without configuration: no more */
void watch_target(struct supervisor *supervisor, const struct supervised_target *target);
/** watch_access() - hear when a file of the target that nobody has open is read, as its execution does;
 * until the next watch_target() */
void watch_access(struct supervisor *supervisor, const struct supervised_target *target,
		  const char *path);
/** watch_changes() - inotify_fd is readable: mark the targets that may have new files as dirty, and
 * set quiet_until_ms. A directory in which others write a lot costs a comparison of names each. */
void watch_changes(struct supervisor *supervisor);
void watch_clear(struct supervisor *supervisor);

/* supervisor_leaving.c */
/** leaving_begin() - detach from files, without waiting: threads do, then the collector empties the
 * ring and forgets them, then their numbers are free and writers may write. Meanwhile nothing of
 * them is recorded. */
void leaving_begin(struct supervisor *supervisor, const uint16_t *objects, int count);
/** leaving_detached() - capture_left_fd() is readable */
void leaving_detached(struct supervisor *supervisor);
/** leaving_drained() - the collector answered a drain: files are gone now, if it had been told of any */
void leaving_drained(struct supervisor *supervisor);
/** leaving_tell_again() - to a new collector, which knows neither files nor drains */
void leaving_tell_again(struct supervisor *supervisor);
/** leaving_written() - leases broken by writers: the files leave together, then they may write */
void leaving_written(struct supervisor *supervisor);
/** leaving_idle() - when it is time, leave the files that stay attached only while a process has them:
 * deleted ones, so that their room on the disk comes back, and those whose file system may be unmounted.
 * leaving_idle_soon() - there is such a file. */
void leaving_idle(struct supervisor *supervisor);
void leaving_idle_soon(struct supervisor *supervisor);
/** leaving_hurry() - who waits to write a file waited long enough for a collector that does not answer */
void leaving_hurry(struct supervisor *supervisor);

/** tell_problem() - kept for those who ask, and told once */
void tell_problem(struct supervised_target *target, const char *what);

/** target_lost() - capture dropped a file that was attached to: it is none of its target any more, which
 * has the problem @what */
void target_lost(struct supervisor *supervisor, uint16_t object, const char *what);

/* supervisor_names.c */
/** names_load() - the names the configuration declares are what the kernel side may read, in the
 * files of targets that declare any, and the runs it wants told are */
void names_load(struct supervisor *supervisor);
bool target_declares(const struct supervised_target *target);
/** target_runs() - enum tp_runs of its files; names_load() tells it of those that are attached */
uint16_t target_runs(const struct supervised_target *target);

/* supervisor_sampling.c */
/** sampling_load() - which spans are told one by one, as the configuration says: to the kernel side, for
 * files that are attached; attach_held() says it of others */
void sampling_load(struct supervisor *supervisor);
/** target_lacks_sampling() - there was no number for its rules: all its spans are events */
bool target_lacks_sampling(const struct supervised_target *target);
/** target_describe_sampling() - as sampling_describe(); how much was left out only to root, whom alone
 * sums over all people are told */
void target_describe_sampling(const struct supervisor *supervisor,
			      const struct supervised_target *target, uint32_t uid,
			      char out[CONTROL_SAMPLING]);

/* supervisor_governor.c */
/** governor_turn() - look at what the probes of the targets cost, those it is time for; detach from what
 * costs too much, attach again when its rest is over. Sets governor_due_ms. */
void governor_turn(struct supervisor *supervisor);
/** target_describe_governor() - what is the matter with one that is attached to now and then; "" else.
 * Numbers only to root: they grow with what others do. */
void target_describe_governor(const struct supervisor *supervisor, uint32_t uid,
			      const struct supervised_target *target, char out[CONTROL_TEXT]);

/* supervisor_spans.c */
/** target_tell_spans() - to capture, those of the target that a held file has
 * Return: as spans_find() and capture_tell_spans(); *out is filled in any case. */
int target_tell_spans(struct supervisor *supervisor, struct supervised_target *target,
		      uint16_t object, const struct inspection *inspection, struct file_spans *out,
		      struct error *error);
/** target_spans_left_out() - of the files that are attached to now: that a span is told of none, or not
 * of one that has its probes. Return: false: neither. */
bool target_spans_left_out(const struct supervisor *supervisor,
			   const struct supervised_target *target, char out[CONTROL_TEXT]);

/* supervisor_consent.c */
/** consent_apply() - tell the kernel and the collector what @uid agreed to; when something was
 * taken back, nothing of it is in the ring any more on return. */
int consent_apply(struct supervisor *supervisor, uint32_t uid, struct error *error);
/** consent_apply_all() - as consent_apply(), for every uid that decided or has an account */
void consent_apply_all(struct supervisor *supervisor);
/** consent_tell_collector() - what @uid agreed to; a part of the above */
void consent_tell_collector(struct supervisor *supervisor, uint32_t uid);
/** consent_begin() - the same at the start, when nothing is in the ring yet */
void consent_begin(struct supervisor *supervisor);
/** consent_introduce() - to a collector that knows nothing yet: what each agreed to */
void consent_introduce(struct supervisor *supervisor);
/** person_level() - as consents_level(); a policy that is on until a no reaches those alone who have an
 * account: nobody could tell the others */
enum tp_level person_level(const struct supervisor *supervisor, uint32_t uid,
			   const struct consent_target *target, enum consent_reason *out_reason);
enum tp_level consent_highest(const struct supervisor *supervisor, uint32_t uid);

/* supervisor_beats.c */

/** beats_look() - ask for the heartbeats of what only runs, when it is time to */
void beats_look(struct supervisor *supervisor);

/* supervisor_suspend.c */

/** suspend_begin() - is it suspended from before this start? */
void suspend_begin(struct supervisor *supervisor);
/** suspend_set() - stop capture for everybody, or let it go on; @uid: who asks, root alone may.
 * Return: 0; -EACCES; what writing the file says. */
int suspend_set(struct supervisor *supervisor, uint32_t uid, enum control_selftest selftest,
		struct error *error);
/** suspend_problem() - as status tells it, "" none */
const char *suspend_problem(const struct supervisor *supervisor);

/* supervisor_ending.c */
/** ending_now() - the clocks by which a yes ends */
struct consent_now ending_now(const struct supervisor *supervisor);
/** ending_look() - end what is to end now, in the kernel, and have what it collected deleted */
void ending_look(struct supervisor *supervisor);
/** ending_begin() - the same at the start, when the kernel knows of nobody and there is no collector */
void ending_begin(struct supervisor *supervisor);
/** ending_introduce() - to a new collector: what it has to delete before anything else */
void ending_introduce(struct supervisor *supervisor);
/** ending_settle() - what an ended yes of @uid collected, if one has ended, is deleted
 * Return: 0: there was none; 1: it is deleted; 2: that is under way. */
int ending_settle(struct supervisor *supervisor, uint32_t uid);
/** ending_answered() - MESSAGE_ENDED came */
void ending_answered(struct supervisor *supervisor, const struct message *message);

/* supervisor_clients.c */
/** clients_handle() - the request that waits in the socket of a client, which the api passed on
 * Return: whether @client is kept, to be answered later. */
bool clients_handle(struct supervisor *supervisor, int client);
/** supervisor_tell_manager() - in a line how it stands (sd_notify), if that is different from what it
 * was told last. @is_ready: that we are ready, too, in any case */
void supervisor_tell_manager(struct supervisor *supervisor, bool is_ready);
/** supervisor_tell_ready() - the same for the first time, to the log as well */
void supervisor_tell_ready(struct supervisor *supervisor);

/* supervisor_reload.c */
/** reload_ask() - for root: a reload as soon as nothing is being attached to
 * Return: whether @client is kept: he is told what is different and what is wrong. */
bool reload_ask(struct supervisor *supervisor, uint32_t uid, int client);
/** reload_next() - if one is asked for, by SIGHUP or by root: read the configuration again, tell the log
 * what is different. A telprobe.yaml that is refused leaves everything as it was. No event is lost:
 * what stays attached stays so. */
void reload_next(struct supervisor *supervisor);

/* supervisor.c */
/** supervisor_go_on() - in the middle of work that may take its time: capture goes on, and the
 * service manager knows that we do */
void supervisor_go_on(struct supervisor *supervisor);
/** supervisor_serve() - to be called again and again by whoever takes long: answers the other roles and
 * people, lets writers write, tells the manager that we live. Return: false: we are to stop. */
bool supervisor_serve(struct supervisor *supervisor);
/** collector_send() - as message_send(), but waits a moment when its socket is full; a collector that
 * does not read even then is ended. Return: also -EPIPE: there is none now, the next is told all. */
int collector_send(struct supervisor *supervisor, const struct message *message, int fd);
/** collector_ask_drain() - without waiting. Return: as collector_send(); then supervisor->drains is the
 * number whose answer says that it is done */
int collector_ask_drain(struct supervisor *supervisor);
/** supervisor_tell_limits() - to the collector: what retention the machine has */
void supervisor_tell_limits(struct supervisor *supervisor);
/** collector_await() - hear the collector until *@said, the number of what it answered last, is @number
 * or later. Return: 0; -EPIPE: it ended; -ETIMEDOUT: it has not answered for 10 s. */
int collector_await(struct supervisor *supervisor, const uint32_t *said, uint32_t number);
/** collector_end() - it does not do its work. Its successor is told all. */
void collector_end(struct supervisor *supervisor);
/** collector_drain() - the collector has taken all that is in the ring, names resolved; or there is
 * none now, and the next will be told who agrees before it reads */
void collector_drain(struct supervisor *supervisor);

#endif
