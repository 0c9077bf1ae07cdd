/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/url_domain.h"

static int setup(void **state)
{
	static const char *const domains[] = { "api.example.org", "example.org",
					       "eu.api.example.org", "example.net" };
	static struct text_list list;
	size_t i;

	for (i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
		if (text_list_add(&list, domains[i], strlen(domains[i])))
			return -1;
	*state = &list;
	return 0;
}

static int teardown(void **state)
{
	text_list_clear(*state);
	return 0;
}

static void assert_domain(void **state, const char *text, const char *wanted)
{
	const char *found = url_domain(*state, text, strlen(text));

	if (!found || !wanted ? found != wanted : strcmp(found, wanted) != 0)
		fail_msg("'%s': %s instead of %s", text, found ? found : "none",
			 wanted ? wanted : "none");
}

static void url_domain_is_all_that_is_told(void **state)
{
	assert_domain(state, "https://example.org", "example.org");
	assert_domain(state, "https://example.org/a/b?token=x#y", "example.org");
	assert_domain(state, "wss://example.net:8443", "example.net");
	assert_domain(state, "http://example.org?x", "example.org");
	assert_domain(state, "HTTPS://Example.ORG/", "example.org");
	assert_domain(state, "//example.org/x", "example.org");
	assert_domain(state, "https://example.org:1/@x", "example.org");
	assert_domain(state, "https://example.org:1?@x", "example.org");
	assert_domain(state, "https://example.org:1#@x", "example.org");
	assert_domain(state, "GET https://example.org/x", "example.org");
	assert_domain(state, "example.org", "example.org");
}

static void url_domain_of_hosts_below_is_the_longest_in_the_list(void **state)
{
	assert_domain(state, "https://anna-laptop.example.org/x", "example.org");
	assert_domain(state, "https://us.api.example.org/x", "api.example.org");
	assert_domain(state, "a.eu.api.example.org", "eu.api.example.org");
	assert_domain(state, "https://api.example.net", "example.net");
}

static void url_domain_of_another_host_is_none(void **state)
{
	static const char *const others[] = {
		"https://notexample.org/",
		"https://example.org.evil.test/",
		"https://evil.test/https://example.org/",
		"https://evil.test/?next=//example.org",
		"https://example.org@evil.test/",
		"https://example.org:word@evil.test/",
		"https://anna:word@example.org/",
		"https://example.org\\@evil.test/",
		"https://exa mple.org/",
		"https://xn--example.org.test",
		"https:///example.org",
		"https://[example.org]/",
		"https://{example.org}/",
		"https://_example.org/",
		"https://~example.org/",
		"https:/example.org",
		"anna@example.org",
		"example.org/x",
		"//",
		"org",
		"",
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_domain(state, others[i], NULL);
}

static void url_domain_reads_no_further_than_it_may(void **state)
{
	const struct text_list none = { 0 };
	const char text[] = "https://example.org.test";

	assert_string_equal(url_domain(*state, text, 19), "example.org");
	assert_null(url_domain(*state, text, 18));
	assert_null(url_domain(*state, "https://example.org@", 19 + 1));
	assert_string_equal(url_domain(*state, "https://example.org@", 19), "example.org");
	assert_null(url_domain(&none, text, 19));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_domain_is_all_that_is_told),
		cmocka_unit_test(url_domain_of_hosts_below_is_the_longest_in_the_list),
		cmocka_unit_test(url_domain_of_another_host_is_none),
		cmocka_unit_test(url_domain_reads_no_further_than_it_may),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
