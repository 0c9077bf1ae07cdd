/* SPDX-License-Identifier: GPL-2.0-only */
/* trial.h - how this kernel attaches, found out by attaching to ourselves. */
#ifndef TELPROBE_CAPTURE_TRIAL_H
#define TELPROBE_CAPTURE_TRIAL_H

#include "capture/capture.h"
#include "capture/link.h"

struct bpf_program;

/** trial_method() - can this kernel create uprobe_multi links? Asked before programs are loaded,
 * since the answer decides how they are. */
enum capture_method trial_method(void);

/** trial_nop() - which of a marker's instructions to probe
 * Attaches @program to a copy of a marker's function in this process and looks whether the kernel
 * turned the nop into a call, and whether a child forked then lives through it. Where one does not
 * (Linux 6.18), no call may ever stand in a target: the one-byte nop is taken. Forks once a call.
 * Fills nop_bytes, is_optimised, is_unsafe and hit_ns.
 * @out_kept: zeroed by the caller; the last trial stays attached, since detaching waits for a
 * grace period: to be detached together with everything else.
 * Return: 0; negative errno when not even the one-byte nop can be probed. */
int trial_nop(const struct bpf_program *program, struct capture_facts *facts,
	      struct links *out_kept);

/** trial_function() - call the copy of a marker's function; trial_offset() - where its @nop_bytes
 * instruction stands in the file of this program, for measuring */
void trial_function(void);
uint64_t trial_offset(unsigned int nop_bytes);

#endif
