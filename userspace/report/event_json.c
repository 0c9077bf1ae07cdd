/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/event_json.h"

#include <float.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "lib/clock.h"
#include "store/bucket.h"

#define NS_A_MS 1e6
#define US_A_MS 1e3

/* cJSON's functions take NULL objects and return NULL without memory; @is_full remembers. */
struct out {
	cJSON *object;
	bool is_full;
};

static void put_text(struct out *out, const char *name, const char *text)
{
	if (text && !cJSON_AddStringToObject(out->object, name, text))
		out->is_full = true;
}

static void put_number(struct out *out, const char *name, double number)
{
	if (!cJSON_AddNumberToObject(out->object, name, number))
		out->is_full = true;
}

static void put_flag(struct out *out, const char *name, bool flag)
{
	if (!cJSON_AddBoolToObject(out->object, name, flag))
		out->is_full = true;
}

static void put_status(struct out *out, int32_t status)
{
	if (WIFSIGNALED(status))
		put_text(out, "signal", event_signal_text(WTERMSIG(status)));
	else
		put_number(out, "exit_code", WEXITSTATUS(status));
}

static void put_span(struct out *out, const struct store_row *row)
{
	put_text(out, "name", row->name[0]);
	put_text(out, "subcommand", row->name[1]);
	put_text(out, "profile", row->name[2]);
	put_text(out, "outcome", event_outcome_text(row->outcome));
	put_number(out, "duration_ms", (double)row->value / NS_A_MS);
	put_text(out, "error_category", row->name[3]);
	if (row->flags & TP_FLAG_BY_OUTER)
		put_text(out, "ended_by", "outer");
	if (row->flags & TP_FLAG_BY_EXEC)
		put_text(out, "ended_by", "exec");
	if (row->flags & TP_FLAG_BY_EXIT) {
		put_text(out, "ended_by", "exit");
		put_status(out, row->code);
	}
	put_number(out, "span", row->span);
}

static double clamped(double value)
{
	return value > DBL_MAX ? DBL_MAX : value < -DBL_MAX ? -DBL_MAX : value;
}

static void put_measure(struct out *out, const struct store_row *row)
{
	int32_t code = (int32_t)row->value;
	double small, large;

	put_text(out, "name", row->name[0]);
	put_text(out, "unit", row->name[1]);
	put_number(out, "value", clamped(bucket_value(code)));
	small = code ? bucket_upper(bucket_index(code) - 1) : 0;
	large = code ? bucket_upper(bucket_index(code)) : 0;
	put_number(out, "bucket_lower", clamped(code < 0 ? -large : small));
	put_number(out, "bucket_upper", clamped(code < 0 ? -small : large));
}

static void put_error(struct out *out, const struct store_row *row)
{
	put_text(out, "error_category", row->name[0]);
	put_text(out, "error_code", row->name[1]);
	if (row->type == TP_RECOVERED) {
		put_number(out, "attempts", (double)row->value);
		return;
	}
	put_text(out, "severity", event_severity_text(row->kind));
	put_flag(out, "recoverable", row->outcome == 1);
}

static void put_decision(struct out *out, const struct store_row *row)
{
	put_text(out, "subject", row->name[0]);
	put_text(out, "level", row->name[1]);
	put_text(out, "action", row->name[2]);
	put_text(out, "category", row->name[3]);
	if (!row->span)
		return;
	put_number(out, "decision", row->span);
	put_number(out, "waited_ms", (double)row->value / NS_A_MS);
}

static void put_lifecycle(struct out *out, const struct store_row *row)
{
	put_text(out, "action", row->name[0]);
	put_text(out, "method", row->name[1]);
	put_text(out, "version", row->name[2]);
	put_text(out, "other_version", row->name[3]);
	put_text(out, "category", row->name[4]);
	put_number(out, "number", (double)row->value);
}

static void put_exit(struct out *out, const struct store_row *row)
{
	put_number(out, "duration_ms", (double)row->value / NS_A_MS);
	put_status(out, row->code);
	put_flag(out, "forked", row->flags & TP_FLAG_FORKED);
	put_text(out, "started_by", event_starter_text(row->kind));
	if (!row->has_resources)
		return;
	put_number(out, "cpu_ms", (double)row->resources.cpu_us / US_A_MS);
	if (row->resources.peak_rss_kib)
		put_number(out, "peak_rss_kib", (double)row->resources.peak_rss_kib);
	put_number(out, "read_bytes", (double)row->resources.read_bytes);
	put_number(out, "written_bytes", (double)row->resources.written_bytes);
}

static void put_crash(struct out *out, const struct store_row *row)
{
	char text[EVENT_FRAMES_TEXT];

	put_status(out, row->code);
	put_flag(out, "forked", row->flags & TP_FLAG_FORKED);
	put_text(out, "group", row->name[0]);
	event_frames_text(row->frames, text);
	if (text[0])
		put_text(out, "frames", text);
}

static void put_named(struct out *out, const struct store_row *row, const char *first,
		      const char *second)
{
	put_text(out, first, row->name[0]);
	if (second)
		put_text(out, second, row->name[1]);
}

static void put_fields(struct out *out, const struct store_row *row)
{
	switch (row->type) {
	case TP_SPAN:
		put_span(out, row);
		break;
	case TP_TAG:
		put_named(out, row, "key", "value");
		break;
	case TP_COUNT:
		put_named(out, row, "name", NULL);
		put_number(out, "delta", (double)row->value);
		break;
	case TP_MEASURE:
		put_measure(out, row);
		break;
	case TP_ERROR:
	case TP_RECOVERED:
		put_error(out, row);
		break;
	case TP_FEATURE:
		put_named(out, row, "feature", "source");
		break;
	case TP_DECISION:
		put_decision(out, row);
		break;
	case TP_LIFECYCLE:
		put_lifecycle(out, row);
		break;
	case TP_SESSION_BEGIN:
		put_named(out, row, "app", "version");
		break;
	case TP_SESSION_END:
		put_named(out, row, "app", NULL);
		break;
	case TP_EXIT:
		put_exit(out, row);
		break;
	case TP_CRASH:
		put_crash(out, row);
		break;
	}
}

void event_process(struct store *store, const struct store_row *row, char out[9])
{
	char id[37];

	store_event_id(store, -row->context, id); /* no event has a negative id */
	memcpy(out, id, 8);
	out[8] = '\0';
}

static cJSON *end_object(struct out *out)
{
	if (!out->is_full)
		return out->object;
	cJSON_Delete(out->object);
	return NULL;
}

cJSON *event_payload(struct store *store, const struct store_row *row)
{
	struct out out = { .object = cJSON_CreateObject() };
	char process[9];

	put_fields(&out, row);
	if (row->parent)
		put_number(&out, "parent", row->parent);
	event_process(store, row, process);
	put_text(&out, "process", process);
	return end_object(&out);
}

static const char *architecture(void)
{
	static struct utsname names;

	if (!names.machine[0] && uname(&names))
		return "unknown";
	return names.machine;
}

static cJSON *source_json(const struct store_row *row, const struct session_tags *tags)
{
	const struct session_source *source = tags ? session_tags_of(tags, row) : NULL;
	struct out out = { .object = cJSON_CreateObject() };

	put_text(&out, "product", row->app);
	if (*row->version)
		put_text(&out, "version", row->version);
	else if (!cJSON_AddNullToObject(out.object, "version"))
		out.is_full = true;
	put_text(&out, "os", "linux");
	put_text(&out, "arch", architecture());
	if (source && source->runtime[0])
		put_text(&out, "runtime", source->runtime);
	if (source && source->tier[0])
		put_text(&out, "tier", source->tier);
	return end_object(&out);
}

static cJSON *session_json(const struct store_row *row)
{
	struct out out = { .object = cJSON_CreateObject() };
	char started[CLOCK_TEXT];

	clock_format(row->session_started_us, started);
	put_text(&out, "id", row->session);
	put_number(&out, "sequence", (double)row->sequence);
	put_text(&out, "started_at", started);
	return end_object(&out);
}

static void put_object(struct out *out, const char *name, cJSON *object)
{
	if (object && cJSON_AddItemToObject(out->object, name, object))
		return;
	cJSON_Delete(object);
	out->is_full = true;
}

cJSON *event_json(struct store *store, const struct store_row *row, const struct session_tags *tags)
{
	struct out out = { .object = cJSON_CreateObject() };
	char id[37], time[CLOCK_TEXT];

	store_event_id(store, row->id, id);
	clock_format(row->time_us, time);
	put_text(&out, "schema_version", EVENT_SCHEMA_VERSION);
	put_text(&out, "event_id", id);
	put_text(&out, "event_type", event_type_of(row));
	put_text(&out, "timestamp", time);
	put_object(&out, "source", source_json(row, tags));
	put_object(&out, "session", session_json(row));
	put_object(&out, "payload", event_payload(store, row));
	return end_object(&out);
}
