/* SPDX-License-Identifier: GPL-2.0-only */
/* leaving.c - telprobe without the layer `leaving`: what stands in a database is not judged again. */
#include "report/leaving.h"

int __wrap_leaving_each(struct leaving *, const struct store_filter *, store_row_callback, void *,
			struct error *);
int __wrap_leaving_each_sum(struct leaving *, const struct store_sum_filter *, store_sum_callback,
			    void *, struct error *);

int __wrap_leaving_each(struct leaving *leaving, const struct store_filter *filter,
			store_row_callback callback, void *data, struct error *error)
{
	return store_each(leaving->store, filter, callback, data, error);
}

int __wrap_leaving_each_sum(struct leaving *leaving, const struct store_sum_filter *filter,
			    store_sum_callback callback, void *data, struct error *error)
{
	return store_each_sum(leaving->store, filter, callback, data, error);
}
