/* SPDX-License-Identifier: GPL-2.0-only */
/* lookalikes.h - characters that stand for an ASCII one, or for nothing. */
#ifndef TELPROBE_PRIVACY_LOOKALIKES_H
#define TELPROBE_PRIVACY_LOOKALIKES_H

#include <stdint.h>

enum { LOOKALIKE_NONE = -1, LOOKALIKE_INVISIBLE = -2 };

/** lookalike() - the ASCII character that Unicode's @scalar, 0x80 or more, looks like
 * Full-width, circled, mathematical, super- and subscript forms, Cyrillic and Greek letters, dashes,
 * dots and spaces. Return: it; LOOKALIKE_INVISIBLE for what takes no room (zero-width characters,
 * joiners, marks of direction, variation selectors, combining marks); LOOKALIKE_NONE. */
int lookalike(uint32_t scalar);

#endif
