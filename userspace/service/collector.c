/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/collector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/decode.h"
#include "service/vocabulary.h"

enum {
	SHAPES_KEPT = 65536,
	PROCESSES_KEPT = 65536,
	SESSIONS_KEPT = 4096,
};

/* What events that share a series have in common, before any name is looked up. */
struct shape {
	int64_t app;
	uint32_t name[TP_NAMES]; /* places */
	int32_t code;
	uint16_t object;
	uint16_t program;
	uint8_t type;
	uint8_t kind;
	uint8_t outcome;
	uint8_t flags;
};

struct known_shape {
	int64_t series;
	bool is_refused; /* a placeholder stands for one of its names */
};

struct session_key {
	int64_t app;
	int64_t version;
};

struct open_session {
	struct store_session session;
	bool is_changed; /* its last moment is later than the file says */
};

struct place { /* of a name in a file; place 0: none */
	uint32_t place;
	uint16_t object;
};

struct process {
	int64_t app; /* name id; 0: to be looked up */
	int64_t version;
	int64_t context;	      /* 0: none yet */
	int64_t context_session;      /* the session the context is of */
	struct open_session *session; /* NULL: to be looked up */
	struct place app_place;	      /* as the last session_begin named them */
	struct place version_place;
	bool is_app_refused;
	uint64_t last_taken; /* the record it was seen with last */
};

struct collector {
	struct store *store;
	struct collector_source source;
	struct vocabulary vocabulary;
	struct table shapes;	/* struct shape to struct known_shape */
	struct table processes; /* number to struct process */
	struct table sessions;	/* struct session_key to struct open_session * */
	struct collector_counts counts;
	uint64_t generation; /* of the store, when the ids above were remembered */
	size_t pending;
	bool is_in_batch;
	bool keeps_resources;
};

_Static_assert(sizeof(struct shape) == 40, "a key has no padding");

int collector_new(struct store *store, struct firewall *firewall,
		  const struct collector_source *source, int level, struct collector **out,
		  struct error *error)
{
	struct collector *collector = calloc(1, sizeof(*collector));

	if (!collector)
		return error_set(error, -ENOMEM, "cannot start collecting: %s",
				 error_text(-ENOMEM));
	collector->store = store;
	collector->source = *source;
	collector->keeps_resources = level >= TP_LEVEL_FULL;
	collector->generation = store_generation(store);
	vocabulary_init(&collector->vocabulary, store, firewall, source);
	table_init(&collector->shapes, sizeof(struct shape), sizeof(struct known_shape),
		   SHAPES_KEPT);
	table_init(&collector->processes, sizeof(uint32_t), sizeof(struct process),
		   PROCESSES_KEPT);
	table_init(&collector->sessions, sizeof(struct session_key),
		   sizeof(struct open_session *), SESSIONS_KEPT);
	*out = collector;
	return 0;
}

static void sessions_clear(struct collector *collector)
{
	struct open_session **session;
	struct process *process;
	size_t position = 0;

	while ((process = table_next(&collector->processes, &position, NULL)))
		process->session = NULL;
	position = 0;
	while ((session = table_next(&collector->sessions, &position, NULL)))
		free(*session);
	table_clear(&collector->sessions);
}

void collector_free(struct collector *collector)
{
	if (!collector)
		return;
	sessions_clear(collector);
	table_clear(&collector->processes);
	table_clear(&collector->shapes);
	vocabulary_clear(&collector->vocabulary);
	free(collector);
}

/* The ids of a batch that was rolled back, or of a file somebody erased, mean nothing any more.
 * What a process named itself is looked up again by its place. */
static void forget_ids(struct collector *collector)
{
	struct process *process;
	size_t position = 0;

	vocabulary_forget_ids(&collector->vocabulary);
	table_clear(&collector->shapes);
	sessions_clear(collector);
	while ((process = table_next(&collector->processes, &position, NULL))) {
		process->app = 0;
		process->context = 0;
	}
}

static int no_memory(struct error *error)
{
	return error_set(error, -ENOMEM, "cannot collect: %s", error_text(-ENOMEM));
}

static int begin(struct collector *collector, struct error *error)
{
	int ret;

	if (collector->is_in_batch)
		return 0;
	ret = store_begin(collector->store, error);
	if (ret)
		return ret;
	collector->is_in_batch = true;
	if (store_generation(collector->store) != collector->generation)
		forget_ids(collector);
	collector->generation = store_generation(collector->store);
	return 0;
}

/* The batch is lost, with @more events that had not been added to it yet. */
static void give_up(struct collector *collector, size_t more)
{
	store_rollback(collector->store);
	collector->is_in_batch = false;
	collector->counts.lost[COLLECTOR_STORE_ERROR] += collector->pending + more;
	collector->pending = 0;
}

/* --- processes ---------------------------------------------------------------------------- */

/* Forget the processes that were quiet for longer than most: the ends of some are never seen. */
static void sweep(struct collector *collector)
{
	struct table *processes = &collector->processes, recent;
	struct process *process, *kept;
	unsigned __int128 sum = 0;
	uint64_t mean;
	size_t position = 0;
	const void *key;

	while ((process = table_next(processes, &position, NULL)))
		sum += process->last_taken;
	mean = (uint64_t)(sum / processes->count);
	table_init(&recent, sizeof(uint32_t), sizeof(*process), PROCESSES_KEPT);
	position = 0;
	while ((process = table_next(processes, &position, &key))) {
		if (process->last_taken <= mean)
			continue;
		kept = table_add(&recent, key);
		if (!kept)
			break;
		*kept = *process;
	}
	table_clear(processes);
	*processes = recent;
}

static struct process *process_of(struct collector *collector, uint32_t number)
{
	struct process *process = table_find(&collector->processes, &number);

	if (!process) {
		if (collector->processes.count >= PROCESSES_KEPT)
			sweep(collector);
		process = table_add(&collector->processes, &number);
	}
	if (process)
		process->last_taken = collector->counts.taken;
	return process;
}

static struct place place_of(const struct tp_event *event, int name)
{
	const struct tp_header *header = &event->header;
	bool is_in_program = header->flags & (TP_FLAG_NAME_IN_PROGRAM << name);

	return (struct place){
		.place = event->name[name],
		.object = is_in_program ? header->program : header->object,
	};
}

/* What a process calls itself from here on. An absent app or version leaves what was known. */
static void process_name(struct process *process, const struct tp_event *event)
{
	struct place app = place_of(event, 0), version = place_of(event, 1);

	if (app.place)
		process->app_place = app;
	if (version.place)
		process->version_place = version;
	process->app = 0;
	process->session = NULL;
}

static int look_up(struct collector *collector, struct place place, enum firewall_field field,
		   struct vocabulary_name *out, struct error *error)
{
	return vocabulary_find(&collector->vocabulary, place.object, place.place, field, out,
			       error);
}

/* The ids of the process's app and version; a refused one counts as not named. */
static int process_look_up(struct collector *collector, struct process *process,
			   const struct tp_header *header, struct error *error)
{
	struct vocabulary_name app, version;
	int ret;

	ret = look_up(collector, process->version_place, FIREWALL_VERSION, &version, error);
	if (!ret)
		ret = look_up(collector, process->app_place, FIREWALL_APP, &app, error);
	if (!ret && (!app.id || app.is_refused))
		ret = vocabulary_program(&collector->vocabulary,
					 header->program ? header->program : header->object, &app,
					 error);
	if (ret)
		return ret;
	process->version = version.is_refused ? 0 : version.id;
	process->app = app.id;
	process->is_app_refused = app.is_refused;
	return 0;
}

/* --- sessions ----------------------------------------------------------------------------- */

static int write_sessions(struct collector *collector, struct error *error)
{
	struct open_session **session;
	size_t position = 0;
	int ret;

	while ((session = table_next(&collector->sessions, &position, NULL))) {
		if (!(*session)->is_changed)
			continue;
		ret = store_session_extend(collector->store, &(*session)->session, error);
		if (ret)
			return ret;
		(*session)->is_changed = false;
	}
	return 0;
}

static struct open_session *session_slot(struct collector *collector, const struct process *process)
{
	const struct session_key key = {.app = process->app, .version = process->version};
	struct open_session **session;

	if (collector->sessions.count >= SESSIONS_KEPT)
		sessions_clear(collector); /* they were written just before */
	session = table_add(&collector->sessions, &key);
	if (!session)
		return NULL;
	if (!*session)
		*session = calloc(1, sizeof(**session));
	if (*session)
		return *session;
	table_remove(&collector->sessions, &key);
	return NULL;
}

/* Let the process go on in the session its app has at @time_us. */
static int join_session(struct collector *collector, struct process *process, int64_t time_us,
			struct error *error)
{
	struct open_session *session;
	int ret = write_sessions(collector, error); /* the store decides by what is written */

	if (ret)
		return ret;
	session = session_slot(collector, process);
	if (!session)
		return no_memory(error);
	if (!session->session.id || !store_session_covers(&session->session, time_us))
		ret = store_session(collector->store, process->app, process->version, time_us,
				    &session->session, error);
	if (!ret)
		process->session = session;
	return ret;
}

/* A context in a session that goes on at @time_us. */
static int enter_context(struct collector *collector, struct process *process, uint32_t number,
			 int64_t time_us, struct error *error)
{
	struct store_session *session;
	int ret = 0;

	if (!process->session || !store_session_covers(&process->session->session, time_us))
		ret = join_session(collector, process, time_us, error);
	if (ret)
		return ret;
	session = &process->session->session;
	if (!process->context || process->context_session != session->id) {
		process->context = 0;
		ret = store_context(collector->store, session->id, number, &process->context,
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

/* --- series ------------------------------------------------------------------------------- */

static void shape_set(struct shape *shape, const union record *record, const struct process *process)
{
	const struct tp_header *header = &record->header;

	shape->app = process->app;
	shape->object = header->object;
	shape->program = header->program;
	shape->type = header->type;
	shape->kind = header->kind;
	shape->outcome = header->outcome;
	shape->flags = header->flags;
	if (header->type == TP_EXIT) {
		shape->code = record->exit.code;
		return;
	}
	shape->code = record->event.code;
	memcpy(shape->name, record->event.name, sizeof(shape->name));
}

static uint8_t stored_flags(const struct tp_header *header)
{
	const uint8_t ended = TP_FLAG_BY_OUTER | TP_FLAG_BY_EXEC | TP_FLAG_BY_EXIT;

	return header->flags & (header->type == TP_EXIT ? TP_FLAG_FORKED : ended);
}

static int add_series(struct collector *collector, const union record *record,
		      const struct shape *shape, struct known_shape *out, struct error *error)
{
	struct store_series series = {
		.app = shape->app,
		.type = shape->type,
		.kind = shape->kind,
		.outcome = shape->outcome,
		.flags = stored_flags(&record->header),
		.code = shape->code,
	};
	const enum firewall_field *fields;
	struct vocabulary_name name;
	int i, ret, names = decode_names(shape->type, &fields);

	out->is_refused = false;
	for (i = 0; i < names; i++) {
		ret = look_up(collector, place_of(&record->event, i), fields[i], &name, error);
		if (ret)
			return ret;
		series.name[i] = name.id;
		out->is_refused |= name.is_refused;
	}
	return store_series(collector->store, &series, &out->series, error);
}

static int find_series(struct collector *collector, const union record *record,
		       const struct process *process, struct known_shape *out,
		       struct error *error)
{
	struct known_shape *known;
	struct shape shape = {0};
	int ret;

	shape_set(&shape, record, process);
	known = table_find(&collector->shapes, &shape);
	if (known) {
		*out = *known;
		return 0;
	}
	ret = add_series(collector, record, &shape, out, error);
	if (ret)
		return ret;
	if (collector->shapes.count >= SHAPES_KEPT)
		table_clear(&collector->shapes);
	known = table_add(&collector->shapes, &shape);
	if (known) /* without memory it is looked up again next time */
		*known = *out;
	return 0;
}

/* --- records ------------------------------------------------------------------------------ */

static void resources_set(struct store_resources *resources, const struct tp_exit *exit)
{
	resources->cpu_us = (int64_t)(exit->cpu_ns / 1000);
	resources->peak_rss_kib = exit->peak_rss_kib;
	resources->read_bytes = (int64_t)exit->read_bytes;
	resources->written_bytes = (int64_t)exit->written_bytes;
}

/* Return: 0 stored or to be, negative errno when the store failed. */
static int add_event(struct collector *collector, const union record *record,
		     struct process *process, struct store_event *event, struct error *error)
{
	const struct tp_header *header = &record->header;
	struct store_resources resources;
	struct known_shape shape;
	int ret = 0;

	if (header->type == TP_SESSION_BEGIN)
		process_name(process, &record->event);
	if (!process->app)
		ret = process_look_up(collector, process, header, error);
	if (!ret)
		ret = enter_context(collector, process, header->process, event->time_us, error);
	if (!ret)
		ret = find_series(collector, record, process, &shape, error);
	if (ret)
		return ret;
	if (header->type == TP_EXIT && collector->keeps_resources) {
		resources_set(&resources, &record->exit);
		event->resources = &resources;
	} else if (header->type != TP_EXIT) {
		event->span = record->event.span;
		event->parent = record->event.parent;
	}
	event->context = process->context;
	event->series = shape.series;
	ret = store_add(collector->store, event, error);
	if (!ret && (shape.is_refused || process->is_app_refused))
		collector->counts.names_refused++;
	return ret;
}

static int store_record(struct collector *collector, const union record *record,
			struct store_event *event, struct error *error)
{
	uint32_t number = record->header.process;
	struct process *process;
	int ret = begin(collector, error);

	if (ret)
		return ret;
	process = process_of(collector, number);
	ret = process ? add_event(collector, record, process, event, error) : no_memory(error);
	if (record->header.type == TP_EXIT || record->header.type == TP_OPTED_OUT)
		table_remove(&collector->processes, &number); /* nothing comes behind it */
	return ret;
}

int collector_take(struct collector *collector, const void *bytes, size_t size,
		   struct error *error)
{
	struct collector_counts *counts = &collector->counts;
	struct store_event event = {0};
	union record record;
	int ret;

	counts->taken++;
	if (!decode_record(bytes, size, &record)) {
		counts->lost[COLLECTOR_BAD_RECORD]++;
		return 0;
	}
	if (record.header.type == TP_EXEC) {
		counts->noted++;
		return 0;
	}
	if (!decode_value(&record, &event.value)) {
		counts->lost[COLLECTOR_NOT_FINITE]++;
		return 0;
	}
	event.time_us = collector->source.utc_us(collector->source.data, record.header.time_ns);
	if (event.time_us < 0 || event.time_us >= STORE_TIME_MAX_US) {
		counts->lost[COLLECTOR_BAD_RECORD]++;
		return 0;
	}
	ret = store_record(collector, &record, &event, error);
	if (ret)
		give_up(collector, 1);
	else
		collector->pending++;
	return ret;
}

int collector_commit(struct collector *collector, const struct store_ring *ring,
		     uint64_t old_position, uint64_t new_position, struct error *error)
{
	int ret = 0;

	if (!collector->is_in_batch && (!ring || old_position == new_position))
		return 0;
	if (collector->is_in_batch)
		ret = write_sessions(collector, error);
	if (!ret)
		ret = store_commit(collector->store, ring, old_position, new_position, error);
	if (ret) {
		give_up(collector, 0);
		return ret;
	}
	collector->is_in_batch = false;
	collector->counts.stored += collector->pending;
	collector->pending = 0;
	return 0;
}

size_t collector_pending(const struct collector *collector)
{
	return collector->pending;
}

const struct collector_counts *collector_counts(const struct collector *collector)
{
	return &collector->counts;
}

const char *collector_loss_text(enum collector_loss loss)
{
	static const char *const texts[COLLECTOR_LOSSES] = {
		[COLLECTOR_BAD_RECORD] = "records of an unknown layout",
		[COLLECTOR_STORE_ERROR] = "events that could not be written to the database",
		[COLLECTOR_NOT_FINITE] = "measures that are no number (NaN or infinite)",
	};

	return loss < COLLECTOR_LOSSES ? texts[loss] : "unknown reason";
}
