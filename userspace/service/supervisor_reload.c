/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/error.h"
#include "report/text.h"
#include "service/notify.h"
#include "service/supervisor.h"
#include "service/target_change.h"

struct listener {	/* who is told what a reload changed */
	int client;	/* -1: the log alone */
	uint32_t told;	/* to the client */
	uint32_t wrong; /* of them problems */
};

static void send_notice(struct listener *listener, bool is_problem, const char *text)
{
	struct control_notice notice = { .kind = CONTROL_IS_NOTICE, .is_problem = is_problem };

	listener->wrong += is_problem;
	if (listener->client < 0 || listener->told == CONTROL_NOTICES)
		return;
	if (++listener->told == CONTROL_NOTICES)
		text = "and more like these; the service's log has them all";
	snprintf(notice.text, sizeof(notice.text), "%.*s", (int)sizeof(notice.text) - 1, text);
	if (control_answer(listener->client, &notice, sizeof(notice)))
		listener->client = -1; /* it has gone, or does not read */
}

__attribute__((format(printf, 2, 3))) static void tell(struct listener *listener,
						       const char *format, ...)
{
	char text[2 * CONTROL_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	error_make_printable(text); /* values of the configuration are whatever YAML can say */
	fprintf(stderr, "telprobe: %s\n", text);
	send_notice(listener, false, text);
}

static void tell_keys(struct listener *listener, const struct config *before,
		      const struct config *now)
{
	char was[256], is[256], origin[CONTROL_TEXT];
	const struct config_key *key;

	for (key = config_keys(); key->name; key++) {
		if (key->is_of_target ||
		    config_value(before, key->name, was, sizeof(was), origin, sizeof(origin)) ||
		    config_value(now, key->name, is, sizeof(is), origin, sizeof(origin)) ||
		    !strcmp(was, is))
			continue;
		tell(listener, "'%s' is %s, it was %s%s", key->name, is, was,
		     key->is_read_at_start ? "; that holds when the service is started again" : "");
	}
}

static void tell_target(struct listener *listener, const struct supervised_target *target,
			const struct config_target *was, bool has_limits)
{
	char changes[CONTROL_TEXT];

	if (target->config && was) {
		if (target_change(was, target->config, has_limits, changes, sizeof(changes)))
			tell(listener, "target '%s': %s", target->name, changes);
	} else if (target->config && target->files) {
		tell(listener, "target '%s' is watched: %u marker%s in %u file%s", target->name,
		     target->sites, text_s(target->sites), target->files, text_s(target->files));
	} else if (was) {
		tell(listener, "target '%s' is not watched any more", target->name);
	}
}

/* Which targets came, went and changed; @was: by row, as it was configured before, NULL: it was not. */
static void tell_targets(struct listener *listener, const struct supervisor *supervisor,
			 const struct config_target *const *was, bool has_limits)
{
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		tell_target(listener, &supervisor->targets[i], was[i], has_limits);
}

/* Those the log has already. */
static void send_problems(struct listener *listener, const struct supervisor *supervisor)
{
	char text[2 * CONTROL_TEXT];
	uint32_t i;

	for (i = 0; i < supervisor->config->problem_count; i++)
		send_notice(listener, true, supervisor->config->problems[i].text);
	for (i = 0; i < supervisor->target_count; i++) {
		const struct supervised_target *target = &supervisor->targets[i];

		if (!target->config || !target->problem[0])
			continue;
		snprintf(text, sizeof(text), "target '%s': %s", target->name, target->problem);
		send_notice(listener, true, text);
	}
}

static void exchange(struct supervisor *supervisor, struct config *config,
		     struct listener *listener)
{
	struct config *before = supervisor->config;
	const struct config_target *was[SUPERVISOR_TARGETS] = { NULL };
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++) {
		was[i] = supervisor->targets[i].config;
		supervisor->targets[i].config = NULL;
	}
	supervisor->config = config;
	supervisor_tell_limits(supervisor);
	targets_load(supervisor);
	consent_apply_all(supervisor);
	targets_rescan(supervisor);
	tell_keys(listener, before, config);
	tell_targets(listener, supervisor, was,
		     before->level_max == config->level_max && before->without == config->without);
	send_problems(listener, supervisor);
	config_free(before);
}

static int reload(struct supervisor *supervisor, struct listener *listener, struct error *error)
{
	struct config *config = NULL;
	int ret;

	notify_reloading();
	ret = config_read(supervisor->config_directory, &config, error);
	if (!ret)
		ret = privacy_try(supervisor, config, error);
	if (ret) {
		config_free(config);
		snprintf(supervisor->reload_problem, sizeof(supervisor->reload_problem),
			 "%.300s; the earlier configuration stays", error->what);
		fprintf(stderr, "telprobe: %s\n", supervisor->reload_problem);
	} else {
		supervisor->reload_problem[0] = '\0';
		exchange(supervisor, config, listener);
	}
	supervisor_tell_manager(supervisor, true);
	return ret;
}

static void answer(struct supervisor *supervisor, int client)
{
	struct listener listener = { .client = client };
	struct error error = { 0 };

	if (reload(supervisor, &listener, &error))
		control_answer_end(client, error.code, 0, supervisor->reload_problem, error.hint);
	else
		control_answer_end(client, 0, listener.wrong, supervisor->config_place, NULL);
}

bool reload_ask(struct supervisor *supervisor, uint32_t uid, int client)
{
	if (uid != 0) {
		control_answer_end(client, -EACCES, 0,
				   "only root may have the configuration read again",
				   "the service reads it when it starts, and on SIGHUP");
		return false;
	}
	if (supervisor->reload_count == SUPERVISOR_RELOADS) {
		control_answer_end(client, -EBUSY, 0,
				   "the service is asked to read its configuration again already",
				   "it does so as soon as all files are attached to");
		return false;
	}
	supervisor->reload_clients[supervisor->reload_count++] = client;
	return true;
}

void reload_next(struct supervisor *supervisor)
{
	struct listener log = { .client = -1 };
	struct error error = { 0 };
	int client;

	if (supervisor->has_to_reload) {
		supervisor->has_to_reload = false;
		reload(supervisor, &log, &error);
	}
	if (!supervisor->reload_count)
		return;
	client = supervisor->reload_clients[0];
	memmove(supervisor->reload_clients, supervisor->reload_clients + 1,
		(size_t)--supervisor->reload_count * sizeof(client));
	answer(supervisor, client);
	close(client);
}
