/* SPDX-License-Identifier: GPL-2.0-only */
/* ring.h - reader of a BPF ring buffer that releases only what was made durable.
 * libbpf's reader releases each record as it is handed out and waits level-triggered; this one
 * keeps its own read position and leaves the kernel's alone until ring_release() (hazards: 1).
 * Layout of the mapping: Documentation/bpf/ringbuf.rst and kernel/bpf/ringbuf.c, Linux 5.8 on. */
#ifndef TELPROBE_CAPTURE_RING_H
#define TELPROBE_CAPTURE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

struct ring;

/** ring_open() - map the ring behind @map_fd, which stays the caller's. @bytes: its size */
int ring_open(int map_fd, size_t bytes, struct ring **out, struct error *error);
void ring_close(struct ring *ring);

/** ring_hide() - processes forked from now on do not inherit the mapping */
int ring_hide(struct ring *ring);

/** ring_fd() - epoll descriptor; readable, edge-triggered, after a producer's wake-up. Call
 * ring_clear() when it was. */
int ring_fd(const struct ring *ring);
void ring_clear(struct ring *ring);

/** ring_next() - the next finished record. Return: NULL when there is none or the next is not
 * finished. Valid until released. */
const void *ring_next(struct ring *ring, size_t *out_bytes);

/** ring_is_empty() - nothing behind the read position, not even an unfinished record */
bool ring_is_empty(const struct ring *ring);

uint64_t ring_end(const struct ring *ring);	 /* where the next record will begin */
uint64_t ring_position(const struct ring *ring); /* bytes read since the ring was made */
uint64_t ring_released(const struct ring *ring);
void ring_release(struct ring *ring); /* give the kernel back all that was read */

/** ring_bytes() - all of its data pages, with what was read and released: a record stands there until
 * another is written over it. Return: as long as the ring. */
const void *ring_bytes(const struct ring *ring, size_t *out_bytes);

#endif
