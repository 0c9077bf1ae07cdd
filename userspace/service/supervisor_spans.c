/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_spans.c - spans of targets whose programs carry no markers, file by file. */
#include <stdio.h>

#include "service/spans.h"
#include "service/supervisor.h"

struct telling {
	struct supervised_target *target;
	uint16_t object;
	struct file_spans *spans;
};

static void note(void *data, const struct spans_left_out *left_out)
{
	const struct telling *telling = data;
	struct supervised_target *target = telling->target;

	if (left_out->is_absent) {
		telling->spans->absent |= 1ull << left_out->span;
		return;
	}
	if (!telling->spans->refused)
		snprintf(target->left_out, sizeof(target->left_out), "%.*s",
			 (int)sizeof(target->left_out) - 1, left_out->why);
	telling->spans->refused |= 1ull << left_out->span;
	target->left_out_object = telling->object;
}

int target_tell_spans(struct supervisor *supervisor, struct supervised_target *target,
		      uint16_t object, const struct inspection *inspection, struct file_spans *out,
		      struct error *error)
{
	const struct spans_source source = {
		.inspector = supervisor->inspector,
		.object = object,
		.inspection = inspection,
		.path = capture_path(supervisor->capture, object),
	};
	struct telling telling = { target, object, out };
	struct spans spans;
	int ret;

	*out = (struct file_spans){ .print = spans_print(target->config) };
	if (!target->config->span_count)
		return 0;
	ret = spans_find(&source, target->config, &supervisor->declared, note, &telling, &spans,
			 error);
	if (ret)
		return ret;
	out->told = spans.told;
	if (spans.probe_count)
		ret = capture_tell_spans(supervisor->capture, object, spans.spans, spans.span_count,
					 spans.probes, spans.probe_count, error);
	spans_clear(&spans);
	return ret;
}

static void tell_refused(const struct supervisor *supervisor,
			 const struct supervised_target *target, uint16_t object,
			 char out[CONTROL_TEXT])
{
	if (target->left_out_object == object)
		snprintf(out, CONTROL_TEXT, "%s", target->left_out);
	else
		snprintf(out, CONTROL_TEXT,
			 "a span cannot be told of '%.200s': 'telprobe targets check %s' says why",
			 capture_path(supervisor->capture, object), target->name);
}

static void tell_absent(const struct config_target *config, uint64_t missing,
			char out[CONTROL_TEXT])
{
	size_t span = 0;

	while (!(missing >> span & 1))
		span++;
	if (span < config->span_count)
		snprintf(out, CONTROL_TEXT,
			 "%.120s:%u: span '%s' is left out: no file of the target has its probes "
			 "('telprobe targets check %s' says which)",
			 config->file, config->spans[span].line, config->spans[span].name,
			 config->name);
}

bool target_spans_left_out(const struct supervisor *supervisor,
			   const struct supervised_target *target, char out[CONTROL_TEXT])
{
	const uint32_t number = (uint32_t)(target - supervisor->targets) + 1;
	uint64_t told = 0, absent = 0;
	uint16_t object, refused = 0;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		const struct supervised_file *file = &supervisor->files[object];

		if (file->target != number)
			continue;
		told |= file->spans.told;
		absent |= file->spans.absent;
		if (file->spans.refused)
			refused = object;
	}
	out[0] = '\0';
	if (refused)
		tell_refused(supervisor, target, refused, out);
	else if (absent & ~told)
		tell_absent(target->config, absent & ~told, out);
	return out[0] != '\0';
}
