/* SPDX-License-Identifier: GPL-2.0-only */
/* test_proof.c - no program of telprobe reads a process's memory, and one that did would be told:
 * small programs that call one function each are loaded and judged by the same code. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/capture.h"
#include "capture/proof.h"

#define INSTRUCTION(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOVE(to, from)	     INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0)
#define SET(to, value)	     INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value)
#define ADD(to, value)	     INSTRUCTION(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value)
#define STORE(to, at, value) INSTRUCTION(BPF_ST | BPF_MEM | BPF_DW, to, 0, at, value)
#define CALL(helper)	     INSTRUCTION(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define EXIT()		     INSTRUCTION(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

enum shape { NO_ARGUMENT, READS_TO_STACK, GETS_STACK, FORMATS };

struct sample {
	const char *name; /* as the kernel's symbol begins */
	int helper;
	enum shape shape;
	uint32_t flags;
	bool reads_user_memory;
};

static const struct sample samples[] = {
	{ "bpf_ktime_get_ns", BPF_FUNC_ktime_get_ns, NO_ARGUMENT, 0, false },
	{ "bpf_get_current_uid_gid", BPF_FUNC_get_current_uid_gid, NO_ARGUMENT, 0, false },
	{ "bpf_probe_read_kernel", BPF_FUNC_probe_read_kernel, READS_TO_STACK, 0, false },
	{ "bpf_probe_read_user", BPF_FUNC_probe_read_user, READS_TO_STACK, 0, true },
	{ "bpf_probe_read_user_str", BPF_FUNC_probe_read_user_str, READS_TO_STACK, 0, true },
	{ "bpf_probe_read_compat", BPF_FUNC_probe_read, READS_TO_STACK, 0, true },
	{ "bpf_probe_read_compat_str", BPF_FUNC_probe_read_str, READS_TO_STACK, 0, true },
	{ "bpf_copy_from_user", BPF_FUNC_copy_from_user, READS_TO_STACK, BPF_F_SLEEPABLE, true },
	{ "bpf_get_stack", BPF_FUNC_get_stack, GETS_STACK, 0, true },
	{ "bpf_trace_printk", BPF_FUNC_trace_printk, FORMATS, 0, true },
};

static int load(const struct sample *sample)
{
	struct bpf_insn code[16];
	struct bpf_prog_load_opts options = {
		.sz = sizeof(options),
		.prog_flags = sample->flags,
	};
	int count = 0;

	code[count++] = MOVE(BPF_REG_6, BPF_REG_1);
	code[count++] = STORE(BPF_REG_10, -8, 0);
	code[count++] = MOVE(BPF_REG_1, BPF_REG_10);
	code[count++] = ADD(BPF_REG_1, -8);
	code[count++] = SET(BPF_REG_2, 8);
	code[count++] = SET(BPF_REG_3, 0);
	code[count++] = SET(BPF_REG_4, 0);
	if (sample->shape == GETS_STACK) {
		code[count++] = MOVE(BPF_REG_2, BPF_REG_1);
		code[count++] = MOVE(BPF_REG_1, BPF_REG_6);
		code[count++] = SET(BPF_REG_3, 8);
	}
	code[count++] = CALL(sample->helper);
	code[count++] = SET(BPF_REG_0, 0);
	code[count++] = EXIT();
	return bpf_prog_load(BPF_PROG_TYPE_KPROBE, "sample", "GPL", code, (size_t)count, &options);
}

static void proof_of_sample_is_right(void **state)
{
	const struct sample *sample = *state;
	struct proof *proof = calloc(1, sizeof(*proof));
	struct error error = { 0 };
	bool is_named = false;
	int fd = load(sample), i;

	assert_non_null(proof);
	if (fd < 0)
		fail_msg("cannot load a program that calls %s: %s", sample->name, strerror(-fd));
	if (proof_of(&fd, 1, proof, &error))
		fail_msg("%s", error.what);
	close(fd);
	assert_int_equal(proof->program_count, 1);
	for (i = 0; i < proof->program[0].helper_count; i++)
		is_named |=
			!strncmp(proof->program[0].helper[i], sample->name, strlen(sample->name));
	/* the verifier may have put the code of a small helper in the place of its call */
	if (sample->reads_user_memory && !is_named)
		fail_msg("%s is not among the %d calls", sample->name,
			 proof->program[0].helper_count);
	assert_int_equal(proof->program[0].reads_user_memory, sample->reads_user_memory);
	free(proof);
}

static void proof_of_telprobe_is_clean(void **state)
{
	struct proof *proof = calloc(1, sizeof(*proof));
	struct error error = { 0 };
	int i, j, calls = 0;

	(void)state;
	assert_non_null(proof);
	if (proof_read(proof, &error))
		fail_msg("%s", error.what);
	assert_in_range(proof->program_count, 4, PROOF_PROGRAMS);
	for (i = 0; i < proof->program_count; i++) {
		if (proof->program[i].is_of_service) /* of somebody else's */
			continue;
		if (proof->program[i].reads_user_memory)
			fail_msg("program '%s' reads user memory", proof->program[i].name);
		assert_int_equal(proof->program[i].reads_stack,
				 !strcmp(proof->program[i].name, "process_crashes"));
		assert_true(proof->program[i].instructions > 1);
		for (j = 0; j < proof->program[i].helper_count; j++)
			if (!strncmp(proof->program[i].helper[j], "0x", 2))
				fail_msg("program '%s' calls something that has no name, %s",
					 proof->program[i].name, proof->program[i].helper[j]);
		calls += proof->program[i].helper_count;
	}
	assert_true(calls > 8); /* they were looked at */
	free(proof);
}

/* @names: declared ones; @out_last: what the two loaded last can do. Return: how many there are */
static int proof_with(const struct table *names, struct proof_program out_last[2])
{
	struct capture_options options = { .objects = 1 };
	struct proof *proof = calloc(1, sizeof(*proof));
	struct capture *capture = NULL;
	struct error error = { 0 };
	int fds[PROOF_PROGRAMS], count;

	assert_non_null(proof);
	if (capture_open(&options, &capture, &error) || capture_declare(capture, names, &error) ||
	    proof_of(fds, capture_program_fds(capture, fds, PROOF_PROGRAMS), proof, &error))
		fail_msg("%s", error.what);
	count = proof->program_count;
	memcpy(out_last, &proof->program[count - 2], 2 * sizeof(*out_last));
	capture_close(capture);
	free(proof);
	return count;
}

/* And in no other way than that; bpf_user_rnd_u32() is bpf_get_prandom_u32(). */
static void assert_reads_strings(const struct proof_program *program)
{
	int i;

	assert_true(program->reads_user_memory);
	for (i = 0; i < program->helper_count; i++)
		if (strstr(program->helper[i], "user") || strstr(program->helper[i], "_str"))
			assert_int_equal(
				strncmp(program->helper[i], "bpf_probe_read_user_str", 23) &&
					strncmp(program->helper[i], "bpf_user_rnd_u32", 16) &&
					strncmp(program->helper[i], "bpf_get_current_uid", 19),
				0);
}

static void proof_tells_of_the_readers_of_declared_names(void **state)
{
	struct tp_declared_key key = { .target = 1, .text = "backup" };
	struct proof_program last[2];
	struct table names;
	int without;

	(void)state;
	table_init(&names, sizeof(key), sizeof(uint32_t), 8);
	without = proof_with(&names, last);
	assert_false(last[1].reads_user_memory);
	*(uint32_t *)table_add(&names, &key) = 1;
	assert_int_equal(proof_with(&names, last), without + 2);
	table_clear(&names);
	assert_string_equal(last[0].name, "marker_declared");
	assert_string_equal(last[1].name, "run_arguments");
	assert_reads_strings(&last[0]);
	assert_reads_strings(&last[1]);
}

int main(void)
{
	enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };
	struct CMUnitTest tests[SAMPLES + 2] = {
		cmocka_unit_test(proof_of_telprobe_is_clean),
		cmocka_unit_test(proof_tells_of_the_readers_of_declared_names),
	};
	size_t i;

	if (geteuid() != 0) {
		print_message("loading programs needs root\n");
		return 77;
	}
	for (i = 0; i < SAMPLES; i++)
		tests[i + 2] = (struct CMUnitTest){
			.name = samples[i].name,
			.test_func = proof_of_sample_is_right,
			.initial_state = (void *)(uintptr_t)&samples[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
