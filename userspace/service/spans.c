/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/spans.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

enum { SEARCH_MS = 3000 }; /* for all functions of a file: nobody else is served meanwhile */

struct search { /* for one span */
	const struct spans_source *source;
	const struct config_target *target;
	const struct config_span *span;
	int64_t until_ms;
	bool is_absent; /* what it is left out for */
	struct spans *out;
	char why[768];		    /* it is left out */
	char asked[INSPECT_SYMBOL]; /* the last function that was, and what it is */
	struct inspect_function function;
};

static int leave_out(struct search *search, const struct config_probe *probe, const char *why)
{
	const struct config_span *span = search->span;
	const bool is_usdt = probe->kind == CONFIG_PROBE_USDT;
	int used = 0;

	if (search->target->file)
		used = snprintf(search->why, sizeof(search->why),
				"%.200s:%u: span '%s' is left out: ", search->target->file,
				span->line, span->name);
	snprintf(search->why + used, sizeof(search->why) - (size_t)used,
		 "%s%s%s%.96s in '%.200s': %s",
		 is_usdt ? "usdt:" : "function:", is_usdt ? probe->provider : "",
		 is_usdt ? ":" : "", probe->name, search->source->path, why);
	return -ENOENT;
}

static int leave_out_dear(struct search *search, const struct config_probe *probe)
{
	return leave_out(search, probe,
			 "the kernel would step an instruction at each hit, which costs from 2 to "
			 "15 microseconds; 'dear: true' in the span allows it");
}

static int leave_out_absent(struct search *search, const struct config_probe *probe,
			    const char *why)
{
	search->is_absent = true;
	return leave_out(search, probe, why);
}

/* Once is enough: of two notes at one instruction, and of a probe that spans of one name share. */
static bool is_there(const struct search *search, const struct capture_probe *probe)
{
	const struct spans *out = search->out;
	const struct tp_foreign *mine = &out->spans[out->span_count], *its;
	size_t i;

	for (i = 0; i < out->probe_count; i++) {
		const struct capture_probe *other = &out->probes[i];

		if (other->role != probe->role || other->file_offset != probe->file_offset)
			continue;
		its = &out->spans[other->span];
		if (its == mine ||
		    (mine->pairing == TP_PAIRING_NESTED && its->pairing == TP_PAIRING_NESTED &&
		     its->name == mine->name && its->kind == mine->kind))
			return true;
	}
	return false;
}

/* The kernel counts up one semaphore an instruction. */
static bool has_other_semaphore(const struct search *search, const struct capture_probe *probe)
{
	const struct inspection *file = search->source->inspection;
	const struct spans *out = search->out;
	size_t i;

	for (i = 0; i < out->probe_count; i++)
		if (out->probes[i].file_offset == probe->file_offset &&
		    out->probes[i].semaphore_offset != probe->semaphore_offset)
			return true;
	for (i = 0; i < file->site_count; i++)
		if (file->sites[i].marker >= 0 &&
		    file->sites[i].file_offset == probe->file_offset &&
		    file->sites[i].semaphore_offset != probe->semaphore_offset)
			return true;
	return false;
}

/* Which comes first would be the kernel's choice. */
static bool has_other_role(const struct search *search, const struct capture_probe *probe)
{
	const struct spans *out = search->out;
	size_t i;

	for (i = 0; i < out->probe_count; i++)
		if (out->probes[i].span == out->span_count &&
		    out->probes[i].file_offset == probe->file_offset &&
		    out->probes[i].role != probe->role)
			return true;
	return false;
}

static int add(struct search *search, const struct config_probe *configured,
	       const struct capture_probe *probe, uint32_t cost)
{
	struct spans *out = search->out;

	if (cost == INSPECT_COST_STEPPED && !search->span->may_be_dear)
		return leave_out_dear(search, configured);
	if (is_there(search, probe))
		return 0;
	if (has_other_role(search, probe))
		return leave_out(search, configured,
				 "two probes of the span stand at one instruction");
	if (has_other_semaphore(search, probe))
		return leave_out(search, configured,
				 "a USDT probe with another semaphore is used at that instruction");
	if (out->probe_count == SPANS_PROBES)
		return leave_out(search, configured, "the file has too many probes already");
	out->probes[out->probe_count] = *probe;
	out->probes[out->probe_count].is_dear = cost == INSPECT_COST_STEPPED;
	out->probes[out->probe_count++].span = (uint32_t)out->span_count;
	return 0;
}

static int add_usdt(struct search *search, const struct config_probe *probe,
		    enum tp_foreign_role role)
{
	const struct inspection *file = search->source->inspection;
	int ret = -ENOENT;
	size_t i;

	for (i = 0; i < file->site_count; i++) {
		const struct inspect_site *site = &file->sites[i];
		const struct capture_probe at = { .file_offset = site->file_offset,
						  .semaphore_offset = site->semaphore_offset,
						  .place = site->place,
						  .role = role };

		if (strcmp(site->provider, probe->provider) != 0 ||
		    strcmp(site->name, probe->name) != 0)
			continue;
		if (site->marker >= 0)
			return leave_out(search, probe, "it is a marker, which is told anyway");
		if (site->reason != INSPECT_USABLE)
			return leave_out(search, probe, inspect_reason_text(site->reason));
		ret = add(search, probe, &at, site->cost);
		if (ret)
			return ret;
	}
	return ret ? leave_out_absent(search, probe, "there is no such probe") : 0;
}

static int add_point(struct search *search, const struct config_probe *probe,
		     const struct inspect_point *point, enum tp_foreign_role role)
{
	const struct capture_probe at = { .file_offset = point->file_offset,
					  .place = point->place,
					  .role = role };

	return add(search, probe, &at, point->cost);
}

/* Whatever became of the one question, the file has other spans, and markers. */
static int leave_out_unread(struct search *search, const struct config_probe *probe, int ret)
{
	if (ret == -ENOMEM)
		return ret;
	if (ret == -E2BIG)
		return leave_out_absent(search, probe, inspect_reason_text(INSPECT_NO_FUNCTION));
	if (ret == -ETIMEDOUT || ret == -EAGAIN)
		return leave_out(search, probe, "to look for functions took more than 3 s");
	return leave_out(search, probe, "the process that reads files could not tell");
}

/* A span that returns asks for its function twice, and several may fail by one.
 * Return: 0; what inspector_function() failed with. */
static int ask_function(struct search *search, const char *name)
{
	const struct spans_source *source = search->source;
	int ret;

	if (!strcmp(search->asked, name))
		return 0;
	search->asked[0] = '\0';
	if (clock_monotonic_ms() >= search->until_ms)
		return -ETIMEDOUT;
	ret = inspector_function(source->inspector, source->object, name, &search->function);
	if (!ret)
		snprintf(search->asked, sizeof(search->asked), "%s", name);
	return ret;
}

static int add_function(struct search *search, const struct config_probe *probe,
			enum tp_foreign_role role)
{
	const struct inspect_function *function = &search->function;
	uint32_t i;
	int ret;

	if (search->source->inspection->has_go)
		return leave_out(search, probe, inspect_reason_text(INSPECT_GO));
	ret = ask_function(search, probe->name);
	if (ret)
		return leave_out_unread(search, probe, ret);
	if (function->entry_reason == INSPECT_NO_FUNCTION)
		return leave_out_absent(search, probe, inspect_reason_text(INSPECT_NO_FUNCTION));
	if (function->entry_reason)
		return leave_out(search, probe, inspect_reason_text(function->entry_reason));
	if (role != TP_FOREIGN_RETURN)
		return add_point(search, probe, &function->entry, role);
	if (function->return_reason)
		return leave_out(search, probe, inspect_reason_text(function->return_reason));
	for (i = 0; i < function->return_count && !ret; i++)
		ret = add_point(search, probe, &function->returns[i], role);
	return ret;
}

static int add_probe(struct search *search, const struct config_probe *probe,
		     enum tp_foreign_role role)
{
	switch (probe->kind) {
	case CONFIG_PROBE_NONE:
		return 0;
	case CONFIG_PROBE_USDT:
		return add_usdt(search, probe, role);
	case CONFIG_PROBE_RETURN:
		return add_function(search, &search->span->begin, TP_FOREIGN_RETURN);
	case CONFIG_PROBE_FUNCTION:
		break;
	}
	return add_function(search, probe, role);
}

/* Return: 0; -ENOENT: it is left out; what inspector_function() failed with. */
static int find_span(struct search *search, struct declared *names)
{
	const struct config_span *span = search->span;
	const size_t before = search->out->probe_count;
	uint32_t name = declared_number(names, span->name);
	int ret;

	search->out->spans[search->out->span_count] = (struct tp_foreign){
		.name = TP_PLACE_DECLARED + name,
		.value = span->value,
		.kind = (uint8_t)span->kind,
		.pairing = (uint8_t)span->pairing,
		.argument = span->argument,
		.recursion = (uint8_t)span->recursion,
		.failure = (uint8_t)span->failure,
		.bytes = span->bytes,
		.can_fail = span->failed.kind != CONFIG_PROBE_NONE ||
			    span->cancelled.kind != CONFIG_PROBE_NONE,
		.argument_bytes = span->argument_bytes,
	};
	ret = name ? add_probe(search, &span->begin, TP_FOREIGN_BEGIN)
		   : leave_out(search, &span->begin, "there are too many names");
	if (!ret)
		ret = add_probe(search, &span->end, TP_FOREIGN_END);
	if (!ret)
		ret = add_probe(search, &span->failed, TP_FOREIGN_FAILED);
	if (!ret)
		ret = add_probe(search, &span->cancelled, TP_FOREIGN_CANCELLED);
	if (ret)
		search->out->probe_count = before;
	else
		search->out->span_count++;
	return ret;
}

int spans_find(const struct spans_source *source, const struct config_target *target,
	       struct declared *names,
	       void (*tell)(void *data, const struct spans_left_out *left_out), void *data,
	       struct spans *out, struct error *error)
{
	struct search search = {
		.source = source,
		.target = target,
		.out = out,
		.until_ms = clock_monotonic_ms() + SEARCH_MS,
	};
	size_t i;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	out->spans = calloc(target->span_count + 1, sizeof(*out->spans));
	out->probes = calloc(SPANS_PROBES, sizeof(*out->probes));
	if (!out->spans || !out->probes)
		ret = error_set(error, -ENOMEM, "no memory for the spans of '%s'", source->path);
	for (i = 0; i < target->span_count && !ret; i++) {
		search.span = &target->spans[i];
		search.is_absent = false;
		ret = find_span(&search, names);
		if (!ret) {
			out->told |= 1ull << i;
		} else if (ret == -ENOENT) {
			const struct spans_left_out left_out = { i, search.is_absent, search.why };

			tell(data, &left_out);
			ret = 0;
		} else {
			error_set(error, ret, "cannot look for the functions of '%s': %s",
				  source->path, error_text(ret));
		}
	}
	if (ret)
		spans_clear(out);
	return ret;
}

void spans_clear(struct spans *spans)
{
	free(spans->spans);
	free(spans->probes);
	memset(spans, 0, sizeof(*spans));
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t count)
{
	const unsigned char *at = bytes;

	while (count--)
		hash = (hash ^ *at++) * 1099511628211u;
	return hash;
}

static uint64_t mix_probe(uint64_t hash, const struct config_probe *probe)
{
	hash = mix(hash, &probe->kind, sizeof(probe->kind));
	hash = mix(hash, probe->provider, strlen(probe->provider) + 1);
	return mix(hash, probe->name, strlen(probe->name) + 1);
}

uint64_t spans_print(const struct config_target *target)
{
	uint64_t hash = 14695981039346656037u;
	size_t i;

	if (!target || !target->span_count)
		return 0;
	for (i = 0; i < target->span_count; i++) {
		const struct config_span *span = &target->spans[i];
		const int32_t numbers[] = { span->argument_bytes,
					    (int32_t)span->kind,
					    (int32_t)span->pairing,
					    span->argument,
					    (int32_t)span->recursion,
					    (int32_t)span->failure,
					    span->value,
					    span->bytes,
					    span->may_be_dear };

		hash = mix(hash, span->name, strlen(span->name) + 1);
		hash = mix_probe(hash, &span->begin);
		hash = mix_probe(hash, &span->end);
		hash = mix_probe(hash, &span->failed);
		hash = mix_probe(hash, &span->cancelled);
		hash = mix(hash, numbers, sizeof(numbers));
	}
	return hash ? hash : 1;
}
