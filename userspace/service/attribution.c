/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/attribution.h"

#include <errno.h>
#include <stdlib.h>

enum { PROCESSES_KEPT = 65536, SESSIONS_KEPT = 4096 };

struct session_key {
	int64_t app;
	int64_t version;
};

struct open_session {
	struct store_session session;
	bool is_changed; /* its last moment is later than the file says */
};

struct process {
	int64_t app; /* name id; 0: to be looked up */
	int64_t version;
	int64_t context;	      /* 0: none yet */
	int64_t context_session;      /* the session the context is of */
	struct open_session *session; /* NULL: to be looked up */
	struct name_place app_place;  /* as the last session_begin named them */
	struct name_place version_place;
	bool is_app_refused, is_name_other;
	uint64_t last_seen; /* attribution's clock */
};

void attribution_init(struct attribution *attribution, struct store *store,
		      struct vocabulary *vocabulary)
{
	attribution->store = store;
	attribution->vocabulary = vocabulary;
	attribution->clock = 0;
	table_init(&attribution->processes, sizeof(uint32_t), sizeof(struct process),
		   PROCESSES_KEPT);
	table_init(&attribution->sessions, sizeof(struct session_key),
		   sizeof(struct open_session *), SESSIONS_KEPT);
}

static void sessions_clear(struct attribution *attribution)
{
	struct open_session **session;
	struct process *process;
	size_t position = 0;

	while ((process = table_next(&attribution->processes, &position, NULL)))
		process->session = NULL;
	position = 0;
	while ((session = table_next(&attribution->sessions, &position, NULL)))
		free(*session);
	table_clear(&attribution->sessions);
}

void attribution_clear(struct attribution *attribution)
{
	sessions_clear(attribution);
	table_clear(&attribution->processes);
}

void attribution_forget_ids(struct attribution *attribution)
{
	struct process *process;
	size_t position = 0;

	sessions_clear(attribution);
	while ((process = table_next(&attribution->processes, &position, NULL))) {
		process->app = 0; /* looked up again by its place */
		process->context = 0;
	}
}

/* What was looked up stays; looked up again, a process is known by its program. */
void attribution_forget(struct attribution *attribution, const bool is_gone[TP_OBJECTS])
{
	struct process *process;
	size_t position = 0;

	while ((process = table_next(&attribution->processes, &position, NULL))) {
		if (is_gone[process->app_place.object])
			process->app_place = (struct name_place){ 0 };
		if (is_gone[process->version_place.object])
			process->version_place = (struct name_place){ 0 };
	}
}

static int no_memory(struct error *error)
{
	return error_set(error, -ENOMEM, "cannot collect: %s", error_text(-ENOMEM));
}

/* Forget the processes that were quiet for longer than most: the ends of some are never seen. */
static void sweep(struct attribution *attribution)
{
	struct table *processes = &attribution->processes, recent;
	struct process *process, *kept;
	unsigned __int128 sum = 0;
	uint64_t mean;
	size_t position = 0;
	const void *key;

	while ((process = table_next(processes, &position, NULL)))
		sum += process->last_seen;
	mean = (uint64_t)(sum / processes->count);
	table_init(&recent, sizeof(uint32_t), sizeof(*process), PROCESSES_KEPT);
	position = 0;
	while ((process = table_next(processes, &position, &key))) {
		if (process->last_seen <= mean)
			continue;
		kept = table_add(&recent, key);
		if (!kept)
			break;
		*kept = *process;
	}
	table_clear(processes);
	*processes = recent;
}

static struct process *process_of(struct attribution *attribution, uint32_t number)
{
	struct process *process = table_find(&attribution->processes, &number);

	if (!process) {
		if (attribution->processes.count >= PROCESSES_KEPT)
			sweep(attribution);
		process = table_add(&attribution->processes, &number);
	}
	if (process)
		process->last_seen = ++attribution->clock;
	return process;
}

/* What a process calls itself from here on. An absent app or version leaves what was known. */
static void process_name(struct process *process, const struct tp_event *event)
{
	struct name_place app = decode_place(event, 0), version = decode_place(event, 1);

	if (app.place)
		process->app_place = app;
	if (version.place)
		process->version_place = version;
	process->app = 0;
	process->session = NULL;
}

static int look_up(struct attribution *attribution, struct name_place place,
		   enum firewall_field field, struct vocabulary_name *out, struct error *error)
{
	return vocabulary_find(attribution->vocabulary, place.object, place.place, field, out,
			       error);
}

/* The ids of the process's app and version; a refused one counts as not named. */
static int process_look_up(struct attribution *attribution, struct process *process,
			   const struct tp_header *header, struct error *error)
{
	struct vocabulary_name app, version;
	bool is_other;
	int ret;

	ret = look_up(attribution, process->version_place, FIREWALL_VERSION, &version, error);
	if (!ret)
		ret = look_up(attribution, process->app_place, FIREWALL_APP, &app, error);
	is_other = !ret && app.is_other;
	if (!ret && (!app.id || app.is_refused))
		ret = vocabulary_program(attribution->vocabulary,
					 header->program ? header->program : header->object, &app,
					 error);
	if (ret)
		return ret;
	process->version = version.is_refused ? 0 : version.id;
	process->app = app.id;
	process->is_app_refused = app.is_refused;
	process->is_name_other = is_other || app.is_other || version.is_other;
	return 0;
}

int attribution_write(struct attribution *attribution, struct error *error)
{
	struct open_session **session;
	size_t position = 0;
	int ret;

	while ((session = table_next(&attribution->sessions, &position, NULL))) {
		if (!(*session)->is_changed)
			continue;
		ret = store_session_extend(attribution->store, &(*session)->session, error);
		if (ret)
			return ret;
		(*session)->is_changed = false;
	}
	return 0;
}

/* Where to keep the session of an app and version that has none open. */
static struct open_session *session_slot(struct attribution *attribution,
					 const struct session_key *key)
{
	struct open_session **session;

	if (attribution->sessions.count >= SESSIONS_KEPT)
		sessions_clear(attribution); /* they were written just before */
	session = table_add(&attribution->sessions, key);
	if (!session)
		return NULL;
	if (!*session)
		*session = calloc(1, sizeof(**session));
	if (*session)
		return *session;
	table_remove(&attribution->sessions, key);
	return NULL;
}

/* Let the process go on in the session its app has at @time_us. */
static int join_session(struct attribution *attribution, struct process *process, int64_t time_us,
			struct error *error)
{
	const struct session_key key = { .app = process->app, .version = process->version };
	struct open_session **known = table_find(&attribution->sessions, &key), *session;
	int ret;

	if (known && store_session_covers(&(*known)->session, time_us)) {
		process->session = *known;
		return 0;
	}
	ret = attribution_write(attribution, error); /* the store decides by what is written */
	if (ret)
		return ret;
	session = session_slot(attribution, &key);
	if (!session)
		return no_memory(error);
	ret = store_session(attribution->store, key.app, key.version, time_us, &session->session,
			    error);
	if (ret)
		return ret;
	process->session = session;
	return 0;
}

/* A context in a session that goes on at @time_us. */
static int enter_context(struct attribution *attribution, struct process *process, uint32_t number,
			 int64_t time_us, struct error *error)
{
	struct store_session *session;
	int ret = 0;

	if (!process->session || !store_session_covers(&process->session->session, time_us))
		ret = join_session(attribution, process, time_us, error);
	if (ret)
		return ret;
	session = &process->session->session;
	if (!process->context || process->context_session != session->id) {
		process->context = 0;
		ret = store_context(attribution->store, session->id, number, &process->context,
				    error);
		if (ret)
			return ret;
		process->context_session = session->id;
	}
	if (time_us > session->last_us) {
		session->last_us = time_us;
		process->session->is_changed = true;
	}
	if (time_us < session->started_us) {
		session->started_us = time_us;
		process->session->is_changed = true;
	}
	return 0;
}

int attribution_find(struct attribution *attribution, const union record *record, int64_t time_us,
		     struct attributed *out, struct error *error)
{
	const struct tp_header *header = &record->header;
	struct process *process = process_of(attribution, header->process);
	int ret = 0;

	if (!process)
		return no_memory(error);
	if (header->type == TP_SESSION_BEGIN)
		process_name(process, &record->event);
	if (!process->app)
		ret = process_look_up(attribution, process, header, error);
	if (!ret)
		ret = enter_context(attribution, process, header->process, time_us, error);
	if (ret)
		return ret;
	out->app = process->app;
	out->context = process->context;
	out->session = process->context_session;
	out->is_app_refused = process->is_app_refused;
	out->is_name_other = process->is_name_other;
	return 0;
}

int attribution_is_told(struct attribution *attribution, const union record *record,
			int64_t time_us, int64_t since_us, bool *out, struct error *error)
{
	struct process *process = process_of(attribution, record->header.process);
	struct session_key key = { 0 };
	struct open_session **known;
	int ret = 0;

	if (!process)
		return no_memory(error);
	if (!process->app)
		ret = process_look_up(attribution, process, &record->header, error);
	if (ret)
		return ret;
	key.app = process->app;
	key.version = process->version;
	known = table_find(&attribution->sessions, &key);
	*out = known && store_session_covers(&(*known)->session, time_us) &&
	       (*known)->session.last_us > since_us;
	return 0;
}

int attribution_inherit(struct attribution *attribution, uint32_t number, uint32_t parent,
			struct error *error)
{
	struct process *process = table_find(&attribution->processes, &parent), inherited;

	if (!process)
		return 0;
	inherited = *process;
	process = process_of(attribution, number);
	if (!process)
		return no_memory(error);
	inherited.last_seen = process->last_seen;
	inherited.context = 0;
	*process = inherited;
	return 0;
}

void attribution_end(struct attribution *attribution, uint32_t process)
{
	table_remove(&attribution->processes, &process);
}
