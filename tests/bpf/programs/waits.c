/* SPDX-License-Identifier: GPL-2.0-only */
/* waits.c FILE - opens a command, writes its pid into FILE and waits for SIGUSR1; then ends the
 * command, makes FILE.done and exits with 0. Five times a second it counts waits.tick. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "telprobe.h"

static volatile sig_atomic_t is_told;

static void on_signal(int number)
{
	is_told = number;
}

static void make(const char *directory, const char *end)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", directory, end);
	file = fopen(path, "w");
	if (!file)
		abort();
	fprintf(file, "%d\n", (int)getpid());
	fclose(file);
}

int main(int argc, char **argv)
{
	const struct timespec tick = { 0, 200000000 };

	if (argc != 2 || signal(SIGUSR1, on_signal) == SIG_ERR)
		return 2;
	TELPROBE_COMMAND_BEGIN("waits", NULL, NULL, 0);
	make(argv[1], "");
	while (!is_told) {
		nanosleep(&tick, NULL);
		TELPROBE_COUNT("waits.tick", 1, 0);
	}
	TELPROBE_COMMAND_END("waits", TELPROBE_OK, NULL, 0);
	make(argv[1], ".done");
	return 0;
}
