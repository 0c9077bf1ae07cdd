/* SPDX-License-Identifier: GPL-2.0-only */
/* probe_bench - what a hit costs, in ns: two bare probes (of the one-byte nop, of the five-byte one,
 * and of the one telprobe probes here), a command pair as a record and at level basic, and a whole
 * span of telprobe's, attached to this very process. Rounds alternate, so that a machine whose
 * speed drifts moves all of them alike; the median of the rounds is printed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "capture/capture_internal.h"
#include "capture/ring.h"
#include "inspect/inspect.h"
#include "telprobe.h"

enum { ROUNDS = 41, HITS = 10000, NOP1_DISTANCE = 0, NOP5_DISTANCE = 1, NOP10_DISTANCE = 6 };

/* Copies of a marker's function, so that each can carry its own empty probe. */
#define COPY(name)                                                                         \
	__asm__(".pushsection .text\n.balign 32\n.type " #name ", @function\n" #name ":\n" \
		".byte 0x90, 0x0f, 0x1f, 0x44, 0, 0\n"                                     \
		".byte 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0\nret\n"                 \
		".size " #name ", . - " #name "\n.popsection\n");                          \
	extern void name(void) __attribute__((visibility("hidden")))

COPY(empty_nop1);
COPY(empty_nop5);
COPY(empty_probed);

static void two_nop1(void)
{
	empty_nop1();
	empty_nop1();
}

static void two_nop5(void)
{
	empty_nop5();
	empty_nop5();
}

static void two_probed(void)
{
	empty_probed();
	empty_probed();
}

static void command_pair(void)
{
	TELPROBE_COMMAND_BEGIN("bench", "pair", "default", 0);
	TELPROBE_COMMAND_END("bench", TELPROBE_OK, NULL, 0);
}

static void whole_span(void)
{
	TELPROBE_SPAN_DONE(TELPROBE_STEP, "bench", TELPROBE_NOW(), TELPROBE_OK, NULL);
}

struct bench {
	const char *name;
	void (*run)(void);
	enum tp_level level;
	unsigned int records; /* a run */
	double ns[ROUNDS];
};

static struct bench benches[] = {
	{ .name = "two_empty_nop1_ns", .run = two_nop1, .level = TP_LEVEL_FULL },
	{ .name = "two_empty_nop5_ns", .run = two_nop5, .level = TP_LEVEL_FULL },
	{ .name = "two_empty_probed_ns", .run = two_probed, .level = TP_LEVEL_FULL },
	{ .name = "command_pair_ns", .run = command_pair, .level = TP_LEVEL_FULL, .records = 1 },
	{ .name = "command_pair_basic_ns", .run = command_pair, .level = TP_LEVEL_BASIC },
	{ .name = "span_done_ns", .run = whole_span, .level = TP_LEVEL_FULL, .records = 1 },
};

enum { BENCHES = sizeof(benches) / sizeof(benches[0]) };

static void fail(const char *what, const struct error *error)
{
	fprintf(stderr, "probe_bench: %s: %s\n", what, error ? error->what : "");
	exit(1);
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static unsigned long drain(struct capture *capture)
{
	unsigned long records = 0;
	size_t bytes;

	while (ring_next(capture_ring(capture), &bytes))
		records++;
	ring_release(capture_ring(capture));
	return records;
}

/* File offset of @address, by the one the capture side knows for its own copy. */
static uint64_t offset_of(void (*function)(void), int distance)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end, offset, address = (unsigned long)(uintptr_t)function;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    address >= start && address < end) {
			fclose(maps);
			return address - start + offset + (unsigned long)distance;
		}
	fail("own mapping not found", NULL);
	return 0;
}

static struct links attach_empty(struct capture *capture, int self, void (*function)(void),
				 int distance)
{
	struct link_site site = { .offset = offset_of(function, distance) };
	struct link_way way = { .method = capture_facts(capture)->method };
	struct links links = { 0 };

	if (links_attach(bpf_program__fd(capture->programs->progs.empty), &way, self, &site, 1,
			 &links))
		fail("cannot attach an empty probe", NULL);
	return links;
}

static int distance_probed(const struct capture *capture)
{
	switch (capture_facts(capture)->nop_bytes) {
	case 1:
		return NOP1_DISTANCE;
	case 5:
		return NOP5_DISTANCE;
	default:
		return NOP10_DISTANCE;
	}
}

static void attach_markers(struct capture *capture, int self)
{
	struct inspection *inspection;
	struct capture_added added;
	struct error error = { 0 };
	uint16_t object;

	if (capture_hold(capture, self, "probe_bench", &object, &error) ||
	    inspect_open(self, &inspection, &error) ||
	    capture_attach(capture, object, inspection, &added, &error))
		fail("cannot attach to the markers", &error);
	inspection_free(inspection);
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static void measure(struct capture *capture)
{
	unsigned long records = 0, expected = 0;
	struct error error = { 0 };
	int round, bench, hit;
	double start;

	for (round = 0; round < ROUNDS; round++)
		for (bench = 0; bench < BENCHES; bench++) {
			if (capture_mark(capture, getpid(), benches[bench].level, false, &error))
				fail("cannot mark this process", &error);
			benches[bench].run(); /* the first hit of a process costs more */
			start = now_ns();
			for (hit = 0; hit < HITS; hit++)
				benches[bench].run();
			benches[bench].ns[round] = (now_ns() - start) / HITS;
			records += drain(capture);
			expected += (HITS + 1ul) * benches[bench].records;
		}
	if (records != expected) {
		fprintf(stderr, "probe_bench: %lu records instead of %lu\n", records, expected);
		exit(1);
	}
}

int main(void)
{
	struct capture_options options = { .objects = 1 };
	struct links nop1, nop5, probed;
	struct capture *capture;
	struct error error = { 0 };
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), bench;

	if (capture_open(&options, &capture, &error))
		fail("cannot capture", &error);
	nop1 = attach_empty(capture, self, empty_nop1, NOP1_DISTANCE);
	nop5 = attach_empty(capture, self, empty_nop5, NOP5_DISTANCE);
	probed = attach_empty(capture, self, empty_probed, distance_probed(capture));
	attach_markers(capture, self);
	measure(capture);
	printf("# telprobe probes the %u-byte nop here\n", capture_facts(capture)->nop_bytes);
	for (bench = 0; bench < BENCHES; bench++) {
		qsort(benches[bench].ns, ROUNDS, sizeof(double), by_value);
		printf("%s %.1f\n", benches[bench].name, benches[bench].ns[ROUNDS / 2]);
	}
	links_detach(&nop1);
	links_detach(&nop5);
	links_detach(&probed);
	capture_close(capture);
	close(self);
	return 0;
}
