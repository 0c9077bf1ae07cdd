/* SPDX-License-Identifier: GPL-2.0-only */
/* store_bench.c - from an array of records to rows on disk, beside the bare INSERT of the same rows.
 * Prints lines `name number`. One core; batches of 20,000; each number is the best of five rounds,
 * the two kinds taking turns, so that a busy machine disturbs both alike. */
#include <errno.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "privacy/firewall.h"
#include "privacy/patterns.h"
#include "service/collector.h"
#include "store/store.h"

enum {
	EVENTS = 400000,
	BATCH = 20000,
	ROUNDS = 5,
	PROCESSES = 4000,
	FIREWALL_NEW = 20000,
	FIREWALL_KNOWN = 2000000,
};

#define FIRST_US 1795132800000000ll /* 2026-11-20T00:00:00Z */

struct row {
	int64_t values[6];
};

static const char *const words[] = {
	"think",	 "run",	     "balanced",    "deep",	  "quick",	  "validate",
	"bedrock",	 "laser",    "parse-input", "call.model", "tokens.input", "tokens.output",
	"cache.hit",	 "latency",  "ms",	    "confidence", "ratio",	  "model",
	"sonnet-large",	 "timeout",  "api_error",   "cache-miss", "step_one",	  "step_two",
	"merge-results", "compress", "gather",	    "render",	  "flush",	  "commit",
};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

static int fake_text(void *data, uint16_t object, uint32_t place, char out[64])
{
	(void)data;
	(void)object;
	snprintf(out, 64, "%s", words[place % WORDS]);
	return 0;
}

static const char *fake_program(void *data, uint16_t object)
{
	(void)data;
	(void)object;
	return "demo-cli";
}

static int64_t fake_utc_us(void *data, uint64_t monotonic_ns)
{
	(void)data;
	return FIRST_US + (int64_t)(monotonic_ns / 1000);
}

static const struct collector_source source = {
	.text = fake_text,
	.program = fake_program,
	.utc_us = fake_utc_us,
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(int ret, const struct error *error)
{
	if (!ret)
		return;
	fprintf(stderr, "store_bench: %s\n", error ? error->what : "SQLite failed");
	exit(1);
}

static uint32_t random_below(uint32_t limit)
{
	static uint64_t state = 88172645463325252ull;

	state ^= state << 13; /* xorshift, Marsaglia 2003: the same records in each run */
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % limit;
}

/* Commands of several processes at once, each with spans, counts and measures inside: level full.
 * @is_spans_only: the row the size goal is about. */
static void make_records(struct tp_event *events, bool is_spans_only)
{
	static uint32_t spans[PROCESSES];
	uint32_t process, kind;
	uint64_t time_ns = 0;
	size_t i;

	memset(spans, 0, sizeof(spans));
	for (i = 0; i < EVENTS; i++) {
		struct tp_event *event = &events[i];

		memset(event, 0, sizeof(*event));
		time_ns += 1000 + random_below(200000);
		process = (uint32_t)(i * PROCESSES / EVENTS) / 8 * 8 + random_below(8);
		event->header.time_ns = time_ns;
		event->header.process = 1 + process;
		event->header.object = event->header.program = 1;
		kind = is_spans_only ? 0 : random_below(4);
		event->name[0] = 1 + random_below(200);
		switch (kind) {
		case 2:
			event->header.type = TP_COUNT;
			event->value = random_below(2000);
			event->parent = spans[process];
			break;
		case 3:
			event->header.type = TP_MEASURE;
			event->value =
				0x3ff0000000000000ull + ((uint64_t)random_below(1u << 31) << 22);
			event->name[1] = 15;
			event->parent = spans[process];
			break;
		default:
			event->header.type = TP_SPAN;
			event->header.kind = (uint8_t)random_below(3);
			event->header.outcome =
				random_below(20) ? TP_OUTCOME_OK : TP_OUTCOME_FAILED;
			event->span = ++spans[process];
			event->parent = event->span > 1 ? event->span - 1 : 0;
			event->value = 20000 + (uint64_t)random_below(1u << 30);
			if (event->header.outcome == TP_OUTCOME_FAILED)
				event->name[3] = 20;
		}
	}
}

static void remove_database(const char *path)
{
	char beside[512];

	unlink(path);
	snprintf(beside, sizeof(beside), "%s-wal", path);
	unlink(beside);
	snprintf(beside, sizeof(beside), "%s-shm", path);
	unlink(beside);
}

/* Return: seconds from the first record to the last commit. The database stays. */
static double collect(const char *path, const struct tp_event *events)
{
	struct store_ring ring = { .boot_id = { 1 }, .ring_id = { 2 } };
	struct collector *collector = NULL;
	struct firewall *firewall = NULL;
	struct store *store = NULL;
	struct error error = { 0 };
	uint64_t position = 0;
	double start;
	size_t i;

	remove_database(path);
	check(store_open(path, STORE_WRITE, 0, &store, &error), &error);
	check(firewall_new(NULL, &firewall, &error), &error);
	check(collector_new(store, firewall, &source, TP_LEVEL_FULL, &collector, &error), &error);
	start = now_s();
	for (i = 0; i < EVENTS; i++) {
		check(collector_take(collector, &events[i], sizeof(events[i]), &error), &error);
		if (collector_pending(collector) < BATCH && i + 1 < EVENTS)
			continue;
		check(collector_commit(collector, &ring, position, (i + 1) * 64, &error), &error);
		position = (i + 1) * 64;
	}
	start = now_s() - start;
	if (collector_counts(collector)->stored != EVENTS) {
		fprintf(stderr, "store_bench: not all events were stored\n");
		exit(1);
	}
	collector_free(collector);
	firewall_free(firewall);
	store_close(store);
	return start;
}

static void read_rows(const char *path, struct row *rows)
{
	sqlite3 *database;
	sqlite3_stmt *statement;
	size_t count = 0;
	int i;

	check(sqlite3_open(path, &database), NULL);
	check(sqlite3_prepare_v2(database,
				 "SELECT id, context, series, value, span, parent"
				 " FROM events ORDER BY id",
				 -1, &statement, NULL),
	      NULL);
	for (; sqlite3_step(statement) == SQLITE_ROW && count < EVENTS; count++)
		for (i = 0; i < 6; i++)
			rows[count].values[i] = sqlite3_column_int64(statement, i);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	check(count != EVENTS, NULL);
}

/* The same rows into the same kind of file by nothing but one prepared statement. */
static double insert_bare(const char *path, const struct row *rows)
{
	sqlite3_stmt *insert, *begin, *commit;
	sqlite3 *database;
	double start;
	size_t i;
	int column;

	remove_database(path);
	check(sqlite3_open_v2(path, &database,
			      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			      NULL),
	      NULL);
	check(sqlite3_exec(
		      database,
		      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
		      "PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 4194304;"
		      "CREATE TABLE events(id INTEGER PRIMARY KEY, context INTEGER NOT NULL,"
		      " series INTEGER NOT NULL, value INTEGER NOT NULL, span INTEGER NOT NULL,"
		      " parent INTEGER NOT NULL) STRICT",
		      NULL, NULL, NULL),
	      NULL);
	check(sqlite3_prepare_v3(database, "INSERT INTO events VALUES(?1, ?2, ?3, ?4, ?5, ?6)", -1,
				 SQLITE_PREPARE_PERSISTENT, &insert, NULL),
	      NULL);
	check(sqlite3_prepare_v2(database, "BEGIN IMMEDIATE", -1, &begin, NULL), NULL);
	check(sqlite3_prepare_v2(database, "COMMIT", -1, &commit, NULL), NULL);
	start = now_s();
	for (i = 0; i < EVENTS; i++) {
		if (i % BATCH == 0) {
			check(sqlite3_step(begin) != SQLITE_DONE, NULL);
			sqlite3_reset(begin);
		}
		for (column = 0; column < 6; column++)
			sqlite3_bind_int64(insert, column + 1, rows[i].values[column]);
		check(sqlite3_step(insert) != SQLITE_DONE, NULL);
		sqlite3_reset(insert);
		if (i % BATCH == BATCH - 1 || i + 1 == EVENTS) {
			check(sqlite3_step(commit) != SQLITE_DONE, NULL);
			sqlite3_reset(commit);
		}
	}
	start = now_s() - start;
	sqlite3_finalize(insert);
	sqlite3_finalize(begin);
	sqlite3_finalize(commit);
	sqlite3_close(database);
	return start;
}

static double bytes_an_event(const char *path)
{
	struct stat file;

	check(stat(path, &file), NULL);
	return (double)file.st_size / EVENTS;
}

static void bench_store(const char *directory)
{
	struct tp_event *events = calloc(EVENTS, sizeof(*events));
	struct row *rows = calloc(EVENTS, sizeof(*rows));
	double collected = 1e9, bare = 1e9, seconds;
	char path[256], bare_path[256];
	int i;

	check(!events || !rows, NULL);
	snprintf(path, sizeof(path), "%s/events.db", directory);
	snprintf(bare_path, sizeof(bare_path), "%s/bare.db", directory);
	make_records(events, false);
	for (i = 0; i < ROUNDS; i++) {
		seconds = collect(path, events);
		collected = seconds < collected ? seconds : collected;
		if (!i)
			read_rows(path, rows);
		seconds = insert_bare(bare_path, rows);
		bare = seconds < bare ? seconds : bare;
	}
	printf("store_events_per_s %.0f\n", EVENTS / collected);
	printf("store_bare_insert_per_s %.0f\n", EVENTS / bare);
	printf("store_bytes_per_event %.1f\n", bytes_an_event(path));
	make_records(events, true);
	collect(path, events);
	printf("store_bytes_per_span %.1f\n", bytes_an_event(path));
	remove_database(path);
	remove_database(bare_path);
	free(events);
	free(rows);
}

/* The bare search of the same names: what judging a new one cannot do without. */
static double bench_scans(char names[FIREWALL_NEW][24])
{
	struct patterns *patterns = NULL;
	struct pattern_found found;
	struct error error = { 0 };
	double start;
	int i, count = 0;

	check(patterns_new(true, true, NULL, 0, &patterns, &error), &error);
	patterns_speed_up(patterns);
	start = now_s();
	for (i = 0; i < FIREWALL_NEW; i++)
		count += patterns_find(patterns, names[i], strlen(names[i]), &found);
	start = now_s() - start;
	check(count != 0, NULL);
	patterns_free(patterns);
	return start;
}

static void keep_least(double *least, double value)
{
	if (!*least || value < *least)
		*least = value;
}

/* Each name for the first time, then a few of them again. */
static void judge(char names[FIREWALL_NEW][24], double *new_s, double *known_s)
{
	struct firewall *firewall = NULL;
	struct error error = { 0 };
	size_t i, passed = 0;
	double start;

	check(firewall_new(NULL, &firewall, &error), &error);
	firewall_speed_up(firewall);
	start = now_s();
	for (i = 0; i < FIREWALL_NEW; i++)
		passed +=
			!firewall_check(firewall, FIREWALL_NAME, FIREWALL_CONSTANT, names[i]).layer;
	keep_least(new_s, now_s() - start);
	start = now_s();
	for (i = 0; i < FIREWALL_KNOWN; i++)
		passed += !firewall_check(firewall, FIREWALL_NAME, FIREWALL_CONSTANT, names[i % 64])
				   .layer;
	keep_least(known_s, now_s() - start);
	check(passed != FIREWALL_NEW + FIREWALL_KNOWN, NULL);
	firewall_free(firewall);
}

static void bench_firewall(void)
{
	static char names[FIREWALL_NEW][24];
	double scans = 0, new_s = 0, known = 0;
	size_t i;

	for (i = 0; i < FIREWALL_NEW; i++)
		snprintf(names[i], sizeof(names[i]), "command.%zu-run", i);
	for (i = 0; i < ROUNDS; i++) {
		keep_least(&scans, bench_scans(names));
		judge(names, &new_s, &known);
	}
	printf("firewall_known_ns %.1f\n", known / FIREWALL_KNOWN * 1e9);
	printf("firewall_scans_ns %.1f\n", scans / FIREWALL_NEW * 1e9);
	printf("firewall_new_ns %.1f\n", new_s / FIREWALL_NEW * 1e9);
}

int main(void)
{
	char directory[] = "/tmp/telprobe-bench-XXXXXX";
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu() < 0 ? 0 : sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	if (!mkdtemp(directory)) {
		fprintf(stderr, "store_bench: cannot make '%s': %s\n", directory, strerror(errno));
		return 1;
	}
	bench_firewall();
	bench_store(directory);
	rmdir(directory);
	return fflush(stdout) ? 1 : 0;
}
