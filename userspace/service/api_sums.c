/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/api_sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/owner_files.h"
#include "service/sums_wire.h"

struct api_sums {
	const char *directory;
	struct store_sum_filter filter;
	struct owner_file *files;
	size_t count, at;
};

struct packing { /* one message */
	uint8_t *out;
	size_t used;
	uint32_t count;
	int64_t last; /* series */
	struct error *error;
};

static int list_one(uint32_t uid, struct api_sums *sums, struct error *error)
{
	sums->files = calloc(1, sizeof(*sums->files));
	if (!sums->files)
		return error_set(error, -ENOMEM, "out of memory");
	sums->files[0].uid = uid;
	sums->count = 1;
	return 0;
}

int api_sums_new(const char *directory, const uint32_t *uid, const struct store_sum_filter *filter,
		 struct api_sums **out, struct error *error)
{
	struct api_sums *sums = calloc(1, sizeof(*sums));
	int ret;

	if (!sums)
		return error_set(error, -ENOMEM, "out of memory");
	sums->directory = directory;
	sums->filter = *filter;
	ret = uid ? list_one(*uid, sums, error)
		  : owner_files_list(directory, &sums->files, &sums->count, error);
	if (ret) {
		api_sums_free(sums);
		return ret;
	}
	*out = sums;
	return 0;
}

void api_sums_free(struct api_sums *sums)
{
	if (!sums)
		return;
	free(sums->files);
	free(sums);
}

/* Return: 1 the message is full. */
static int pack(const struct store_sum *sum, void *data)
{
	struct packing *packing = data;
	ssize_t bytes =
		sums_pack(sum, packing->out + packing->used, CONTROL_ANSWER - packing->used);

	if (bytes < 0)
		return error_set(packing->error, -EBADMSG, "a sum of uid %u is damaged",
				 sum->owner);
	if (!bytes)
		return 1;
	packing->used += (size_t)bytes;
	packing->count++;
	packing->last = sum->series;
	return 0;
}

static int read_some(struct api_sums *sums, struct packing *packing, struct error *error)
{
	struct store *store;
	int ret = owner_files_open(sums->directory, sums->files[sums->at].uid, &store, error);

	if (ret <= 0)
		return ret;
	ret = store_each_sum(store, &sums->filter, pack, packing, error);
	store_close(store);
	return ret;
}

int api_sums_slice(struct api_sums *sums, uint8_t *out, size_t *out_used, struct error *error)
{
	struct control_rows header = { .kind = CONTROL_IS_SUMS };
	struct packing packing = { .out = out, .used = sizeof(header), .error = error };
	int ret;

	*out_used = 0;
	if (sums->at == sums->count)
		return 0;
	ret = read_some(sums, &packing, error);
	if (ret < 0)
		return ret;
	sums->filter.after = ret ? packing.last : 0;
	sums->at += !ret;
	header.count = packing.count;
	memcpy(out, &header, sizeof(header));
	*out_used = packing.count ? packing.used : 0;
	return 1;
}
