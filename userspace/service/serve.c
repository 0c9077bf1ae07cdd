/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/serve.h"

#include <errno.h>
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

#include "capture/ring.h"
#include "service/api.h"
#include "service/collector_role.h"
#include "service/notify.h"
#include "service/places.h"
#include "service/roles.h"
#include "service/running.h"
#include "service/supervisor.h"

enum { FILES_MAX = 32768 };

struct service { /* everything of the start, freed in one place */
	struct accounts accounts;
	struct places places;
	struct supervisor supervisor;
	int collector_supervisor[2], collector_api[2], api_supervisor[2];
	struct collector_role collector;
	struct api_options api;
};

static int api_work(void *data)
{
	const struct service *service = data;

	return api_run(&service->api) ? 1 : 0;
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

static int open_supervisor(struct service *service, const struct serve_options *options,
			   struct error *error)
{
	struct supervisor *supervisor = &service->supervisor;
	struct capture_options capture = { .objects = SUPERVISOR_OBJECTS,
					   .reads_environment = true };
	int ret;

	supervisor->config_directory = options->config_directory;
	supervisor->started = time(NULL);
	supervisor->targets = calloc(SUPERVISOR_TARGETS, sizeof(*supervisor->targets));
	supervisor->target_of = calloc(TP_OBJECTS, sizeof(*supervisor->target_of));
	if (!supervisor->targets || !supervisor->target_of)
		return error_set(error, -ENOMEM, "no memory for the targets");
	ret = config_read(options->config_directory, &supervisor->config, error);
	if (ret)
		return ret;
	raise_limits();
	ret = inspector_new(&supervisor->inspector, error);
	if (ret)
		return ret;
	capture.ring_bytes = (uint32_t)supervisor->config->ring_mb << 20;
	ret = capture_open(&capture, &supervisor->capture, error);
	if (!ret && capture_facts(supervisor->capture)->method != CAPTURE_UPROBE_MULTI) {
		ret = error_set(error, -ENOTSUP,
				"this kernel has no uprobe_multi links: attaching "
				"would need CAP_SYS_ADMIN, which no role keeps");
		error_hint(error, "Linux 6.6 or later has them; `telprobe run` works on this one");
	}
	if (!ret)
		ret = running_silence(supervisor->capture, error);
	return ret ? ret : open_signals(supervisor, error);
}

/* From here on nobody is root. */
static int drop_supervisor(struct service *service, struct error *error)
{
	struct sandbox sandbox =
		role_sandbox(ROLE_SUPERVISOR, &service->accounts, &service->places);
	struct supervisor *supervisor = &service->supervisor;
	int ret;

	notify_open();
	ret = sandbox_enter(&sandbox, NULL, error);
	if (ret)
		return ret;
	/* Nobody here could end one that root started, whatever a file makes of it. */
	inspector_free(supervisor->inspector);
	supervisor->inspector = NULL;
	return inspector_new(&supervisor->inspector, error);
}

static int start_roles(struct service *service, struct error *error)
{
	int ret;

	ret = pair(service->collector_supervisor, error);
	if (!ret)
		ret = pair(service->collector_api, error);
	if (!ret)
		ret = pair(service->api_supervisor, error);
	if (!ret) {
		keep_short(service->api_supervisor[1]);
		keep_short(service->collector_api[1]);
		ret = start_collector(service, error);
	}
	if (!ret) /* whoever is forked from now on has no business with the ring */
		ret = capture_hide(service->supervisor.capture, error);
	if (!ret)
		ret = start_api(service, error);
	if (ret)
		return ret;
	close(service->collector_supervisor[1]);
	close(service->api_supervisor[1]);
	close(service->collector_api[0]);
	close(service->collector_api[1]);
	service->supervisor.collector_fd = service->collector_supervisor[0];
	service->supervisor.api_fd = service->api_supervisor[0];
	return 0;
}

static void service_close(struct service *service)
{
	struct supervisor *supervisor = &service->supervisor;

	capture_close(supervisor->capture);
	inspector_free(supervisor->inspector);
	consents_close(supervisor->consents);
	config_free(supervisor->config);
	free(supervisor->targets);
	free(supervisor->target_of);
	places_close(&service->places);
	free(service);
}

int serve(const struct serve_options *options, struct error *error)
{
	struct service *service = calloc(1, sizeof(*service));
	int ret;

	if (!service)
		return error_set(error, -ENOMEM, "no memory for the service");
	service->places = (struct places){ .lock_fd = -1, .state_lock_fd = -1, .listen_fd = -1 };
	if (geteuid() != 0) {
		ret = error_set(error, -EPERM, "the service is started by root");
		error_hint(error, "sudo telprobe serve; it drops its rights itself");
		goto close;
	}
	ret = accounts_find(&service->accounts, error);
	if (!ret)
		ret = places_open(options, &service->accounts, &service->places, error);
	if (!ret)
		ret = open_supervisor(service, options, error);
	if (ret || options->is_check)
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
