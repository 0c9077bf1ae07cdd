/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_privacy.c - what the collector's firewall has to know. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "privacy/machine_names.h"
#include "service/privacy_wire.h"
#include "service/supervisor.h"

static int send_options(struct supervisor *supervisor, struct firewall_options *options)
{
	struct message message = { .kind = MESSAGE_PRIVACY };
	int fd = -ENOMEM, ret;

	text_list_clear(&options->names); /* people come and go */
	ret = machine_names_collect(&options->names);
	if (!ret)
		ret = fd = privacy_wire_pack(options);
	if (ret >= 0) {
		message.place = ++supervisor->privacy_told;
		ret = collector_send(supervisor, &message, fd);
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

/* A collector that was not told reads no record; one that was told before goes on by that. */
void privacy_tell(struct supervisor *supervisor)
{
	int ret = send_options(supervisor, &supervisor->config->privacy);

	if (!ret || ret == -EPIPE) /* the next one is told */
		return;
	snprintf(supervisor->privacy_problem, sizeof(supervisor->privacy_problem),
		 "cannot tell the collector what to keep private: %s", error_text(ret));
	fprintf(stderr, "telprobe: %s\n", supervisor->privacy_problem);
}

void privacy_answered(struct supervisor *supervisor, const struct message *message)
{
	char *problem = supervisor->privacy_problem;

	supervisor->privacy_judged = message->place;
	problem[0] = '\0';
	if (!message->code)
		return;
	snprintf(problem, sizeof(supervisor->privacy_problem),
		 "the collector refuses what is to be kept private: %s", message->text);
	error_make_printable(problem);
}

int privacy_try(struct supervisor *supervisor, struct config *config, struct error *error)
{
	uint32_t number;
	int ret;

	if (!supervisor->has_collector) /* the next one is told, or reads nothing */
		return 0;
	ret = send_options(supervisor, &config->privacy);
	number = supervisor->privacy_told;
	if (!ret)
		ret = collector_await(supervisor, &supervisor->privacy_judged, number);
	if (!ret && supervisor->privacy_judged != number)
		ret = -EPIPE; /* the answer is another one's, to what holds */
	if (ret == -ETIMEDOUT)
		collector_end(supervisor); /* or it would take them yet */
	if (!ret && !supervisor->privacy_problem[0])
		return 0;
	if (ret)
		error_set(error, ret, "the collector did not take what is to be kept private: %s",
			  ret == -EPIPE ? "it ended" : error_text(ret));
	else
		error_set(error, -ENOTSUP, "%s", supervisor->privacy_problem);
	supervisor->privacy_problem[0] = '\0'; /* what it goes by is as it was */
	return error_hint(error,
			  "what was forbidden before stays so; the service's log tells more");
}
