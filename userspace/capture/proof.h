/* SPDX-License-Identifier: GPL-2.0-only */
/* proof.h - what the loaded programs can do, from the kernel's own translation of them. */
#ifndef TELPROBE_CAPTURE_PROOF_H
#define TELPROBE_CAPTURE_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

enum { PROOF_HELPERS = 64, PROOF_NAME = 64, PROOF_PROGRAMS = 16 };

struct proof_program {
	char name[16];
	char tag[17];	       /* the kernel's hash of the instructions as loaded, hex */
	uint32_t instructions; /* translated */
	char helper[PROOF_HELPERS][PROOF_NAME]; /* kernel functions it calls, sorted, each once */
	int helper_count;
	bool reads_user_memory; /* one of them reads memory of a process, */
	bool reads_stack; /* and this no more than its stack's return addresses: process_crashes */
	bool is_of_service; /* loaded by a service that runs, and not by `run` */
};

struct proof {
	struct proof_program program[PROOF_PROGRAMS];
	int program_count;
};

/**
 * proof_of() - name the functions that loaded programs call
 * @fds: of the programs, at most PROOF_PROGRAMS
 * The kernel replaces helper numbers by distances from __bpf_call_base and kfuncs alike; names come
 * from /proc/kallsyms, so this needs root and kernel.kptr_restrict below 2. A call whose target has
 * no name is listed by its address: nothing is left out. */
int proof_of(const int *fds, int count, struct proof *out, struct error *error);

/** proof_read() - load the programs that `run` loads, and proof_of() them. Behind them come those
 * that services have loaded besides, found by their names: what reads environments, and what reads
 * declared names. */
int proof_read(struct proof *out, struct error *error);

#endif
