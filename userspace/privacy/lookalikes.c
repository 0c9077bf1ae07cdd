/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/lookalikes.h"

#include <stddef.h>

/* After the Unicode Character Database's compatibility decompositions and the confusables of UTS 39,
 * of both what looks like a character that a name, an address or a key may hold. */

/* Ranges in which characters follow each other as in ASCII, @period at a time. */
static const struct range {
	uint32_t first, last;
	uint32_t period; /* 0: all stand for @plain */
	int plain;	 /* what the first stands for */
} ranges[] = {
	{ 0x0300, 0x036f, 0, LOOKALIKE_INVISIBLE }, /* combining marks */
	{ 0x0660, 0x0669, 10, '0' },		    /* Arabic-Indic digits */
	{ 0x06f0, 0x06f9, 10, '0' },
	{ 0x0966, 0x096f, 10, '0' }, /* Devanagari digits */
	{ 0x180b, 0x180f, 0, LOOKALIKE_INVISIBLE },
	{ 0x2000, 0x200a, 0, ' ' },
	{ 0x200b, 0x200f, 0, LOOKALIKE_INVISIBLE },
	{ 0x2010, 0x2015, 0, '-' },
	{ 0x202a, 0x202e, 0, LOOKALIKE_INVISIBLE },
	{ 0x2060, 0x206f, 0, LOOKALIKE_INVISIBLE },
	{ 0x2074, 0x2079, 10, '4' }, /* superscripts */
	{ 0x2080, 0x2089, 10, '0' }, /* subscripts */
	{ 0x2460, 0x2468, 9, '1' },  /* circled digits */
	{ 0x24b6, 0x24cf, 26, 'A' }, /* circled letters */
	{ 0x24d0, 0x24e9, 26, 'a' },
	{ 0xfe00, 0xfe0f, 0, LOOKALIKE_INVISIBLE },
	{ 0xff01, 0xff5e, 94, '!' },		      /* full-width */
	{ 0x1d7ce, 0x1d7ff, 10, '0' },		      /* mathematical digits */
	{ 0x1f130, 0x1f149, 26, 'A' },		      /* squared letters */
	{ 0xe0000, 0xe007f, 0, LOOKALIKE_INVISIBLE }, /* tags */
	{ 0xe0100, 0xe01ef, 0, LOOKALIKE_INVISIBLE },
};

/* Those that stand alone. */
static const struct single {
	uint16_t scalar;
	char plain; /* 0: invisible */
} singles[] = {
	{ 0x00a0, ' ' }, { 0x00ad, 0 },	  { 0x00b2, '2' }, { 0x00b3, '3' }, { 0x00b7, '.' },
	{ 0x00b9, '1' }, { 0x0131, 'i' }, { 0x0237, 'j' }, { 0x0251, 'a' }, { 0x0261, 'g' },
	{ 0x02d0, ':' }, { 0x034f, 0 },	  { 0x0391, 'A' }, { 0x0392, 'B' }, { 0x0395, 'E' },
	{ 0x0396, 'Z' }, { 0x0397, 'H' }, { 0x0399, 'I' }, { 0x039a, 'K' }, { 0x039c, 'M' },
	{ 0x039d, 'N' }, { 0x039f, 'O' }, { 0x03a1, 'P' }, { 0x03a4, 'T' }, { 0x03a5, 'Y' },
	{ 0x03a7, 'X' }, { 0x03b1, 'a' }, { 0x03b5, 'e' }, { 0x03b9, 'i' }, { 0x03ba, 'k' },
	{ 0x03bd, 'v' }, { 0x03bf, 'o' }, { 0x03c1, 'p' }, { 0x03c4, 't' }, { 0x03c5, 'u' },
	{ 0x03c7, 'x' }, { 0x03f2, 'c' }, { 0x03f3, 'j' }, { 0x0405, 'S' }, { 0x0406, 'I' },
	{ 0x0408, 'J' }, { 0x0410, 'A' }, { 0x0412, 'B' }, { 0x0415, 'E' }, { 0x0417, '3' },
	{ 0x041a, 'K' }, { 0x041c, 'M' }, { 0x041d, 'H' }, { 0x041e, 'O' }, { 0x0420, 'P' },
	{ 0x0421, 'C' }, { 0x0422, 'T' }, { 0x0423, 'Y' }, { 0x0425, 'X' }, { 0x0430, 'a' },
	{ 0x0435, 'e' }, { 0x043a, 'k' }, { 0x043c, 'm' }, { 0x043d, 'h' }, { 0x043e, 'o' },
	{ 0x0440, 'p' }, { 0x0441, 'c' }, { 0x0442, 't' }, { 0x0443, 'y' }, { 0x0445, 'x' },
	{ 0x0455, 's' }, { 0x0456, 'i' }, { 0x0458, 'j' }, { 0x04bb, 'h' }, { 0x04c0, 'I' },
	{ 0x04cf, 'l' }, { 0x0501, 'd' }, { 0x051b, 'q' }, { 0x051d, 'w' }, { 0x0585, 'o' },
	{ 0x0578, 'n' }, { 0x057d, 'u' }, { 0x061c, 0 },   { 0x066b, '.' }, { 0x2024, '.' },
	{ 0x2027, '.' }, { 0x202f, ' ' }, { 0x2044, '/' }, { 0x205f, ' ' }, { 0x2070, '0' },
	{ 0x2071, 'i' }, { 0x207f, 'n' }, { 0x2113, 'l' }, { 0x212a, 'K' }, { 0x2212, '-' },
	{ 0x2215, '/' }, { 0x2236, ':' }, { 0x24ea, '0' }, { 0x3000, ' ' }, { 0x3002, '.' },
	{ 0xa789, ':' }, { 0xfe52, '.' }, { 0xfe55, ':' }, { 0xfe63, '-' }, { 0xfe6b, '@' },
	{ 0xfeff, 0 },
};

/* The 52 letters of an alphabet in 13 styles; holes were filled elsewhere and do not matter. */
enum { MATHEMATICAL_FIRST = 0x1d400, MATHEMATICAL_LAST = 0x1d6a3 };

int lookalike(uint32_t scalar)
{
	uint32_t letter;
	size_t i;

	if (scalar >= MATHEMATICAL_FIRST && scalar <= MATHEMATICAL_LAST) {
		letter = (scalar - MATHEMATICAL_FIRST) % 52;
		return (int)(letter < 26 ? 'A' + letter : 'a' + letter - 26);
	}
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (scalar >= ranges[i].first && scalar <= ranges[i].last)
			return ranges[i].period
				       ? ranges[i].plain + (int)((scalar - ranges[i].first) %
								 ranges[i].period)
				       : ranges[i].plain;
	for (i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
		if (singles[i].scalar == scalar)
			return singles[i].plain ? singles[i].plain : LOOKALIKE_INVISIBLE;
	return LOOKALIKE_NONE;
}
