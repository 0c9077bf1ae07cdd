/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_session.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "capture/ring.h"
#include "cli/run_totals.h"
#include "lib/boot.h"
#include "service/machine_firewall.h"

void run_act_as_user(const struct run_session *session)
{
	if (!session->identity.is_under_sudo)
		return;
	if (setegid(session->identity.gid) || seteuid(session->identity.uid))
		abort(); /* root may always; going on as root would open the user's files as root */
}

void run_act_as_root(const struct run_session *session)
{
	if (!session->identity.is_under_sudo)
		return;
	if (seteuid(0) || setegid(0))
		abort();
}

static int identify_ring(struct store_ring *ring, struct error *error)
{
	int ret = boot_id(ring->boot_id, error);

	if (ret)
		return ret;
	if (getrandom(ring->ring_id, sizeof(ring->ring_id), 0) != sizeof(ring->ring_id))
		return error_set(error, -EIO, "no random bytes from the system");
	return 0;
}

static int need_root(struct error *error)
{
	error_set(error, -EPERM, "attaching to a program needs root");
	return error_hint(error, "sudo telprobe run -- CMD runs CMD as yourself");
}

int run_session_open(uint32_t agreed, bool reads_environment, struct run_session *session,
		     struct error *error)
{
	struct capture_options options = { .objects = RUN_OBJECTS,
					   .reads_environment = reads_environment,
					   .asks_mapped = true };
	int ret;

	memset(session, 0, sizeof(*session));
	session->level = (enum tp_level)TP_AGREED_LEVEL(agreed);
	session->without = TP_AGREED_WITHOUT(agreed);
	if (geteuid() != 0)
		return need_root(error);
	prctl(PR_SET_DUMPABLE, 0);
	ret = inspector_new(&session->inspector, error); /* before anything else is open */
	if (ret)
		return ret;
	ret = child_identity_find(&session->identity, error);
	if (ret)
		return ret;
	session->is_silent = session->identity.is_silent;
	if (session->identity.is_under_sudo &&
	    setgroups((size_t)session->identity.group_count, session->identity.groups))
		return error_set(error, -errno, "cannot take the caller's groups: %s",
				 error_text(errno));
	ret = capture_open(&options, &session->capture, error);
	if (ret)
		return ret;
	ret = machine_firewall_new(NULL, &session->firewall, error);
	if (ret)
		return ret;
	clock_init(&session->clock, NULL);
	session->started_us = clock_now_us();
	return identify_ring(&session->ring, error);
}

void run_session_close(struct run_session *session)
{
	run_act_as_root(session);
	run_totals_close(session);
	capture_close(session->capture);
	inspector_free(session->inspector);
	firewall_free(session->firewall);
	child_identity_clear(&session->identity);
	memset(session, 0, sizeof(*session));
}

/* --- what the collector asks for ---------------------------------------------------------- */

static int source_text(void *data, uint16_t object, uint32_t place, char out[64])
{
	struct run_session *session = data;

	return inspector_text(session->inspector, object, place, out);
}

static const char *source_program(void *data, uint16_t object)
{
	struct run_session *session = data;

	return object ? capture_name(session->capture, object) : session->command;
}

static uint32_t source_generation(void *data, uint16_t object)
{
	struct run_session *session = data;

	return capture_generation(session->capture, object);
}

static int64_t source_utc_us(void *data, uint64_t monotonic_ns)
{
	struct run_session *session = data;

	return clock_utc_us(&session->clock, monotonic_ns);
}

static void source_refused(void *data, uint16_t object, enum firewall_layer layer, const char *text)
{
	struct run_session *session = data;
	struct run_refused *refused;
	size_t i;

	if (layer == FIREWALL_PROVENANCE)
		return; /* source_undeclared() knows more of it */
	for (i = 0; i < session->refused_count; i++) {
		refused = &session->refused[i];
		if (refused->object == object && refused->layer == layer &&
		    !strcmp(refused->text, text ? text : ""))
			return;
	}
	if (session->refused_count == RUN_REFUSED_NAMES) {
		session->refused_more++;
		return;
	}
	refused = &session->refused[session->refused_count++];
	snprintf(refused->text, sizeof(refused->text), "%s", text ? text : "");
	refused->object = object;
	refused->layer = layer;
}

static void source_undeclared(void *data, enum tp_type type, uint8_t kind, int index)
{
	struct run_session *session = data;

	undeclared_note(&session->undeclared, type, kind, index);
}

int run_keep_open(struct run_session *session, const char *path, struct run_keep *keep,
		  struct error *error)
{
	struct collector_source source = {
		.data = session,
		.text = source_text,
		.program = source_program,
		.generation = source_generation,
		.utc_us = source_utc_us,
		.refused = source_refused,
		.undeclared = source_undeclared,
	};
	int ret;

	memset(keep, 0, sizeof(*keep));
	run_act_as_user(session);
	ret = store_open(path, STORE_WRITE, session->identity.uid, &keep->store, error);
	run_act_as_root(session);
	if (ret)
		return ret;
	session->keep = keep;
	return collector_new(keep->store, session->firewall, &source, session->level,
			     &keep->collector, error);
}

void run_keep_close(struct run_session *session, struct run_keep *keep)
{
	run_act_as_user(session);
	collector_free(keep->collector);
	store_close(keep->store);
	run_act_as_root(session);
	memset(keep, 0, sizeof(*keep));
}
