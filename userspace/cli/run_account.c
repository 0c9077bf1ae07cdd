/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_account.h"

#include <cjson/cJSON.h>
#include <inttypes.h>

#include "capture/capture.h"
#include "report/text.h"

struct reason {
	enum tp_counter counter;
	const char *name;
	const char *text;
};

static const struct reason reasons[] = {
#define TP_X(constant, name, text) { TP_COUNT_##constant, #name, text },
	TP_COUNTERS_TABLE(TP_X)
#undef TP_X
};

/* What a person has to know of; the rest are sums of what went well. */
static bool is_trouble(enum tp_counter counter)
{
	switch (counter) {
	case TP_COUNT_BEGINS:
	case TP_COUNT_ENDS:
	case TP_COUNT_CLOSED:
	case TP_COUNT_ABANDONED:
	case TP_COUNT_SINGLES:
	case TP_COUNT_AGGREGATED:
		return false;
	default:
		return true;
	}
}

static void add(struct tp_counters *sum, const struct tp_counters *part)
{
	int i;

	for (i = 0; i < TP_COUNTERS; i++)
		sum->count[i] += part->count[i];
}

/* File 0 stands for hits of others, refused at the door, and for the command's own end when its
 * file is none we know. */
static void add_unknown(struct run_account *account, int kind, struct tp_counters *set)
{
	static const enum tp_counter door[] = { TP_COUNT_REFUSED_CONSENT, TP_COUNT_REFUSED_LEASE,
						TP_COUNT_REFUSED_DISABLED };
	size_t i;

	for (i = 0; i < sizeof(door) / sizeof(door[0]); i++) {
		account->outside.count[door[i]] += set->count[door[i]];
		set->count[door[i]] = 0;
	}
	add(&account->total[kind], set);
}

int run_account_read(struct run_session *session, struct run_account *out, struct error *error)
{
	uint16_t last = capture_last_object(session->capture), object;
	struct tp_counters set;
	int kind, ret;

	*out = (struct run_account){ .kept = *collector_counts(session->keep->collector) };
	for (kind = 0; kind < TP_KINDS; kind++)
		for (object = 0; object <= last; object++) {
			ret = capture_count(session->capture, object, (enum tp_kind)kind, &set,
					    error);
			if (ret)
				return ret;
			if (object)
				add(&out->total[kind], &set);
			else
				add_unknown(out, kind, &set);
		}
	out->missed = capture_missed(session->capture);
	for (kind = 0; kind < TP_KINDS; kind++) {
		const __u64 *count = out->total[kind].count;

		out->events += count[TP_COUNT_CLOSED] + count[TP_COUNT_ABANDONED] +
			       count[TP_COUNT_SINGLES];
		if (kind < TP_SPAN_KINDS)
			out->open += capture_open_spans(&out->total[kind]);
	}
	out->events -= out->kept.noted; /* a process that began is no event */
	out->lost = out->events - out->kept.stored - out->kept.added;
	return 0;
}

bool run_account_is_exact(const struct run_account *account)
{
	uint64_t dropped = 0, aggregated = 0;
	int kind;

	for (kind = 0; kind < TP_KINDS; kind++) {
		const __u64 *count = account->total[kind].count;

		dropped += count[TP_COUNT_DROPPED_RING_FULL] + count[TP_COUNT_DROPPED_TOTALS_FULL];
		aggregated += count[TP_COUNT_AGGREGATED];
		if (kind >= TP_SPAN_KINDS)
			continue;
		if (count[TP_COUNT_ENDS] != count[TP_COUNT_CLOSED] + count[TP_COUNT_UNMATCHED] +
						    count[TP_COUNT_REFUSED_OWNER] +
						    count[TP_COUNT_REFUSED_DEPTH_END] ||
		    capture_open_spans(&account->total[kind]) < 0)
			return false;
	}
	return account->events + account->kept.noted == account->kept.taken + aggregated + dropped;
}

static void print_refused_names(FILE *out, const struct run_session *session)
{
	static const char *const why[FIREWALL_LAYERS] = {
		[FIREWALL_SHAPE] = "not an identifier, kept as [REDACTED]",
		[FIREWALL_PATTERN] = "looks sensitive, replaced; 'telprobe redact' names the rule",
		[FIREWALL_BLOCK] = "looks sensitive, its events are dropped: block_sensitive",
		[FIREWALL_IGNORE] = "the configuration ignores it, its events are dropped",
	};
	size_t i;

	for (i = 0; i < session->refused_count; i++) {
		const struct run_refused *refused = &session->refused[i];
		char text[sizeof(refused->text)];
		size_t byte;

		for (byte = 0; byte < sizeof(text); byte++) {
			unsigned char value = (unsigned char)refused->text[byte];

			text[byte] = value && (value < 0x20 || value >= 0x7f) ? '?' : (char)value;
		}
		fprintf(out, "  not stored: %s%s%s (%s)\n", text[0] ? "'" : "",
			text[0] ? text : "an empty or too long text", text[0] ? "'" : "",
			why[refused->layer]);
	}
	if (session->refused_more)
		fprintf(out, "  not stored: %" PRIu64 " more\n", session->refused_more);
}

static void print_losses(FILE *out, const struct run_account *account,
			 const struct run_session *session)
{
	int i;

	for (i = 0; i < LOSSES; i++)
		if (account->kept.lost[i] || account->kept.lost_spans[i])
			fprintf(out, "  %s: %" PRIu64 "\n", loss_text((enum loss)i),
				account->kept.lost[i] + account->kept.lost_spans[i]);
	if (account->kept.names_other)
		fprintf(out, "  %s: %" PRIu64 "\n", kept_other_text(), account->kept.names_other);
	if (account->missed)
		fprintf(out, "  hits while a program was running already: %" PRIu64 "\n",
			account->missed);
	if (session->unseen)
		fprintf(out, "  programs that ended before they could be looked at: %u\n",
			session->unseen);
	if (account->open > 0)
		fprintf(out, "  spans still open in processes that go on: %" PRId64 "\n",
			account->open);
	if (!run_account_is_exact(account))
		fprintf(out, "  the accounts do not add up: please report this\n");
}

void run_account_print(FILE *out, const struct run_account *account,
		       const struct run_session *session, const char *database)
{
	uint64_t kept = account->kept.stored + account->kept.added;
	double share = account->events ? 100.0 * (double)kept / (double)account->events : 100.0;
	bool is_basic = session->level == TP_LEVEL_BASIC;
	size_t i;
	int kind;

	fprintf(out, "%" PRIu64 " %s%s", kept, is_basic ? "command" : "event",
		text_s((int64_t)kept));
	if (is_basic)
		fputs(" in totals, no single event", out);
	if (database) {
		fputs(" kept in ", out);
		text_print(database, out);
	}
	if (account->lost)
		fprintf(out, ", %" PRIu64 " lost (%.3f %% complete)\n", account->lost, share);
	else
		fprintf(out, ", none lost%s\n", database ? "" : "; --db FILE keeps them");
	for (i = 0; i < TP_COUNTERS; i++) {
		uint64_t times = 0;

		for (kind = 0; is_trouble(reasons[i].counter) && kind < TP_KINDS; kind++)
			times += account->total[kind].count[reasons[i].counter];
		if (times)
			fprintf(out, "  %s: %" PRIu64 "\n", reasons[i].text, times);
	}
	print_losses(out, account, session);
	undeclared_print(out, &session->undeclared);
	print_refused_names(out, session);
}

struct cJSON *run_account_json(const struct run_account *account)
{
	cJSON *object = cJSON_CreateObject();
	size_t i;
	int kind;

	cJSON_AddNumberToObject(object, "events", (double)account->events);
	cJSON_AddNumberToObject(object, "stored", (double)account->kept.stored);
	cJSON_AddNumberToObject(object, "added", (double)account->kept.added);
	cJSON_AddNumberToObject(object, "lost", (double)account->lost);
	cJSON_AddNumberToObject(object, kept_other_name(), (double)account->kept.names_other);
	cJSON_AddNumberToObject(object, "open", (double)account->open);
	cJSON_AddNumberToObject(object, "missed", (double)account->missed);
	cJSON_AddBoolToObject(object, "exact", run_account_is_exact(account));
	cJSON_AddNumberToObject(object, "outside",
				(double)account->outside.count[TP_COUNT_REFUSED_CONSENT]);
	for (i = 0; i < TP_COUNTERS; i++) {
		uint64_t times = 0;

		for (kind = 0; kind < TP_KINDS; kind++)
			times += account->total[kind].count[reasons[i].counter];
		cJSON_AddNumberToObject(object, reasons[i].name, (double)times);
	}
	return object;
}
