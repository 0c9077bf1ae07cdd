/* SPDX-License-Identifier: GPL-2.0-only */
/* provenance.c - telprobe without the layer `provenance`: what a file's variables hold at first counts
 * as constants do. */
#include "inspect/elf.h"

const struct elf_segment *__wrap_elf_segment_holding(const struct elf *, uint64_t, uint64_t,
						     uint32_t, uint32_t);
const struct elf_segment *__real_elf_segment_holding(const struct elf *, uint64_t, uint64_t,
						     uint32_t, uint32_t);

const struct elf_segment *__wrap_elf_segment_holding(const struct elf *elf, uint64_t address,
						     uint64_t bytes, uint32_t wanted,
						     uint32_t unwanted)
{
	return __real_elf_segment_holding(elf, address, bytes, wanted, unwanted & ~(uint32_t)PF_W);
}
