/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/handle.h"

int store_open_backend(const struct store_backend *backend, struct store **out, struct error *error)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store)
		store->path = strdup("the service");
	if (!store || !store->path) {
		free(store);
		return error_set(error, -ENOMEM, "out of memory");
	}
	store->backend = *backend;
	store->owner = backend->owner;
	*out = store;
	return 0;
}

int store_each_erasure(struct store *store, store_erasure_callback callback, void *data,
		       struct error *error)
{
	if (!store_is_elsewhere(store) || !store->backend.each_erasure)
		return 0;
	return store->backend.each_erasure(store->backend.data, callback, data, error);
}
