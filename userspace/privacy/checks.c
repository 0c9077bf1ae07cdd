/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/checks.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/letters.h"

enum {
	CARD_MIN = 13,
	CARD_MAX = 19,
	IBAN_MIN = 15,
	IBAN_MAX = 34,
	DATE_DIGITS = 8,
	DIGITS_MIN = 9,
	DIGITS_MAX = 15,
	RANDOM_SHORT = 11, /* pairs; of so few most must be surprising */
	RANDOM_LONG = 15,
	RANDOM_LONGER = 22,
};

/* The digits of @text without what stands between them. Return: how many, @room at most. */
static size_t digits_of(const char *text, size_t length, char *out, size_t room)
{
	size_t i, count = 0;

	for (i = 0; i < length && count < room; i++)
		if (is_digit(text[i]))
			out[count++] = text[i];
	return count;
}

static int leading(const char *digits, size_t count)
{
	int number = 0;
	size_t i;

	for (i = 0; i < count; i++)
		number = number * 10 + (digits[i] - '0');
	return number;
}

/* The ranges the large networks were given; a Luhn sum alone is right for every tenth number. */
static bool is_of_issuer(const char *digits)
{
	int two = leading(digits, 2), four = leading(digits, 4);

	return digits[0] == '4' || (two >= 50 && two <= 69) || (four >= 2221 && four <= 2720) ||
	       two == 34 || two == 37 || two == 35 || two == 36 || two == 38 || two == 30;
}

bool check_card(const char *text, size_t length)
{
	char digits[CARD_MAX + 1];
	size_t count = digits_of(text, length, digits, sizeof(digits)), i;
	int sum = 0;

	if (count < CARD_MIN || count > CARD_MAX || !is_of_issuer(digits))
		return false;
	for (i = 0; i < count; i++) {
		int digit = digits[count - 1 - i] - '0';

		if (i % 2)
			digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
		sum += digit;
	}
	return sum % 10 == 0;
}

/* ISO 7064 MOD 97-10: a letter counts as two digits, A as 10 */
static unsigned int rest_by_97(const char *text, size_t length, unsigned int rest)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (is_digit(text[i]))
			rest = (rest * 10 + (unsigned int)(text[i] - '0')) % 97;
		else
			rest = (rest * 100 + (unsigned int)((text[i] | 0x20) - 'a' + 10)) % 97;
	return rest;
}

bool check_iban(const char *text, size_t length)
{
	char plain[IBAN_MAX + 1];
	size_t i, count = 0;

	for (i = 0; i < length && count < sizeof(plain); i++)
		if (is_digit(text[i]) || is_letter(text[i]))
			plain[count++] = text[i];
	if (count < IBAN_MIN || count > IBAN_MAX)
		return false;
	return rest_by_97(plain, 4, rest_by_97(plain + 4, count - 4, 0)) == 1;
}

bool check_ipv6(const char *text, size_t length)
{
	char address[INET6_ADDRSTRLEN], digit;
	struct in6_addr out;

	if (length >= sizeof(address) || !digits_of(text, length, &digit, 1))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	return inet_pton(AF_INET6, address, &out) == 1;
}

static bool is_date(const char *digits, size_t count)
{
	int year, month, day;

	if (count < DATE_DIGITS)
		return false;
	year = leading(digits, 4);
	month = leading(digits + 4, 2);
	day = leading(digits + 6, 2);
	return year >= 1900 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool is_unix_time(const char *digits, size_t count)
{
	return (count == 10 || count == 13 || count == 16 || count == 19) &&
	       leading(digits, 2) >= 14 && leading(digits, 2) <= 19;
}

bool check_number(const char *text, size_t length)
{
	bool is_dated;

	for (; length && is_letter(*text); text++)
		length--;
	/* a date and a time of day to the second; beyond 14 digits it is no date any more */
	is_dated = length != 9 && length != 11 && length <= 14 && is_date(text, length);
	return !is_dated && !is_unix_time(text, length);
}

bool check_digits(const char *text, size_t length)
{
	char digits[DIGITS_MAX + 1];
	size_t count = digits_of(text, length, digits, sizeof(digits));

	return count >= DIGITS_MIN && count <= DIGITS_MAX && !is_date(digits, count);
}

bool check_coordinates(const char *text, size_t length)
{
	static const double limits[] = { 90, 180 };
	char copy[64], *at = copy, *end;
	double number;
	int i;

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	for (i = 0; i < 2; i++, at = end) {
		while (*at && !is_digit(*at) && !(*at == '-' && is_digit(at[1])))
			at++;
		number = strtod(at, &end);
		if (end == at || number > limits[i] || number < -limits[i])
			return false;
	}
	return true;
}

bool check_mixed(const char *text, size_t length)
{
	bool has_digit = false, has_letter = false;
	size_t i;

	for (i = 0; i < length; i++) {
		has_digit |= is_digit(text[i]);
		has_letter |= is_letter(text[i]);
	}
	return has_digit && has_letter;
}

/* Bit b of row a: the pair ab is one of the 260 that make up 86 % of all pairs in the words of
 * /usr/share/common-licenses, the command names and the C headers of a Debian 12. */
static const uint32_t common_pairs[26] = {
	0x13ebd4e, 0x0164911, 0x01edd95, 0x0164919, 0x1eff97f, 0x01e6931, 0x0166991,
	0x0124111, 0x22ef87f, 0x0000001, 0x0044111, 0x13c4919, 0x014d113, 0x03ce57d,
	0x07ef96f, 0x01ed9bd, 0x0100000, 0x11ef95d, 0x11cdd95, 0x11ed9bd, 0x00eb93f,
	0x0009111, 0x0000111, 0x0088000, 0x0048000, 0x0000010,
};

static bool is_surprising(const char *pair, bool has_third)
{
	char a = pair[0], b = pair[1];

	if (is_digit(a) || is_digit(b))
		return is_digit(a) != is_digit(b);
	if (is_lower(a) && is_upper(b)) /* a new word begins: it goes on in lower case */
		return !has_third || !is_lower(pair[2]);
	return !(common_pairs[(a | 0x20) - 'a'] >> ((b | 0x20) - 'a') & 1);
}

static bool is_counted(char c)
{
	return is_digit(c) || is_letter(c);
}

bool check_is_random(const char *text, size_t length)
{
	size_t i, pairs = 0, surprises = 0;

	for (i = 0; i + 1 < length; i++) {
		if (!is_counted(text[i]) || !is_counted(text[i + 1]))
			continue;
		pairs++;
		surprises += is_surprising(text + i, i + 2 < length);
	}
	if (pairs < RANDOM_SHORT)
		return false;
	if (pairs < RANDOM_LONG)
		return check_mixed(text, length) && surprises * 100 >= 62 * pairs;
	return surprises * 100 >= (pairs < RANDOM_LONGER ? 42 : 35) * pairs;
}
