/* SPDX-License-Identifier: GPL-2.0-only */
/* test_corpus.c - thousands of sensitive strings, each kind in many disguises, of which none may
 * pass, and thousands of harmless names (tests/fixtures/harmless.txt), of which hardly one may be
 * touched. The sensitive ones are made here from templates: no file of this project holds one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/firewall.h"

enum {
	ROUNDS = 8, /* strings of each template */
	TEXT = 600,
	HARMLESS_TOUCHED_PER_MILLE = 5,
};

/* {COUNT CLASS}: as many characters of d 0-9, h 0-9a-f, a A-Za-z0-9, u A-Z0-9, l a-z0-9, b of base64url,
 * o 1-250 as a number, L a sum by Luhn over the digits before, I the two check digits of an IBAN. */
static const char *const templates[] = {
	/* cloud */
	"AKIA{16u}",
	"ASIA{16u}",
	"AROA{16u}",
	"AIza{35b}",
	"ya29.{60b}",
	"GOCSPX-{28b}",
	"{12d}-{32l}.apps.googleusercontent.com",
	"dop_v1_{64h}",
	"doo_v1_{64h}",
	"dapi{32h}",
	"hvs.{90b}",
	"hvb.{60b}",
	"{14a}.atlasv1.{60b}",
	"dp.pt.{43a}",
	"pul-{40h}",
	"{3a}8Q~{34b}",
	"AccountKey={86b}==",
	"LTAI{20a}",
	"HRKU-{8h}-{4h}-{4h}-{4h}-{12h}",
	"sbp_{40h}",
	"pscale_tkn_{43a}",
	"CFPAT-{43b}",
	"nfp_{36a}",
	"amzn.mws.{8h}-{4h}-{4h}-{4h}-{12h}",
	/* code hosting */
	"ghp_{36a}",
	"gho_{36a}",
	"ghs_{36a}",
	"github_pat_{22a}_{59a}",
	"glpat-{20b}",
	"gldt-{20b}",
	"ATATT3{150b}",
	"ATBB{32a}",
	"squ_{40h}",
	"CCIPAT_{22a}_{40h}",
	"sgp_{40h}",
	/* chat */
	"xoxb-{12d}-{12d}-{24a}",
	"xoxp-{12d}-{12d}-{32h}",
	"xapp-1-A{10u}-{13d}-{64h}",
	"https://hooks.slack.com/services/T{8u}/B{8u}/{24a}",
	"https://discord.com/api/webhooks/{18d}/{68b}",
	"M{23a}.{6b}.{27b}",
	"{9d}:AA{33b}",
	"lin_api_{40a}",
	"EAACEdEose0cBA{40a}",
	/* payment */
	"sk_live_{24a}",
	"rk_live_{24a}",
	"sk_test_{10a}",
	"pk_live_{24a}",
	"whsec_{32a}",
	"sq0csp-{43b}",
	"sq0atp-{22b}",
	"shpat_{32h}",
	"shpss_{32h}",
	"rzp_live_{14a}",
	"access-sandbox-{8h}-{4h}-{4h}-{4h}-{12h}",
	"FLWSECK_TEST-{32h}-X",
	"EZAK{54a}",
	/* registries */
	"npm_{36a}",
	"pypi-AgEIcHlwaS5vcmc{60b}",
	"rubygems_{48h}",
	"dckr_pat_{27b}",
	"oy2{43l}",
	"AKCp{69a}",
	/* AI providers */
	"sk-ant-api03-{93b}AA",
	"sk-proj-{48a}",
	"sk-{48a}",
	"sk-or-v1-{64h}",
	"hf_{34a}",
	"gsk_{52a}",
	"xai-{80a}",
	"r8_{37a}",
	"pplx-{48a}",
	"nvapi-{64b}",
	"lsv2_pt_{32h}_{10h}",
	"tvly-{32a}",
	/* monitoring */
	"NRAK-{27u}",
	"NRJS-{19h}",
	"glsa_{32a}_{8h}",
	"sntrys_eyJ{60a}",
	"dt0c01.{24u}.{64u}",
	"phc_{43a}",
	/* other services */
	"SK{32h}",
	"AC{32h}",
	"SG.{22b}.{43b}",
	"key-{32h}",
	"{32h}-us12",
	"xkeysib-{64h}-{16a}",
	"secret_{43a}",
	"ntn_{46a}",
	"pat{14a}.{64h}",
	"figd_{40b}",
	"tskey-auth-{12a}-{30a}",
	"PMAK-{24h}-{34h}",
	"AGE-SECRET-KEY-1{58u}",
	"apify_api_{36a}",
	"{8h}:{8h}",
	"su{4l}8{3l}2{3l}",
	/* key material, and what only looks like it */
	"eyJhbGciOiJ{12b}.eyJ{30b}.{43b}",
	"-----BEGIN RSA PRIVATE KEY-----",
	"-----BEGIN OPENSSH PRIVATE KEY-----",
	"-----BEGIN PGP PRIVATE KEY BLOCK-----",
	"ssh-rsa AAAAB3NzaC1yc2E{60b}",
	"$2b$12${53a}",
	"$6$rounds=5000${16a}${40a}",
	"{32h}",
	"{40h}",
	"{64h}",
	"0x{40h}",
	"bc1q{38l}",
	"{32a}",
	"{40b}",
	"{44b}=",
	/* words that say so */
	"password={8a}",
	"\"passwd\": \"{8a}\"",
	"Bearer {32a}",
	"api_key: {20a}",
	"token={12a}",
	"HOME=/home/anna",
	"API_TOKEN={20a}",
	"export AWS_SECRET_ACCESS_KEY={20a}",
	"${HOME}/x",
	/* people */
	"anna.smith{2d}@example.org",
	"a+b@mail.example.co.uk",
	"anna at example dot org",
	"{3d}-{3d}-{4d}",
	"({3d}) {3d}-{4d}",
	"+1-{3d}-{3d}-{4d}",
	"{3d}.{3d}.{4d}",
	"+4930{7d}",
	"+44 20 7946 0{3d}",
	"020-7946-0{3d}",
	"tel:+1{10d}",
	"{3d}-{2d}-{4d}",
	"{3d} {2d} {4d}",
	"4{14d}{1L}",
	"4{3d}-{4d}-{4d}-{3d}{1L}",
	"55{13d}{1L}",
	"37{2d} {6d} {4d}{1L}",
	"6011 {4d} {4d} {3d}{1L}",
	"DE{1I}{18d}",
	"ES{1I}{20d}",
	"DE{1I} {4d} {4d} {4d} {4d} {2d}",
	"AB{6d}C",
	"X{7d}L",
	/* machines */
	"10.{1o}.{1o}.{1o}",
	"192.168.{1o}.{1o}:8080",
	"ip-10-{1o}-{1o}-{1o}",
	"fe80::{4h}:{4h}:1",
	"2001:db8:{4h}::{4h}:2",
	"{2h}:{2h}:{2h}:{2h}:{2h}:a{1d}",
	"{2h}-{2h}-{2h}-{2h}-{2h}-b{1d}",
	"00{1h}{1d}.{3h}a.{4h}",
	"{8h}-{4h}-4{3h}-a{3h}-{12h}",
	"48.{5d}, 2.{5d}",
	"lat:48.{6d}",
	"db{2d}.corp.example.com",
	"anna-laptop.local",
	/* places of files, and of everything else */
	"/home/anna/{6l}.txt",
	"~/.ssh/id_ed25519",
	"../{6l}/x",
	"/var/lib/{6l}",
	"C:\\Users\\anna\\{6l}",
	"D:/{6l}/x.doc",
	"\\\\server\\share\\{6l}",
	"https://example.org/{6l}?q={6l}",
	"postgres://u:{8a}@db.example.org/x",
	"www.example.org/{6l}",
	"file:///home/anna",
};

enum { TEMPLATES = sizeof(templates) / sizeof(templates[0]) };

static uint64_t random_state;

static unsigned int random_below(unsigned int limit)
{
	random_state ^= random_state
			<< 13; /* xorshift, Marsaglia 2003: the same strings in each run */
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned int)((random_state * 0x2545f4914f6cdd1dull) >> 33) % limit;
}

static const char *class_of(char name)
{
	static const char all[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
	static char upper[37], lower[37], base62[63];

	snprintf(upper, sizeof(upper), "%.36s", all);
	snprintf(lower, sizeof(lower), "%.10s%.26s", all, all + 36);
	snprintf(base62, sizeof(base62), "%.62s", all);
	switch (name) {
	case 'd':
		return "0123456789";
	case 'h':
		return "0123456789abcdef";
	case 'u':
		return upper;
	case 'l':
		return lower;
	case 'a':
		return base62;
	default:
		return all;
	}
}

static char luhn_digit(const char *text, size_t length)
{
	int sum = 0, place = 0;

	while (length--) {
		int digit = text[length] - '0';

		if (digit < 0 || digit > 9)
			continue;
		sum += place++ % 2 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

/* The two digits behind the country that make the rest by 97 one. */
static void set_iban_digits(char *text)
{
	char number[80];
	unsigned int rest = 0;
	size_t used = 0, i;

	for (i = 4; text[i]; i++)
		if (text[i] != ' ')
			number[used++] = text[i];
	used += (size_t)snprintf(number + used, sizeof(number) - used, "%d%d00", text[0] - 'A' + 10,
				 text[1] - 'A' + 10);
	for (i = 0; i < used; i++)
		rest = (rest * 10 + (unsigned int)(number[i] - '0')) % 97;
	text[2] = (char)('0' + (98 - rest) / 10);
	text[3] = (char)('0' + (98 - rest) % 10);
}

static void fill(const char *template, char out[TEXT])
{
	size_t used = 0;
	bool is_iban = false;

	while (*template) {
		char *end;
		long count;
		const char *class;

		if (*template != '{') {
			out[used++] = *template ++;
			continue;
		}
		count = strtol(template + 1, &end, 10);
		template = end + 2;
		class = class_of(*end);
		if (*end == 'H') { /* ${HOME} is none */
			used += (size_t)snprintf(out + used, TEXT - used, "{HOME}");
			template = end + 5;
		} else if (*end == 'L') {
			out[used] = luhn_digit(out, used);
			used++;
		} else if (*end == 'I') {
			is_iban = true;
			used += 2;
		} else if (*end == 'o') {
			used += (size_t)snprintf(out + used, TEXT - used, "%u",
						 1 + random_below(250));
		} else {
			while (count-- > 0)
				out[used++] = class[random_below((unsigned int)strlen(class))];
		}
	}
	out[used] = '\0';
	if (is_iban)
		set_iban_digits(out);
}

/* --- disguises ----------------------------------------------------------------------------- */

static void to_upper(const char *text, char *out)
{
	for (; *text; text++)
		*out++ = (char)(*text >= 'a' && *text <= 'z' ? *text - 32 : *text);
	*out = '\0';
}

static void to_lower(const char *text, char *out)
{
	for (; *text; text++)
		*out++ = (char)(*text >= 'A' && *text <= 'Z' ? *text + 32 : *text);
	*out = '\0';
}

static void to_percent(const char *text, char *out)
{
	for (; *text; text++, out += 3)
		snprintf(out, 4, "%%%02X", (unsigned char)*text);
}

static void to_base64_of(const char *alphabet, const char *text, char *out)
{
	size_t length = strlen(text), i, used = 0;

	for (i = 0; i < length; i += 3) {
		uint32_t bits = 0;
		size_t k, bytes = length - i < 3 ? length - i : 3;

		for (k = 0; k < 3; k++)
			bits = bits << 8 | (k < bytes ? (unsigned char)text[i + k] : 0);
		for (k = 0; k <= bytes; k++)
			out[used++] = alphabet[bits >> (18 - 6 * k) & 63];
	}
	out[used] = '\0';
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static void to_base64(const char *text, char *out)
{
	to_base64_of(LETTERS "+/", text, out);
	strncat(out, strlen(out) % 4 == 2 ? "==" : strlen(out) % 4 ? "=" : "", 3);
}

static void to_base64_of_urls(const char *text, char *out)
{
	to_base64_of(LETTERS "-_", text, out);
}

static void to_full_width(const char *text, char *out)
{
	for (; *text; text++) {
		unsigned int code = 0xfee0u + (unsigned char)*text;

		if (*text <= ' ' || *text == 0x7f) {
			*out++ = *text;
			continue;
		}
		*out++ = (char)(0xe0 | code >> 12);
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	}
	*out = '\0';
}

static void to_zero_width(const char *text, char *out)
{
	for (; *text; text++, out += 4)
		snprintf(out, 5, "%c\xe2\x80\x8b", *text);
}

static void to_look_alikes(const char *text, char *out)
{
	static const char latin[] = "aeopcxyiAEOPCXTHM";
	static const char *const cyrillic[] = { "а", "е", "о", "р", "с", "х", "у", "і", "А",
						"Е", "О", "Р", "С", "Х", "Т", "Н", "М" };

	for (; *text; text++) {
		const char *at = strchr(latin, *text);

		if (at)
			out = stpcpy(out, cyrillic[at - latin]);
		else
			*out++ = *text;
	}
	*out = '\0';
}

static const char *const around[][2] = {
	{ "value=", "" }, { "\"", "\"" }, { "user ", " logged in" },
	{ "x:", "" },	  { "<", ">" },	  { "id-", "" },
	{ "tag.", "" },	  { "", "." },	  { "(", ")" },
	{ "err_", "" },	  { "", "-old" }, { "a.", ".b" },
};

enum { AROUND = sizeof(around) / sizeof(around[0]) };

static void to_twice(const char *text, char *out)
{
	static char once[4 * TEXT];

	to_base64_of_urls(text, once);
	to_base64_of_urls(once, out);
}

static void to_itself(const char *text, char *out)
{
	snprintf(out, TEXT, "%s", text);
}

static void (*const disguises[])(const char *text, char *out) = {
	to_itself,	   to_upper,	  to_lower,	 to_percent,	 to_base64,
	to_base64_of_urls, to_full_width, to_zero_width, to_look_alikes, to_twice,
};

enum { DISGUISES = sizeof(disguises) / sizeof(disguises[0]) };

/* @how: below DISGUISES + AROUND */
static void disguise(size_t how, const char *text, char *out)
{
	if (how < DISGUISES)
		disguises[how](text, out);
	else
		snprintf(out, 4 * TEXT, "%s%s%s", around[how - DISGUISES][0], text,
			 around[how - DISGUISES][1]);
}

/* --- tests --------------------------------------------------------------------------------- */

static int setup(void **state)
{
	random_state = 88172645463325252ull;
	return firewall_new(NULL, (struct firewall **)state, NULL);
}

static int teardown(void **state)
{
	firewall_free(*state);
	return 0;
}

static void corpus_sensitive_in_any_disguise_is_refused_by_a_pattern(void **state)
{
	static char text[TEXT], disguised[8 * TEXT];
	struct firewall_verdict verdict;
	size_t i, round, how, passed = 0, judged = 0;

	for (i = 0; i < TEMPLATES; i++)
		for (round = 0; round < ROUNDS; round++) {
			fill(templates[i], text);
			for (how = 0; how < DISGUISES + AROUND; how++) {
				disguise(how, text, disguised);
				verdict = firewall_explain(*state, FIREWALL_NAME, disguised,
							   strlen(disguised));
				judged++;
				if (verdict.layer == FIREWALL_PATTERN)
					continue;
				passed++; /* shape may refuse it: but who knows it only so? */
				print_message("'%s' of '%s', disguise %zu: %s\n", disguised,
					      templates[i], how,
					      firewall_layer_name(verdict.layer));
			}
		}
	assert_true(judged >= 2000);
	assert_int_equal(passed, 0);
}

static void corpus_sensitive_names_its_kind(void **state)
{
	static const struct {
		const char *template, *placeholder;
	} kinds[] = {
		{ "a.b@example.org", "[EMAIL]" },
		{ "{3d}-{3d}-{4d}", "[PHONE]" },
		{ "{3d}-{2d}-{4d}", "[SSN]" },
		{ "4{14d}{1L}", "[CARD]" },
		{ "DE{1I}{18d}", "[IBAN]" },
		{ "10.{1o}.{1o}.{1o}", "[IP]" },
		{ "fe80::{4h}:1", "[IP]" },
		{ "{2h}:{2h}:{2h}:{2h}:{2h}:a1", "[MAC]" },
		{ "/home/anna/x", "[USER_PATH]" },
		{ "C:\\Users\\x", "[USER_PATH]" },
		{ "https://example.org/", "[URL]" },
		{ "HOME=x", "[ENVIRONMENT]" },
		{ "sk_live_{24a}", "[SECRET]" },
		{ "4f{38h}", "[HASH]" },
		{ "48.85{3d},2.35{3d}", "[LOCATION]" },
		{ "a.b.example.com", "[HOST]" },
		{ "{8h}-{4h}-{4h}-{4h}-{12h}", "[ID]" },
		{ "9{10d}", "[NUMBER]" },
	};
	struct firewall_verdict verdict;
	char text[TEXT];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fill(kinds[i].template, text);
		verdict = firewall_explain(*state, FIREWALL_NAME, text, strlen(text));
		if (verdict.layer == FIREWALL_PASSED || strcmp(verdict.text, kinds[i].placeholder))
			fail_msg("'%s': %s, rule %s", text, verdict.layer ? verdict.text : "passed",
				 verdict.rule);
	}
}

static void corpus_harmless_names_pass(void **state)
{
	FILE *file = fopen("tests/fixtures/harmless.txt", "r");
	struct firewall_verdict verdict;
	size_t judged = 0, touched = 0;
	char line[128];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		verdict = firewall_explain(*state, FIREWALL_NAME, line, strlen(line));
		judged++;
		if (verdict.layer == FIREWALL_PASSED)
			continue;
		touched++;
		print_message("'%s': %s\n", line, verdict.rule);
	}
	fclose(file);
	assert_true(judged >= 2000);
	assert_true(touched * 1000 <= judged * HARMLESS_TOUCHED_PER_MILLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			corpus_sensitive_in_any_disguise_is_refused_by_a_pattern, setup, teardown),
		cmocka_unit_test_setup_teardown(corpus_sensitive_names_its_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(corpus_harmless_names_pass, setup, teardown),
	};

	return cmocka_run_group_tests_name("privacy/corpus", tests, NULL, NULL);
}
