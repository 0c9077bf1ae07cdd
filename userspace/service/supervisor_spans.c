/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_spans.c - spans of targets whose programs carry no markers, file by file. */
#include <stdio.h>

#include "service/spans.h"
#include "service/supervisor.h"

static bool is_told(const struct supervised_target *target, size_t span)
{
	return target->spans_told >> span & 1;
}

/* Of each sort one is enough to say. */
static void note(void *data, const struct spans_left_out *left_out)
{
	struct supervised_target *target = data;

	if (!left_out->is_absent && !target->left_out[0])
		snprintf(target->left_out, sizeof(target->left_out), "%.*s",
			 (int)sizeof(target->left_out) - 1, left_out->why);
	if (!left_out->is_absent || (target->absent[0] && !is_told(target, target->absent_span)))
		return;
	snprintf(target->absent, sizeof(target->absent), "%.*s", (int)sizeof(target->absent) - 1,
		 left_out->why);
	target->absent_span = left_out->span;
}

int target_tell_spans(struct supervisor *supervisor, struct supervised_target *target,
		      uint16_t object, const struct inspection *inspection, struct error *error)
{
	const struct spans_source source = {
		.inspector = supervisor->inspector,
		.object = object,
		.inspection = inspection,
		.path = capture_path(supervisor->capture, object),
	};
	struct spans spans;
	int ret;

	if (!target->config->span_count)
		return 0;
	ret = spans_find(&source, target->config, &supervisor->declared, note, target, &spans,
			 error);
	if (ret)
		return ret;
	target->spans_told |= spans.told;
	if (spans.probe_count)
		ret = capture_tell_spans(supervisor->capture, object, spans.spans, spans.span_count,
					 spans.probes, spans.probe_count, error);
	spans_clear(&spans);
	return ret;
}

const char *target_spans_left_out(const struct supervised_target *target)
{
	if (target->left_out[0])
		return target->left_out;
	return target->absent[0] && !is_told(target, target->absent_span) ? target->absent : NULL;
}

void target_configure(struct supervised_target *target, const struct config_target *config)
{
	const uint64_t spans = spans_print(config);

	target->config = config;
	if (target->spans == spans)
		return;
	target->spans = spans;
	target->spans_told = 0;
	target->left_out[0] = '\0';
	target->absent[0] = '\0';
}
