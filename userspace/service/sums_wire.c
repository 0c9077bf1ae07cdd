/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/sums_wire.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "service/text_wire.h"
#include "store/bucket.h"
#include "telprobe/record.h"

enum { NAMES = 4 };

struct wire_sum {
	uint32_t bytes; /* with this, the buckets and the texts */
	uint32_t owner;
	int64_t series, spans;
	double sum_ns;
	uint32_t bucket_count;
	uint8_t kind, outcome;
	uint8_t present; /* bit i: name[i] */
	uint8_t reserved;
};
_Static_assert(sizeof(struct wire_sum) == 40, "fixed size, no padding");

struct wire_bucket {
	int32_t code;
	uint32_t reserved;
	int64_t spans;
};
_Static_assert(sizeof(struct wire_bucket) == 16, "fixed size, no padding");
_Static_assert(sizeof(struct wire_sum) + STORE_BUCKETS_MAX * sizeof(struct wire_bucket) +
			       (1 + NAMES) * TEXT_WIRE_MAX <=
		       SUMS_SUM_MAX,
	       "a sum fits");

static bool is_possible(const struct wire_sum *wire)
{
	return wire->series > 0 && wire->spans >= 0 && isfinite(wire->sum_ns) &&
	       wire->sum_ns >= 0 && wire->bucket_count <= STORE_BUCKETS_MAX &&
	       wire->kind < TP_SPAN_KINDS && wire->outcome < TP_OUTCOMES &&
	       !(wire->present >> NAMES) && !wire->reserved;
}

static bool is_possible_bucket(const struct wire_bucket *bucket, int32_t code_before)
{
	return bucket->code > code_before && bucket->code <= BUCKET_CODE_MAX &&
	       bucket->spans >= 0 && !bucket->reserved;
}

static size_t pack_buckets(const struct store_sum *sum, uint8_t *out)
{
	size_t i;

	for (i = 0; i < sum->bucket_count; i++) {
		const struct wire_bucket bucket = { .code = sum->buckets[i].code,
						    .spans = sum->buckets[i].spans };

		memcpy(out + i * sizeof(bucket), &bucket, sizeof(bucket));
	}
	return sum->bucket_count * sizeof(struct wire_bucket);
}

ssize_t sums_pack(const struct store_sum *sum, uint8_t *out, size_t room)
{
	const char *texts[1 + NAMES] = { sum->app };
	struct wire_sum wire = { .owner = sum->owner,
				 .series = sum->series,
				 .spans = sum->spans,
				 .sum_ns = sum->sum_ns,
				 .bucket_count = (uint32_t)sum->bucket_count,
				 .kind = sum->kind,
				 .outcome = sum->outcome };
	size_t used = sizeof(wire);
	ssize_t ret;
	int i;

	memcpy(&texts[1], sum->name, sizeof(sum->name));
	for (i = 0; i < NAMES; i++)
		wire.present |= (uint8_t)(sum->name[i] ? 1 << i : 0);
	if (!is_possible(&wire))
		return -EBADMSG;
	if (room < SUMS_SUM_MAX)
		return 0;
	used += pack_buckets(sum, out + used);
	ret = text_wire_pack(texts, 1 + NAMES, out, used, room);
	if (ret <= 0)
		return ret;
	wire.bytes = (uint32_t)ret;
	memcpy(out, &wire, sizeof(wire));
	return ret;
}

static bool unpack_buckets(const struct wire_sum *wire, const uint8_t *from,
			   struct store_bucket *out)
{
	struct wire_bucket bucket;
	int32_t before = -1;
	int64_t left = wire->spans;
	uint32_t i;

	for (i = 0; i < wire->bucket_count; i++) {
		memcpy(&bucket, from + i * sizeof(bucket), sizeof(bucket));
		if (!is_possible_bucket(&bucket, before) || bucket.spans > left)
			return false;
		out[i] = (struct store_bucket){ bucket.code, bucket.spans };
		before = bucket.code;
		left -= bucket.spans;
	}
	return true;
}

static bool unpack_texts(const struct wire_sum *wire, const uint8_t *from, const uint8_t *end,
			 struct store_sum *sum)
{
	int i;

	sum->app = text_wire_unpack(&from, end);
	for (i = 0; i < NAMES && sum->app; i++) {
		if (!(wire->present >> i & 1))
			continue;
		sum->name[i] = text_wire_unpack(&from, end);
		if (!sum->name[i])
			return false;
	}
	return sum->app && from == end;
}

ssize_t sums_unpack(const uint8_t *bytes, size_t count, struct store_sum *out,
		    struct store_bucket buckets[STORE_BUCKETS_MAX])
{
	struct wire_sum wire;
	struct store_sum sum;
	size_t texts_at;

	if (count < sizeof(wire))
		return -EBADMSG;
	memcpy(&wire, bytes, sizeof(wire));
	if (!is_possible(&wire))
		return -EBADMSG;
	texts_at = sizeof(wire) + wire.bucket_count * sizeof(struct wire_bucket);
	if (wire.bytes < texts_at || wire.bytes > count ||
	    !unpack_buckets(&wire, bytes + sizeof(wire), buckets))
		return -EBADMSG;
	sum = (struct store_sum){ .series = wire.series,
				  .owner = wire.owner,
				  .kind = wire.kind,
				  .outcome = wire.outcome,
				  .spans = wire.spans,
				  .sum_ns = wire.sum_ns,
				  .buckets = buckets,
				  .bucket_count = wire.bucket_count };
	if (!unpack_texts(&wire, bytes + texts_at, bytes + wire.bytes, &sum))
		return -EBADMSG;
	*out = sum;
	return (ssize_t)wire.bytes;
}
