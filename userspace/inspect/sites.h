/* SPDX-License-Identifier: GPL-2.0-only */
/* sites.h - reads one USDT note (owner "stapsdt", type 3) into a site. */
#ifndef TELPROBE_INSPECT_SITES_H
#define TELPROBE_INSPECT_SITES_H

#include "inspect/elf.h"
#include "inspect/inspect.h"

/**
 * sites_read() - what the note offers
 * @base: address of section .stapsdt.base; 0: none. Where the note has another one, the file was
 * moved after it was linked (prelink), and all its addresses with it.
 * Return: 0, -EBADMSG for a malformed note. */
int sites_read(const struct elf *elf, uint64_t base, const unsigned char *content, size_t bytes,
	       struct inspect_site *out);

#endif
