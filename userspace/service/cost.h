/* SPDX-License-Identifier: GPL-2.0-only */
/* cost.h - what the service itself takes, in the kernel's words: no role is asked. How many pages a
 * process has, /proc tells everybody, but for ProtectProc= and hidepid, which hide it from all but the
 * process itself. So each opens that file of its own when it begins, and whoever counts is handed it. */
#ifndef TELPROBE_SERVICE_COST_H
#define TELPROBE_SERVICE_COST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum cost_role { COST_SUPERVISOR, COST_COLLECTOR, COST_API, COST_HELPERS, COST_ROLES };

struct cost_process { /* all zero: none */
	pid_t pid;
	int statm; /* descriptor of /proc/PID/statm + 1; 0: it could not be opened */
};

struct cost {
	int64_t cpu_us;
	int64_t memory_bytes; /* pages in memory now that it shares with no file, nor the ring's */
	bool is_partly_unknown; /* memory of a process that is not in it */
};

/** cost_open() - @pid may also be the caller. Return: 0; -errno: hidden, or gone; @process is as before. */
int cost_open(struct cost_process *process, pid_t pid);
void cost_close(struct cost_process *process);

/** cost_add() - to @sum; nothing for one that has ended */
void cost_add(const struct cost_process *process, struct cost *sum);

/** cost_kernel_bytes() - kernel memory of the maps and programs this process has open */
int64_t cost_kernel_bytes(void);

/** cost_rounded_up() - to a power of two: it grows so seldom that nobody learns from it who works when.
 * Beyond the greatest: that one. */
uint64_t cost_rounded_up(uint64_t number);

#endif
