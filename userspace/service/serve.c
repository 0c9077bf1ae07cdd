/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/serve.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/perf_event.h"
#include "capture/ring.h"
#include "inspect/inspector_nursery.h"
#include "lib/boot.h"
#include "lib/clock.h"
#include "service/api.h"
#include "service/attach_helper.h"
#include "service/collector_role.h"
#include "service/last_run.h"
#include "service/mounts.h"
#include "service/needs.h"
#include "service/notify.h"
#include "service/places.h"
#include "service/roles.h"
#include "service/running.h"
#include "service/supervisor.h"

enum { FILES_MAX = 32768, LOADER_KEEPS = 30, STOP_MS = 2000 };

struct service { /* everything of the start, freed in one place */
	struct needs needs;
	struct accounts accounts;
	struct places places;
	struct supervisor supervisor;
	int collector_supervisor[2], collector_api[2], api_supervisor[2], loader[2];
	int inspector_supervisor[2], attach_supervisor[2];
	int event_type;
	struct collector_role collector;
	struct api_options api;
	bool has_begun; /* last_run_begin() was called */
};

static int api_work(void *data)
{
	const struct service *service = data;

	return api_run(&service->api) ? 1 : 0;
}

static int inspector_work(void *data)
{
	const struct service *service = data;

	return inspector_nursery_run(service->inspector_supervisor[1]);
}

static int attach_work(void *data)
{
	const struct service *service = data;

	return attach_helper_run(service->attach_supervisor[1], service->event_type);
}

static int pair(int sockets[2], struct error *error)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return error_set(error, -errno, "no socket between roles: %s", error_text(errno));
	return 0;
}

/* A few changes at a time: what waits, waits at the api, which lets nobody take all places. */
static void keep_short(int socket)
{
	const int least = 1; /* the kernel makes it some messages */

	setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least));
}

static int identify_ring(struct store_ring *ring)
{
	/* a new ring each time the programs are loaded; the boot needs no telling apart then */
	if (getrandom(ring->ring_id, sizeof(ring->ring_id), 0) != sizeof(ring->ring_id))
		return -EIO;
	return 0;
}

static int start_collector(struct service *service, struct error *error)
{
	struct supervisor *supervisor = &service->supervisor;
	const int keep[] = { service->collector_supervisor[1], service->collector_api[0],
			     ring_fd(capture_ring(supervisor->capture)), -1 };
	static struct sandbox sandbox; /* the keeper uses it as long as it lives */

	sandbox = role_sandbox(ROLE_COLLECTOR, &service->accounts, &service->places);
	service->collector = (struct collector_role){
		.capture = supervisor->capture,
		.supervisor_fd = service->collector_supervisor[1],
		.api_fd = service->collector_api[0],
		.events_directory = service->places.events,
		.service = getpid(),
	};
	if (identify_ring(&service->collector.ring))
		return error_set(error, -EIO, "no random bytes from the system");
	return keeper_start(&sandbox, collector_role_run, &service->collector, keep,
			    &supervisor->collector, error);
}

static int start_api(struct service *service, struct error *error)
{
	const int keep[] = { service->places.listen_fd, service->api_supervisor[1],
			     service->collector_api[1], -1 };
	static struct sandbox sandbox;

	sandbox = role_sandbox(ROLE_API, &service->accounts, &service->places);
	service->api = (struct api_options){
		.listen_fd = service->places.listen_fd,
		.supervisor_fd = service->api_supervisor[1],
		.collector_fd = service->collector_api[1],
		.events_directory = service->places.events,
		.connections_max = service->supervisor.config->connections_max,
		.connections_max_user = service->supervisor.config->connections_max_user,
	};
	return keeper_start(&sandbox, api_work, service, keep, &service->supervisor.api, error);
}

static int loader_work(void *data)
{
	const struct service *service = data;

	return capture_load_for(service->supervisor.capture, service->loader[1]) ? 1 : 0;
}

static int start_loader(struct service *service, struct error *error)
{
	struct supervisor *supervisor = &service->supervisor;
	int keep[LOADER_KEEPS + 2], count;
	static struct sandbox sandbox;

	sandbox = role_sandbox(ROLE_LOADER, &service->accounts, &service->places);
	count = capture_map_fds(supervisor->capture, keep, LOADER_KEEPS);
	keep[count++] = service->loader[1];
	keep[count] = -1;
	return keeper_start(&sandbox, loader_work, service, keep, &supervisor->loader, error);
}

/* The first role: it is forked while nothing is in memory that a file could be after. */
static int start_inspector(struct service *service, struct error *error)
{
	struct supervisor *supervisor = &service->supervisor;
	static struct sandbox sandbox;
	int ret = pair(service->inspector_supervisor, error);

	if (!ret) {
		const int keep[] = { service->inspector_supervisor[1], -1 };

		sandbox = role_sandbox(ROLE_INSPECTOR, &service->accounts, &service->places);
		ret = keeper_start(&sandbox, inspector_work, service, keep, &supervisor->inspecting,
				   error);
	}
	if (ret)
		return ret;
	close(service->inspector_supervisor[1]);
	return inspector_new_at(service->inspector_supervisor[0], &supervisor->inspector, error);
}

/* Without multi links each probe is an event, and each event needs a right no other role keeps. */
static int start_attach_helper(struct service *service, struct error *error)
{
	struct supervisor *supervisor = &service->supervisor;
	struct capture_opener opener = { attach_helper_open, &supervisor->attach_helper };
	static struct sandbox sandbox;
	int ret;

	if (capture_facts(supervisor->capture)->method == CAPTURE_UPROBE_MULTI)
		return 0;
	service->event_type = perf_event_type();
	if (service->event_type < 0)
		return error_set(error, service->event_type,
				 "the kernel does not say how its "
				 "uprobes are called");
	ret = pair(service->attach_supervisor, error);
	if (!ret) {
		const int keep[] = { service->attach_supervisor[1], -1 };

		sandbox = role_sandbox(ROLE_ATTACH, &service->accounts, &service->places);
		ret = keeper_start(&sandbox, attach_work, service, keep, &supervisor->attaching,
				   error);
	}
	if (ret)
		return ret;
	close(service->attach_supervisor[1]);
	supervisor->attach_helper.socket = service->attach_supervisor[0];
	capture_set_opener(supervisor->capture, &opener);
	return 0;
}

static int open_signals(struct supervisor *supervisor, struct error *error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return error_set(error, -errno, "cannot block signals");
	supervisor->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	supervisor->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (supervisor->signal_fd < 0 || supervisor->inotify_fd < 0)
		return error_set(error, -errno, "cannot watch signals and files: %s",
				 error_text(errno));
	return 0;
}

static void raise_limits(void)
{
	struct rlimit files = { FILES_MAX, FILES_MAX };

	setrlimit(RLIMIT_NOFILE, &files); /* a file held is a descriptor or two */
}

static void name_from_root(const char *path, char out[CONTROL_TEXT])
{
	char *here = *path == '/' ? NULL : getcwd(NULL, 0);

	snprintf(out, CONTROL_TEXT, "%s%s%s", here ? here : "", here ? "/" : "", path);
	free(here);
}

/* What is read before anything is made: the configuration, what this kernel can, the accounts. */
static int prepare(struct service *service, const struct serve_options *options,
		   struct error *error)
{
	struct supervisor *supervisor = &service->supervisor;
	int ret;

	supervisor->config_directory = options->config_directory;
	supervisor->consent_directory = service->places.consent;
	name_from_root(options->config_directory, supervisor->config_place);
	ret = config_read(options->config_directory, &supervisor->config, error);
	if (ret)
		return ret;
	ret = needs_find(supervisor->config->attach, &service->needs, error);
	if (ret)
		return ret;
	ret = accounts_find(&service->accounts, error);
	if (!ret && service->needs.collector_is_root)
		service->accounts.collector = 0;
	return ret;
}

static int open_supervisor(struct service *service, struct error *error)
{
	struct supervisor *supervisor = &service->supervisor;
	struct capture_options capture = { .objects = SUPERVISOR_OBJECTS,
					   .reads_environment = true };
	int ret;

	/* A /proc that hides it makes each start of the service one of the machine to a yes that ends by
	 * itself: that is never longer for it. */
	if (boot_id(supervisor->boot, NULL) &&
	    getrandom(supervisor->boot, sizeof(supervisor->boot), 0) != sizeof(supervisor->boot))
		return error_set(error, -EIO, "no random bytes from the system");
	supervisor->started = time(NULL);
	declared_init(&supervisor->declared);
	supervisor->targets = calloc(SUPERVISOR_TARGETS, sizeof(*supervisor->targets));
	supervisor->files = calloc(TP_OBJECTS, sizeof(*supervisor->files));
	supervisor->leaving = calloc(TP_OBJECTS, sizeof(*supervisor->leaving));
	supervisor->mounts = mounts_open("/etc/fstab");
	if (!supervisor->targets || !supervisor->files || !supervisor->leaving ||
	    !supervisor->mounts)
		return error_set(error, -ENOMEM, "no memory for the targets");
	raise_limits();
	ret = start_inspector(service, error);
	if (ret)
		return ret;
	capture.ring_bytes = (uint32_t)supervisor->config->ring_mb << 20;
	capture.attach = supervisor->config->attach;
	supervisor->ring_bytes = capture.ring_bytes;
	ret = capture_open(&capture, &supervisor->capture, error);
	if (!ret)
		ret = running_silence(supervisor->capture, error);
	return ret ? ret : open_signals(supervisor, error);
}

/* From here on nobody is root. */
static int drop_supervisor(struct service *service, struct error *error)
{
	struct sandbox sandbox =
		role_sandbox(ROLE_SUPERVISOR, &service->accounts, &service->places);

	const char *lacked = NULL;

	notify_open();
	return sandbox_enter(&sandbox, service->needs.may_lack_landlock ? &lacked : NULL, error);
}

static int start_roles(struct service *service, struct error *error)
{
	int ret;

	ret = pair(service->collector_supervisor, error);
	if (!ret)
		ret = pair(service->collector_api, error);
	if (!ret)
		ret = pair(service->api_supervisor, error);
	if (!ret)
		ret = pair(service->loader, error);
	if (!ret) {
		keep_short(service->api_supervisor[1]);
		keep_short(service->collector_api[1]);
		ret = start_collector(service, error);
	}
	if (!ret) /* whoever is forked from now on has no business with the ring */
		ret = capture_hide(service->supervisor.capture, error);
	if (!ret)
		ret = start_api(service, error);
	if (!ret)
		ret = start_loader(service, error);
	if (!ret)
		ret = start_attach_helper(service, error);
	if (ret)
		return ret;
	close(service->collector_supervisor[1]);
	close(service->api_supervisor[1]);
	close(service->collector_api[0]);
	close(service->collector_api[1]);
	close(service->loader[1]);
	service->supervisor.collector_fd = service->collector_supervisor[0];
	service->supervisor.api_fd = service->api_supervisor[0];
	service->supervisor.loader_fd = service->loader[0];
	capture_use_loader(service->supervisor.capture, service->loader[0]);
	return 0;
}

/* It ends when nobody can ask it any more. */
static void end_role(struct keeper *keeper, int socket)
{
	if (!keeper)
		return;
	close(socket);
	keeper_stop(keeper, STOP_MS);
}

static void service_close(struct service *service)
{
	struct supervisor *supervisor = &service->supervisor;

	capture_close(supervisor->capture);
	end_role(supervisor->attaching, supervisor->attach_helper.socket);
	inspector_free(supervisor->inspector);
	end_role(supervisor->inspecting, service->inspector_supervisor[0]);
	table_clear(&supervisor->accounts);
	consents_close(supervisor->consents);
	config_free(supervisor->config);
	declared_clear(&supervisor->declared);
	free(supervisor->targets);
	free(supervisor->files);
	free(supervisor->leaving);
	watch_clear(supervisor);
	mounts_close(supervisor->mounts);
	cost_close(&supervisor->self);
	if (service->has_begun)
		last_run_end(service->places.state_lock_fd);
	places_close(&service->places);
	free(service);
}

static bool has_socket(const struct serve_options *options)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/control", options->runtime_directory);
	return !access(path, F_OK);
}

/* What one that was killed held in the kernel went with its processes. */
static void tell_last_run(struct service *service, const struct serve_options *options,
			  bool had_socket)
{
	struct last_run last = last_run_begin(service->places.state_lock_fd, clock_now_us());
	char since[CLOCK_TEXT];

	service->has_begun = true;
	if (!last.was_cut_off)
		return;
	clock_format(last.since_us, since);
	fprintf(stderr,
		"telprobe: the service before this one (process %d, since %s) did not end "
		"properly; nothing was captured since; cleared away: its hold on '%s'%s%s%s\n",
		last.pid, since, options->state_directory, had_socket ? " and its socket '" : "",
		had_socket ? service->places.socket : "", had_socket ? "'" : "");
}

int serve(const struct serve_options *options, struct error *error)
{
	struct service *service = calloc(1, sizeof(*service));
	bool had_socket;
	int ret;

	if (!service)
		return error_set(error, -ENOMEM, "no memory for the service");
	service->places = (struct places){ .lock_fd = -1, .state_lock_fd = -1, .listen_fd = -1 };
	if (geteuid() != 0) {
		ret = error_set(error, -EPERM, "the service is started by root");
		error_hint(error, "sudo telprobe serve; it drops its rights itself");
		goto close;
	}
	ret = prepare(service, options, error);
	had_socket = !ret && has_socket(options);
	if (!ret)
		ret = places_open(options, &service->accounts, &service->places, error);
	if (!ret)
		tell_last_run(service, options, had_socket);
	if (!ret)
		ret = open_supervisor(service, error);
	if (ret)
		goto close;
	ret = start_roles(service, error);
	if (!ret)
		ret = drop_supervisor(service, error);
	if (!ret)
		ret = consents_open(service->places.consent, &service->supervisor.consents, error);
	if (ret == -EBADMSG) { /* told, and counts as a no */
		fprintf(stderr, "telprobe: %s\n", error->what);
		ret = 0;
	}
	if (!ret)
		ret = supervisor_run(&service->supervisor);
close:
	service_close(service);
	return ret;
}
