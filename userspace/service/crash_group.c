/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/crash_group.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { VERSION = 1, FRAMES = 5, BYTES = 8, LEAST = crypto_generichash_BYTES_MIN };

/* In one order of bytes on every machine. */
static void add_number(crypto_generichash_state *state, uint64_t number)
{
	uint8_t bytes[8];
	int i;

	for (i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
	crypto_generichash_update(state, bytes, sizeof(bytes));
}

static void add_frame(crypto_generichash_state *state, const struct tp_frame *frame)
{
	crypto_generichash_update(state, frame->build_id, sizeof(frame->build_id));
	add_number(state, frame->offset);
}

static bool has_program(const struct tp_crash *crash)
{
	uint32_t i;

	for (i = 0; i < crash->count; i++)
		if (crash->frame[i].flags & TP_FRAME_PROGRAM)
			return true;
	return false;
}

void crash_group(const struct tp_crash *crash, char out[CRASH_GROUP_TEXT])
{
	const uint32_t wanted = has_program(crash) ? TP_FRAME_PROGRAM : 0;
	crypto_generichash_state state;
	uint8_t hash[LEAST];
	uint32_t i, used = 0;
	uint64_t first = 0;

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	add_number(&state, VERSION);
	add_number(&state, (uint64_t)crash->code);
	for (i = 0; i < crash->count && used < FRAMES; i++) {
		if ((crash->frame[i].flags & wanted) != wanted)
			continue;
		add_frame(&state, &crash->frame[i]);
		used++;
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	for (i = 0; i < BYTES; i++)
		first = first << 8 | hash[i];
	snprintf(out, CRASH_GROUP_TEXT, "%d:%016llx", VERSION, (unsigned long long)first);
}
