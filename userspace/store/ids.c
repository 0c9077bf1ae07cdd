/* SPDX-License-Identifier: GPL-2.0-only */
#include <sodium.h>

#include "store/handle.h"

void store_id_bytes(const struct store *store, int64_t id, uint8_t out[16])
{
	uint8_t row[8];
	int i;

	for (i = 0; i < 8; i++)
		row[i] = (uint8_t)((uint64_t)id >> (8 * i));
	crypto_generichash(out, 16, row, sizeof(row), store->id_key, STORE_KEY_BYTES);
	out[6] = (uint8_t)((out[6] & 0x0f) | 0x80); /* version 8 */
	out[8] = (uint8_t)((out[8] & 0x3f) | 0x80); /* variant of RFC 9562 */
}

void store_id_text(const uint8_t bytes[16], char out[37])
{
	static const int dashes[] = { 8, 13, 18, 23 };
	char hex[33];
	int i, from = 0;

	sodium_bin2hex(hex, sizeof(hex), bytes, 16);
	for (i = 0; i < 36; i++)
		out[i] = i == dashes[0] || i == dashes[1] || i == dashes[2] || i == dashes[3]
				 ? '-'
				 : hex[from++];
	out[36] = '\0';
}

void store_event_id(const struct store *store, int64_t id, char out[37])
{
	uint8_t bytes[16];

	if (store_is_elsewhere(store)) {
		store->backend.event_id(store->backend.data, id, out);
		return;
	}
	store_id_bytes(store, id, bytes);
	store_id_text(bytes, out);
}
