/* SPDX-License-Identifier: GPL-2.0-only */
/* totals.c - the sums of level basic, mapped without the right to write them. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "capture/capture_internal.h"

static size_t whole_pages(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static size_t totals_bytes(void)
{
	return whole_pages(TP_HALVES * sizeof(struct tp_totals));
}

static size_t state_bytes(void)
{
	return whole_pages(sizeof(struct tp_totals_state));
}

/* Mapped so it can never be made writable (kernel/bpf/syscall.c: bpf_map_mmap()). */
static int map_to_read(const struct bpf_map *map, size_t bytes, const void **out,
		       struct error *error)
{
	void *mapping = mmap(NULL, bytes, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);

	if (mapping == MAP_FAILED)
		return error_set(error, -errno, "cannot map the totals of the kernel side: %s",
				 error_text(errno));
	*out = mapping;
	return 0;
}

static int write_state(struct capture *capture, const struct tp_totals_state *state,
		       struct error *error)
{
	uint32_t zero = 0;
	int ret = bpf_map_update_elem(bpf_map__fd(capture->programs->maps.totals_state), &zero,
				      state, BPF_ANY);

	return ret ? error_set(error, ret, "cannot change the totals: %s", error_text(ret)) : 0;
}

/* Never 0, and too large to come twice. */
static int new_source(__u64 *out, struct error *error)
{
	if (getrandom(out, sizeof(*out), 0) != sizeof(*out))
		return error_set(error, -EIO, "no random bytes from the system");
	*out |= 1;
	return 0;
}

int totals_map(struct capture *capture, struct error *error)
{
	struct tp_totals_state state = { 0 };
	const void *totals = NULL, *mapped_state = NULL;
	int ret;

	ret = map_to_read(capture->programs->maps.totals, totals_bytes(), &totals, error);
	capture->totals = totals;
	if (!ret)
		ret = map_to_read(capture->programs->maps.totals_state, state_bytes(),
				  &mapped_state, error);
	capture->totals_state = mapped_state;
	if (!ret)
		ret = new_source(&state.source[0], error);
	return ret ? ret : write_state(capture, &state, error);
}

void totals_unmap(struct capture *capture)
{
	if (capture->totals)
		munmap((void *)(uintptr_t)capture->totals, totals_bytes());
	if (capture->totals_state)
		munmap((void *)(uintptr_t)capture->totals_state, state_bytes());
}

int totals_hide(struct capture *capture)
{
	if (madvise((void *)(uintptr_t)capture->totals, totals_bytes(), MADV_DONTFORK) ||
	    madvise((void *)(uintptr_t)capture->totals_state, state_bytes(), MADV_DONTFORK))
		return -errno;
	return 0;
}

const struct tp_totals *capture_totals(const struct capture *capture, uint32_t half)
{
	return &capture->totals[half];
}

uint32_t capture_totals_half(const struct capture *capture)
{
	return __atomic_load_n(&capture->totals_state->half, __ATOMIC_ACQUIRE);
}

uint64_t capture_totals_source(const struct capture *capture, uint32_t half)
{
	return __atomic_load_n(&capture->totals_state->source[half], __ATOMIC_ACQUIRE);
}

bool capture_totals_have_grown(const struct capture *capture)
{
	return __atomic_load_n(&capture->reader->has_totals, __ATOMIC_SEQ_CST);
}

void capture_totals_seen(struct capture *capture)
{
	__atomic_exchange_n(&capture->reader->has_totals, 0, __ATOMIC_SEQ_CST);
}

int capture_totals_turn(struct capture *capture, struct error *error)
{
	struct tp_totals_state state = *capture->totals_state;
	uint32_t other = !state.half;
	int ret;

	if (state.source[other])
		return -EBUSY;
	ret = new_source(&state.source[other], error);
	if (ret)
		return ret;
	state.half = other;
	ret = write_state(capture, &state, error);
	return ret ? ret : capture_barrier(capture, error);
}

int capture_totals_clear(struct capture *capture, struct error *error)
{
	struct tp_totals_state state = *capture->totals_state;
	struct tp_totals *none;
	uint32_t other = !state.half;
	int ret;

	if (!state.source[other])
		return 0;
	none = calloc(1, sizeof(*none));
	if (!none)
		return error_set(error, -ENOMEM, "no memory to clear the totals");
	ret = bpf_map_update_elem(bpf_map__fd(capture->programs->maps.totals), &other, none,
				  BPF_ANY);
	free(none);
	if (ret)
		return error_set(error, ret, "cannot clear the totals: %s", error_text(ret));
	state.source[other] = 0;
	return write_state(capture, &state, error);
}
