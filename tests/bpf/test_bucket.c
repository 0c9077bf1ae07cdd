/* SPDX-License-Identifier: GPL-2.0-only */
/* test_bucket.c - the kernel puts a duration into the bucket userspace and exact integers put it
 * into: on every bound that scripts/bucket-bounds prints, beside it, and between. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "telprobe/bucket.h"

struct question {
	uint64_t ns;
	uint64_t bucket;
};

static struct bpf_object *object;

static uint32_t in_kernel(uint64_t ns)
{
	struct question question = { .ns = ns, .bucket = UINT64_MAX };
	/* of such a program the context comes back where it was */
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &question,
		    .ctx_size_in = sizeof(question));
	int fd = bpf_program__fd(bpf_object__next_program(object, NULL));

	if (bpf_prog_test_run_opts(fd, &options))
		fail_msg("the program cannot be run: %s", strerror(errno));
	return (uint32_t)question.bucket;
}

static void assert_bucket(uint64_t ns, uint32_t expected)
{
	if (tp_bucket(ns) != expected || in_kernel(ns) != expected)
		fail_msg("%llu ns: %u in userspace, %u in the kernel, expected %u",
			 (unsigned long long)ns, tp_bucket(ns), in_kernel(ns), expected);
}

/* Of several buckets between the same two numbers of ns only the first holds one. */
static void bucket_of_every_bound_is_exact(void **state)
{
	FILE *bounds = popen("scripts/bucket-bounds --bounds", "re");
	unsigned long long bound, before = 0;
	uint32_t number = 0;
	int index, count = 0;

	(void)state;
	assert_non_null(bounds);
	while (fscanf(bounds, "%d %llu", &index, &bound) == 2) {
		number = (uint32_t)(index - TP_BUCKET_FIRST + 1);
		if (bound == before)
			continue;
		assert_bucket(before + 1, number);
		assert_bucket(bound - (bound - before) / 2, number);
		assert_bucket(bound, number);
		before = bound;
		count++;
	}
	assert_int_equal(pclose(bounds), 0);
	assert_in_range(count, 900, 1008);
	assert_bucket(before + 1, number + 1);
	assert_bucket(0, TP_BUCKET_ZERO);
	assert_true(in_kernel(UINT64_MAX) == tp_bucket(UINT64_MAX));
	assert_true(tp_bucket(UINT64_MAX) < TP_BUCKETS);
}

static int load(void **state)
{
	const char *build = getenv("BUILD");
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/bpf/bucket.bpf", build ? build : "build");
	object = bpf_object__open(path);
	if (!object || bpf_object__load(object)) {
		print_error("cannot load '%s': %s\n", path, strerror(errno));
		return -1;
	}
	return 0;
}

static int unload(void **state)
{
	(void)state;
	bpf_object__close(object);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket_of_every_bound_is_exact),
	};

	if (geteuid() != 0) {
		print_message("loading programs needs root\n");
		return 77;
	}
	return cmocka_run_group_tests_name("bucket", tests, load, unload);
}
