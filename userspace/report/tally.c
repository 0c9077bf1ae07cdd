/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/bucket.h"

struct key {
	char name[TALLY_NAME];
	char detail[TALLY_NAME];
};

void tally_init(struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	table_init(&tally->index, sizeof(struct key), sizeof(size_t), TALLY_ROWS + 1);
}

void tally_clear(struct tally *tally)
{
	size_t i;

	for (i = 0; i < tally->count; i++)
		distribution_clear(&tally->rows[i].durations);
	free(tally->rows);
	table_clear(&tally->index);
	tally->rows = NULL;
	tally->count = 0;
	tally->capacity = 0;
}

static struct tally_row *add_row(struct tally *tally, const struct key *key)
{
	size_t capacity = tally->capacity ? tally->capacity * 2 : 16, *position;
	struct tally_row *rows;

	if (tally->count == tally->capacity) {
		rows = reallocarray(tally->rows, capacity, sizeof(*rows));
		if (!rows)
			return NULL;
		tally->rows = rows;
		tally->capacity = capacity;
	}
	position = table_add(&tally->index, key);
	if (!position)
		return NULL;
	*position = tally->count;
	rows = &tally->rows[tally->count++];
	memset(rows, 0, sizeof(*rows));
	memcpy(rows->name, key->name, sizeof(rows->name));
	memcpy(rows->detail, key->detail, sizeof(rows->detail));
	return rows;
}

struct tally_row *tally_row(struct tally *tally, const char *name, const char *detail)
{
	static const struct key other = { .name = "(other)" };
	struct key key = { 0 };
	const size_t *position;

	snprintf(key.name, sizeof(key.name), "%s", name);
	snprintf(key.detail, sizeof(key.detail), "%s", detail ? detail : "");
	position = table_find(&tally->index, &key);
	if (!position && tally->count >= TALLY_ROWS) {
		key = other;
		position = table_find(&tally->index, &key);
	}
	return position ? &tally->rows[*position] : add_row(tally, &key);
}

/* What the store calls a bucket as telprobe/bucket.h numbers them. */
static uint32_t number_of(int32_t code)
{
	return code > 0 ? (uint32_t)(bucket_index(code) - TP_BUCKET_FIRST + 1) : TP_BUCKET_ZERO;
}

int tally_add_durations(struct distribution *durations, const struct store_sum *sum)
{
	int64_t placed = 0;
	size_t i;
	int ret = 0;

	for (i = 0; i < sum->bucket_count && !ret; i++) {
		ret = distribution_add_bucket(durations, number_of(sum->buckets[i].code),
					      (uint64_t)sum->buckets[i].spans);
		placed += sum->buckets[i].spans;
	}
	durations->sum += sum->sum_ns;
	if (sum->spans > placed)
		durations->unplaced += (uint64_t)(sum->spans - placed);
	return ret;
}

int tally_add_sum(struct tally *tally, const char *name, const char *detail,
		  const struct store_sum *sum)
{
	struct tally_row *row = tally_row(tally, name, detail);

	if (!row)
		return -ENOMEM;
	row->total += sum->spans;
	if (sum->outcome < TP_OUTCOMES)
		row->by[sum->outcome] += sum->spans;
	return tally_add_durations(&row->durations, sum);
}

static int compare_rows(const void *a, const void *b)
{
	const struct tally_row *left = a, *right = b;
	int order;

	if (left->total != right->total)
		return left->total < right->total ? 1 : -1;
	order = strcmp(left->name, right->name);
	return order ? order : strcmp(left->detail, right->detail);
}

void tally_sort(struct tally *tally)
{
	if (tally->count)
		qsort(tally->rows, tally->count, sizeof(*tally->rows), compare_rows);
	table_clear(&tally->index);
}

int64_t tally_total(const struct tally *tally)
{
	int64_t total = 0;
	size_t i;

	for (i = 0; i < tally->count; i++)
		total += tally->rows[i].total;
	return total;
}
