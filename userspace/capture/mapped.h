/* SPDX-License-Identifier: GPL-2.0-only */
/* mapped.h - which file the kernel maps when it is given another: behind the mounts of an overlay it is
 * the layer's, and there a probe sits. stat() tells of each mount another file, and on some file
 * systems another device (hazards: one image in two overlay mounts). */
#ifndef TELPROBE_CAPTURE_MAPPED_H
#define TELPROBE_CAPTURE_MAPPED_H

#include "capture/capture.h"

/** mapped_file() - @program_fd: the program `mapped` of bpf/; -1: not loaded, @key stays as it is
 * @key: as stat() has it, with content 0. It stays so also for a file nobody can map.
 * Return: 0 or -errno. */
int mapped_file(int program_fd, int fd, struct tp_executable_key *key);

#endif
