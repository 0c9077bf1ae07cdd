/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists; what config_read() makes of the rest is in test_config.c. */
#include "unit/privacy/directory.h"

#include "service/config.h"
#include "unit/failing_memory.h"

static int read_target(struct directory *directory, const char *text, struct config_target *out)
{
	directory_write(directory, "a.yaml", text, strlen(text));
	return config_read_target(directory_path(directory, "a.yaml"), out, &directory->error);
}

/* Each, behind the paths of a target, with what is said of it: where, why, and what to do. */
static void assert_refused(struct directory *directory, const char *const (*cases)[2], size_t count)
{
	struct config_target target;
	char text[256];
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "paths: /a\n%s", cases[i][0]);
		assert_int_equal(read_target(directory, text, &target), -EINVAL);
		if (!strstr(directory->error.what, cases[i][1]) || !directory->error.hint[0])
			fail_msg("'%s' does not say '%s'", directory->error.what, cases[i][1]);
	}
}

static void config_names_as_many_as_there_may_be(void **state)
{
	static char text[1026 * 8];
	struct directory *directory = *state;
	struct config_target target;
	int i;

	assert_int_equal(read_target(directory, "paths: /a\n", &target), 0);
	assert_int_equal(target.name_count, 0);
	config_target_clear(&target);
	assert_int_equal(read_target(directory, "paths: /a\nnames: one\n", &target), 0);
	assert_int_equal(target.name_count, 1);
	assert_string_equal(target.names[0], "one");
	config_target_clear(&target);
	snprintf(text, sizeof(text), "paths: /a\nnames:\n");
	for (i = 0; i < 1024; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "- %d\n", i);
	assert_int_equal(read_target(directory, text, &target), 0);
	assert_int_equal(target.name_count, 1024);
	assert_string_equal(target.names[1023], "1023");
	config_target_clear(&target);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "- 1024\n");
	assert_int_equal(read_target(directory, text, &target), -EINVAL);
	assert_non_null(strstr(directory->error.what, ":1027: the list is too long"));
}

static void config_names_of_any_length(void **state)
{
	struct directory *directory = *state;
	struct config_target target;
	char text[128];

	snprintf(text, sizeof(text), "paths: /a\nnames: n%062d\n", 0);
	assert_int_equal(read_target(directory, text, &target), 0);
	assert_int_equal(strlen(target.names[0]), 63);
	config_target_clear(&target);
	snprintf(text, sizeof(text), "paths: /a\nnames: n%063d\n", 0);
	assert_int_equal(read_target(directory, text, &target), -EINVAL);
	assert_non_null(strstr(directory->error.what, "is no name"));
	assert_non_null(strstr(directory->error.hint, "at most 63"));
}

static void config_names_bad_ones_are_refused_by_line(void **state)
{
	static const char *const cases[][2] = {
		{ "names:\n", ":2: 'names' must be a name, or a list of up to 1024, not nothing" },
		{ "names: []\n", ":2: 'names' must be a name, or a list of up to 1024, not an" },
		{ "names: ['']\n", ":2: 'names' must be a name" },
		{ "names: [a, b, a]\n", ":2: 'a' is there twice" },
		{ "names: [a, b c]\n", ":2: 'b c' is no name" },
		{ "names:\n- a\n- /etc\n", ":4: '/etc' is no name" },
		{ "names: -a\n", ":2: '-a' is no name" },
		{ "names: a@b\n", ":2: 'a@b' is no name" },
		{ "names: \"\\x1b[31m\"\n", ":2: '?[31m' is no name" },
		{ "names: {a: b}\n", ":2: there is a mapping inside" },
		{ "nmes: a\n", ":2: unknown key 'nmes'" },
		{ "names: a\nnames: b\n", ":3: 'names' is there twice" },
	};

	assert_refused(*state, cases, sizeof(cases) / sizeof(cases[0]));
}

static void config_names_without_memory(void **state)
{
	static const char text[] = "paths: /a\nnames: [one, two, three]\n";
	struct directory *directory = *state;
	struct config_target target = { 0 };
	int ret = -ENOMEM;
	long left;

	if (!memory_can_fail())
		skip();
	for (left = 0; ret; left++) {
		memory_fail_after(left);
		ret = read_target(directory, text, &target);
		memory_fail_after(-1);
		if (ret)
			assert_int_equal(ret, -ENOMEM);
	}
	assert_int_equal(target.name_count, 3);
	config_target_clear(&target);
}

static int read_list(struct directory *directory, const char *key, int count)
{
	char text[2048];
	struct config *config = NULL;
	int i, ret;

	snprintf(text, sizeof(text), "%s:\n", key);
	for (i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "- w%c\n", 'a' + i % 26);
	directory_write(directory, "telprobe.yaml", text, strlen(text));
	ret = config_read(directory->path, &config, &directory->error);
	config_free(config);
	return ret;
}

/* One more, and the firewall would go without it. */
static void config_texts_as_many_as_the_firewall_takes(void **state)
{
	static const char *const lists[] = { "sensitive_patterns", "sensitive_words", "ignore" };
	struct directory *directory = *state;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_int_equal(read_list(directory, lists[i], 32), 0);
		assert_int_equal(read_list(directory, lists[i], 33), -EINVAL);
		assert_non_null(strstr(directory->error.what, ":34: the list is too long"));
	}
}

static void config_domains_bad_ones_are_refused_by_line(void **state)
{
	static const char *const bad[] = {
		"org",
		".org",
		"a..org",
		"a.org.",
		"-a.org",
		"a-.org",
		"https://a.org",
		"'*.a.org'",
		"a.org/x",
		"A.org",
		"a.org:1",
		"''",
		"a.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	};
	struct directory *directory = *state;
	struct config *config = NULL;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "url_domains:\n- a-1.example\n- %s\n", bad[i]);
		directory_write(directory, "telprobe.yaml", text, strlen(text));
		if (config_read(directory->path, &config, &directory->error) != -EINVAL)
			fail_msg("'%s' is taken for a domain", bad[i]);
		assert_non_null(strstr(directory->error.what, ":3: "));
		if (!strstr(directory->error.what, "a domain such as example.org"))
			fail_msg("'%s': %s", bad[i], directory->error.what);
	}
}

static void config_without_bad_ones_are_refused_by_line(void **state)
{
	static const char *const cases[][2] = {
		{ "without: error\n", ":2: unknown category 'error'" },
		{ "without:\n", ":2: unknown category ''" },
		{ "without:\n- errors\n- x\n", ":4: unknown category 'x'" },
		{ "without:\n- errors\n- [x]\n", ":4: there is a list inside" },
		{ "without: errors\nwithout: spans\n", ":3: 'without' is there twice" },
		{ "without: [commands, spans, details, performance, errors, features, lifecycle, "
		  "sessions]\n",
		  ":2: 'without' leaves nothing to record" },
	};
	struct directory *directory = *state;
	struct config_target target;

	assert_refused(directory, cases, sizeof(cases) / sizeof(cases[0]));
	assert_non_null(strstr(directory->error.hint, "'policy: locked' says that"));
	assert_int_equal(read_target(directory,
				     "paths: /a\nwithout: [errors,spans, 'sessions', errors]\n",
				     &target),
			 0);
	assert_int_equal(target.without,
			 TP_CATEGORY_ERRORS | TP_CATEGORY_SPANS | TP_CATEGORY_SESSIONS);
	config_target_clear(&target);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)
	const struct CMUnitTest tests[] = {
		TEST(config_names_as_many_as_there_may_be),
		TEST(config_names_of_any_length),
		TEST(config_names_bad_ones_are_refused_by_line),
		TEST(config_names_without_memory),
		TEST(config_texts_as_many_as_the_firewall_takes),
		TEST(config_domains_bad_ones_are_refused_by_line),
		TEST(config_without_bad_ones_are_refused_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
