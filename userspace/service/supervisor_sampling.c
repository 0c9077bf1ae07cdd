/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_sampling.c - which of the targets' spans are told one by one: to the kernel side. */
#include <string.h>

#include "service/sampling.h"
#include "service/supervisor.h"

/* Return: a number that no target has; 0: there is none. */
static uint16_t number_free(const struct supervisor *supervisor)
{
	bool taken[TP_SAMPLINGS] = { true };
	uint16_t number;
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		taken[supervisor->targets[i].sampling] = true;
	for (number = 1; number < TP_SAMPLINGS; number++)
		if (!taken[number])
			return number;
	return 0;
}

static void load(struct supervisor *supervisor, struct supervised_target *target)
{
	struct tp_sampling rules;

	target->is_let_be = target->config && sampling_says_always(target->config);
	if (!target->config || !sampling_fill(target->config, &rules)) {
		target->sampling = 0;
		return;
	}
	if (!target->sampling)
		target->sampling = number_free(supervisor);
	if (target->sampling)
		capture_thin_out(supervisor->capture, target->sampling, &rules);
}

bool target_lacks_sampling(const struct supervised_target *target)
{
	struct tp_sampling rules;

	return target->config && !target->sampling && sampling_fill(target->config, &rules);
}

void sampling_load(struct supervisor *supervisor)
{
	uint16_t object;
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		load(supervisor, &supervisor->targets[i]);
	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		uint32_t number = supervisor->files[object].target;

		if (number)
			capture_tell_sampling(supervisor->capture, object,
					      supervisor->targets[number - 1].sampling);
	}
}

void target_describe_sampling(const struct supervisor *supervisor,
			      const struct supervised_target *target, uint32_t uid,
			      char out[CONTROL_SAMPLING])
{
	struct tp_sampling done;
	bool is_known = !uid && target->sampling &&
			!capture_thinned_out(supervisor->capture, target->sampling, &done);

	sampling_describe(target->config, is_known ? &done : NULL, out, CONTROL_SAMPLING);
}
