/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

struct ring {
	_Atomic uint64_t *consumer;	  /* page 0: ours to write */
	const _Atomic uint64_t *producer; /* page 1, read-only */
	const uint8_t *data; /* page 2 on, mapped twice in a row, so no record is cut */
	size_t bytes;
	size_t page_bytes;
	uint64_t position;
	int epoll_fd;
};

static int ring_map(struct ring *ring, int map_fd)
{
	size_t page = ring->page_bytes;
	void *mapping;

	mapping = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (mapping == MAP_FAILED)
		return -errno;
	ring->consumer = mapping;
	mapping = mmap(NULL, page + 2 * ring->bytes, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (mapping == MAP_FAILED)
		return -errno;
	ring->producer = mapping;
	ring->data = (const uint8_t *)mapping + page;
	return 0;
}

static int ring_watch(struct ring *ring, int map_fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	ring->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (ring->epoll_fd < 0)
		return -errno;
	return epoll_ctl(ring->epoll_fd, EPOLL_CTL_ADD, map_fd, &event) ? -errno : 0;
}

int ring_open(int map_fd, size_t bytes, struct ring **out, struct error *error)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	int ret;

	if (!ring)
		return error_set(error, -ENOMEM, "no memory for the ring's reader");
	ring->epoll_fd = -1;
	ring->bytes = bytes;
	ring->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	ret = ring_map(ring, map_fd);
	if (!ret)
		ret = ring_watch(ring, map_fd);
	if (ret) {
		ring_close(ring);
		return error_set(error, ret, "cannot map the ring: %s", error_text(ret));
	}
	ring->position = atomic_load_explicit(ring->consumer, memory_order_acquire);
	*out = ring;
	return 0;
}

void ring_close(struct ring *ring)
{
	if (!ring)
		return;
	if (ring->epoll_fd >= 0)
		close(ring->epoll_fd);
	if (ring->producer)
		munmap((void *)(uintptr_t)ring->producer, ring->page_bytes + 2 * ring->bytes);
	if (ring->consumer)
		munmap((void *)(uintptr_t)ring->consumer, ring->page_bytes);
	free(ring);
}

int ring_hide(struct ring *ring)
{
	void *data = (void *)(uintptr_t)ring->producer;

	if (madvise((void *)ring->consumer, ring->page_bytes, MADV_DONTFORK) ||
	    madvise(data, ring->page_bytes + 2 * ring->bytes, MADV_DONTFORK))
		return -errno;
	return 0;
}

int ring_fd(const struct ring *ring)
{
	return ring->epoll_fd;
}

void ring_clear(struct ring *ring)
{
	struct epoll_event event;

	while (epoll_wait(ring->epoll_fd, &event, 1, 0) > 0)
		;
}

const void *ring_next(struct ring *ring, size_t *out_bytes)
{
	while (ring->position < atomic_load_explicit(ring->producer, memory_order_acquire)) {
		const uint8_t *head = ring->data + (ring->position & (ring->bytes - 1));
		const _Atomic uint32_t *length = (const _Atomic uint32_t *)(const void *)head;
		uint32_t bytes = atomic_load_explicit(length, memory_order_acquire);
		bool is_discarded = bytes & BPF_RINGBUF_DISCARD_BIT;

		if (bytes & BPF_RINGBUF_BUSY_BIT)
			return NULL;
		bytes &= ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		ring->position += (BPF_RINGBUF_HDR_SZ + bytes + 7) / 8 * 8;
		if (is_discarded)
			continue;
		*out_bytes = bytes;
		return head + BPF_RINGBUF_HDR_SZ;
	}
	return NULL;
}

bool ring_is_empty(const struct ring *ring)
{
	return ring->position == atomic_load_explicit(ring->producer, memory_order_seq_cst);
}

uint64_t ring_end(const struct ring *ring)
{
	return atomic_load_explicit(ring->producer, memory_order_acquire);
}

uint64_t ring_position(const struct ring *ring)
{
	return ring->position;
}

uint64_t ring_released(const struct ring *ring)
{
	return atomic_load_explicit(ring->consumer, memory_order_relaxed);
}

void ring_release(struct ring *ring)
{
	atomic_store_explicit(ring->consumer, ring->position, memory_order_release);
}

const void *ring_bytes(const struct ring *ring, size_t *out_bytes)
{
	*out_bytes = ring->bytes;
	return ring->data;
}
