/* SPDX-License-Identifier: GPL-2.0-only */
/* checks.h - what a pattern alone cannot tell: sums, ranges, whether text looks random.
 * Each takes @length bytes at @text, which need not end with a NUL, and may hold any bytes. */
#ifndef TELPROBE_PRIVACY_CHECKS_H
#define TELPROBE_PRIVACY_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

/** check_card() - 13 to 19 digits of an issuer, separators left out, with the sum of ISO/IEC 7812-1
 * (Luhn) */
bool check_card(const char *text, size_t length);

/** check_iban() - separators left out, 15 to 34 characters whose rest by 97 is 1 (ISO 13616) */
bool check_iban(const char *text, size_t length);

/** check_ipv6() - an address as inet_pton(3) reads it, with a digit in it: `add::bed` is none */
bool check_ipv6(const char *text, size_t length);

/** check_number() - a run of digits, perhaps behind letters, that is no date (YYYYMMDD and what follows, from 1900 to 2099)
 * and no Unix time of 2014 to 2033 in s, ms, us or ns */
bool check_number(const char *text, size_t length);

/** check_digits() - 9 to 15 digits, whatever separates them, that do not begin with a date */
bool check_digits(const char *text, size_t length);

/** check_coordinates() - two numbers, each with three decimals or more, within 90 and 180 */
bool check_coordinates(const char *text, size_t length);

/** check_mixed() - both a digit and a letter */
bool check_mixed(const char *text, size_t length);

/** check_is_random() - letters and digits that look chosen by chance: pairs of letters that words do
 * not have, letters and digits in turn. Other characters are passed over; eleven pairs are the least. */
bool check_is_random(const char *text, size_t length);

#endif
