/* SPDX-License-Identifier: GPL-2.0-only */
/* async.c - spans with ids that begin in one thread and end in another. Expected:
 *	command request ok, ids 1 to 4, begun by main, ended by four threads in other order;
 *	each with tag backend worker and count api.calls 1..4 on it
 *	step chunk ok inside each: begun with the same id, another kind of span
 *	command request id 7 overwritten: begun twice, ended once ok
 *	command request id 9 end		unmatched: never begun
 *	command request id 8			abandoned by the exit */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "telprobe.h"

static void *finish(void *argument)
{
	uint64_t id = (uint64_t)(uintptr_t)argument;

	TELPROBE_TAG("backend", "worker", id);
	TELPROBE_COUNT("api.calls", (int64_t)id, id);
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "chunk", id);
	TELPROBE_SPAN_END(TELPROBE_STEP, "chunk", TELPROBE_OK, NULL, id);
	TELPROBE_COMMAND_END("request", TELPROBE_OK, NULL, id);
	return NULL;
}

int main(void)
{
	pthread_t threads[4];

	for (uint64_t id = 1; id <= 4; id++)
		TELPROBE_COMMAND_BEGIN("request", NULL, NULL, id);
	for (uintptr_t id = 4; id >= 1; id--)
		if (pthread_create(&threads[id - 1], NULL, finish, (void *)id))
			abort();
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	TELPROBE_COMMAND_BEGIN("request", NULL, NULL, 7);
	TELPROBE_COMMAND_BEGIN("request", NULL, NULL, 7);
	TELPROBE_COMMAND_END("request", TELPROBE_OK, NULL, 7);
	TELPROBE_COMMAND_END("request", TELPROBE_OK, NULL, 9);
	TELPROBE_COMMAND_BEGIN("request", NULL, NULL, 8);
	return 0;
}
