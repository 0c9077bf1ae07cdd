/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/socket.h>
#include <sys/un.h>

#include "unit/privacy/directory.h"

#include "service/config.h"
#include "unit/failing_memory.h"

static void write_text(const struct directory *directory, const char *name, const char *text)
{
	directory_write(directory, name, text, strlen(text));
}

static void write_target(const struct directory *directory, const char *name, const char *text)
{
	char path[128];

	if (mkdir(directory_path(directory, "targets.d"), 0755))
		assert_int_equal(errno, EEXIST);
	snprintf(path, sizeof(path), "targets.d/%s", name);
	write_text(directory, path, text);
}

static struct config *read_config(struct directory *directory)
{
	struct config *config = NULL;
	int ret = config_read(directory->path, &config, &directory->error);

	if (ret)
		fail_msg("%d: %s", ret, directory->error.what);
	return config;
}

/* @words: in the message or its hint, divided by '|' */
static void assert_words(const char *text, const char *words)
{
	char copy[256], *at = copy, *word;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&at, "|")))
		if (!strstr(text, word))
			fail_msg("'%s' does not say '%s'", text, word);
}

static void assert_refused_at(struct directory *directory, const char *path, int code,
			      const char *words)
{
	struct config *config = NULL;
	char text[800];
	int ret = config_read(path, &config, &directory->error);

	assert_null(config);
	if (ret != code)
		fail_msg("%d, not %d: %s", ret, code, directory->error.what);
	assert_true(directory->error.hint[0]);
	snprintf(text, sizeof(text), "%s; %s", directory->error.what, directory->error.hint);
	assert_words(text, words);
}

static void assert_refused(struct directory *directory, int code, const char *words)
{
	assert_refused_at(directory, directory->path, code, words);
}

/* The only file of targets.d is left out, and why. */
static void assert_left_out(struct directory *directory, const char *words)
{
	struct config *config = read_config(directory);

	if (config->problem_count != 1 || config->target_count)
		fail_msg("%zu problems, %zu targets", config->problem_count, config->target_count);
	assert_words(config->problems[0].text, words);
	config_free(config);
}

static void config_read_nothing_said_is_all_defaults(void **state)
{
	struct directory *directory = *state;
	struct config *config = read_config(directory);
	char value[32], origin[128];

	assert_true(config->is_enabled);
	assert_int_equal(config->level_max, TP_LEVEL_FULL);
	assert_int_equal(config->ring_mb, 4);
	assert_int_equal(config->retention_days, 90);
	assert_int_equal(config->max_db_size_mb, 100);
	assert_int_equal(config->names_max, 20000);
	assert_int_equal(config->heartbeat_s, 300);
	assert_int_equal(config->overhead_max, 25);
	assert_int_equal(config->connections_max, 256);
	assert_int_equal(config->connections_max_user, 16);
	assert_int_equal(config->target_count + config->problem_count, 0);
	assert_int_equal(
		config_value(config, "ring_mb", value, sizeof(value), origin, sizeof(origin)), 0);
	assert_string_equal(value, "4");
	assert_string_equal(origin, "default");
	assert_int_equal(
		config_value(config, "paths", value, sizeof(value), origin, sizeof(origin)),
		-EINVAL);
	config_free(config);
	write_text(directory, "telprobe.yaml", "# everything as it is\n");
	config_free(read_config(directory));
}

static void config_read_every_key_of_the_machine(void **state)
{
	struct directory *directory = *state;
	static const char *const values[] = { "false", "basic", "details,errors",
					      "8",     "10",	"3",
					      "0",     "0",	"7",
					      "20",    "40",	"perf",
					      "false", "false", "true",
					      "a, b",  "c",	"a.b, c-1.de",
					      "[]" };
	char value[32], origin[128], line[8];
	const struct config_key *key = config_keys();
	struct config *config;
	int i;

	write_text(directory, "telprobe.yaml",
		   "enabled: false\nlevel_max: minimal\nwithout: [errors, details]\n\nring_mb: 8\n"
		   "connections_max: 10\nconnections_max_user: 3\n"
		   "retention_days: 0\nmax_db_size_mb: 0\nnames_max: 7\nheartbeat_s: "
		   "20\noverhead_max: 40\nattach: "
		   "perf\n"
		   "strip_pii: false\nredact_file_paths: false\nblock_sensitive: true\n"
		   "sensitive_patterns: [a, b]\nsensitive_words: c\n"
		   "url_domains: [a.b, c-1.de]\nignore: []\n");
	config = read_config(directory);
	assert_false(config->is_enabled);
	assert_int_equal(config->level_max, TP_LEVEL_BASIC);
	assert_int_equal(config->without, TP_CATEGORY_ERRORS | TP_CATEGORY_DETAILS);
	assert_int_equal(config->ring_mb, 8);
	assert_int_equal(config->retention_days, 0);
	assert_int_equal(config->max_db_size_mb, 0);
	assert_int_equal(config->names_max, 7);
	assert_int_equal(config->heartbeat_s, 20);
	assert_int_equal(config->overhead_max, 40);
	assert_int_equal(config->connections_max, 10);
	assert_int_equal(config->connections_max_user, 3);
	for (i = 0; !key[i].is_of_target; i++) {
		assert_int_equal(config_value(config, key[i].name, value, sizeof(value), origin,
					      sizeof(origin)),
				 0);
		assert_string_equal(value, values[i]);
		snprintf(line, sizeof(line), ":%d", i < 3 ? i + 1 : i + 2);
		assert_words(origin, "/telprobe.yaml");
		assert_words(origin, line);
	}
	assert_int_equal(i, 19);
	config_free(config);
}

static void config_read_every_key_of_a_target(void **state)
{
	struct directory *directory = *state;
	const struct config_target *target;
	struct config *config;

	write_target(directory, "b.yaml",
		     "paths: [/usr/bin/b, '/opt/*/lib/b.so']\npolicy: opt-out\n"
		     "level_max: enhanced\nlevel: basic\n");
	write_target(directory, "a.b+c.yaml", "paths: /usr/bin/a");
	write_target(directory, "README", "no target");
	write_target(directory, ".b.yaml.swp", "no target");
	write_target(directory, "b.yaml~", "no target");
	config = read_config(directory);
	assert_int_equal(config->target_count, 2);
	assert_int_equal(config->problem_count, 0);
	target = &config->targets[0];
	assert_string_equal(target->name, "a.b+c");
	assert_int_equal(target->path_count, 1);
	assert_string_equal(target->paths[0], "/usr/bin/a");
	assert_int_equal(target->policy, CONSENT_OPT_IN);
	assert_int_equal(target->level_max, TP_LEVEL_FULL);
	target = &config->targets[1];
	assert_string_equal(target->name, "b");
	assert_int_equal(target->path_count, 2);
	assert_string_equal(target->paths[1], "/opt/*/lib/b.so");
	assert_int_equal(target->policy, CONSENT_OPT_OUT);
	assert_int_equal(target->level_max, TP_LEVEL_ENHANCED);
	assert_int_equal(target->level_default, TP_LEVEL_BASIC);
	assert_words(target->file, "/targets.d/b.yaml");
	config_free(config);
}

static void config_read_limit_of_the_machine_cuts_targets(void **state)
{
	struct directory *directory = *state;
	struct config *config;

	write_text(directory, "telprobe.yaml", "level_max: basic\nwithout: spans\n");
	write_target(directory, "a.yaml",
		     "paths: /usr/bin/a\npolicy: opt-out\nlevel: full\n"
		     "without: [errors]\n");
	write_target(directory, "b.yaml", "paths: /usr/bin/b\n");
	config = read_config(directory);
	assert_int_equal(config->targets[0].level_max, TP_LEVEL_BASIC);
	assert_int_equal(config->targets[0].level_default, TP_LEVEL_BASIC);
	assert_int_equal(config->targets[0].without, TP_CATEGORY_SPANS | TP_CATEGORY_ERRORS);
	assert_int_equal(config->targets[1].without, TP_CATEGORY_SPANS);
	config_free(config);
}

static void config_read_bad_machine_file_is_refused_by_line(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{ "enabled: yes\n", ":1: |'enabled' must be true or false, not 'yes'" },
		{ "enabled: \"true\"\n", ":1: |not the text \"true\"" },
		{ "enabled:\n", ":1: |not nothing" },
		{ "enabled: [true]\n", ":1: |not a list" },
		{ "enabled: []\n", ":1: |not an empty list" },
		{ "\n\nring_mb: four\n", ":3: |a whole number from 1 to 64, not 'four'" },
		{ "ring_mb: 0\n", ":1: |not '0'" },
		{ "retention_days: 36501\n", ":1: |days from 0 to 36500, not '36501'" },
		{ "retention_days: -1\n", ":1: |not '-1'" },
		{ "max_db_size_mb: 1000001\n", ":1: |megabytes from 0 to 1000000" },
		{ "max_db_size_mb: 1.5\n", ":1: |not '1.5'" },
		{ "names_max: 0\n", ":1: |a whole number from 1 to 100000, not '0'" },
		{ "heartbeat_s: 86401\n", ":1: |seconds from 0 to 86400, not '86401'" },
		{ "ring_mb: 65\n", ":1: |not '65'" },
		{ "ring_mb: -4\n", ":1: |not '-4'" },
		{ "ring_mb: 4.0\n", ":1: |not '4.0'" },
		{ "ring_mb: 99999999999999999999\n", ":1: |not '99999999999999999999'" },
		{ "ring_mb: ''\n", ":1: |not nothing" },
		{ "attach: kprobe\n", ":1: |auto, multi or perf, not 'kprobe'" },
		{ "level_max: everything\n",
		  ":1: |off, basic, enhanced or full|explain level_max" },
		{ "# one\nenabld: true\n", ":2: unknown key 'enabld'|did you mean 'enabled'?" },
		{ "xyzzy: 1\n", ":1: unknown key 'xyzzy'|known are enabled, level_max, without" },
		{ "paths: /usr/bin/a\n",
		  ":1: unknown key 'paths'|belongs into a file of targets.d" },
		{ "ring_mb: 1\nring_mb: 2\n", ":2: 'ring_mb' is there twice, first in line 1" },
		{ "ring_mb: {a: 1}\n", ":1: there is a mapping inside" },
		{ "ring_mb: [[1]]\n", ":1: there is a list inside" },
		{ "? [a]\n: 1\n", ":1: there is a list inside" },
		{ "enabled: &x true\n", ":1: there is an anchor" },
		{ "enabled: *x\n", ":1: " },
		{ "enabled: !!bool true\n", ":1: there is an anchor or a tag" },
		{ "- enabled\n", ":1: there is no key" },
		{ "enabled\n", ":1: there is no key" },
		{ "enabled: true\n---\nring_mb: 1\n", ":2: a second document" },
		{ "enabled: true\n\tring_mb: 1\n", ":2: this is not YAML: |tab" },
		{ "enabled: true\n  ring_mb: 1\n", ":1: |not 'true ring_mb'" },
		{ "enabled: true\nx: \"\n", "this is not YAML" },
		{ "enabled: true\n\xff\n", ":2: this is not YAML" },
		{ "enabled: true\nring_mb: \x01\n", ":2: this is not YAML" },
		{ "", "is empty" },
	};
	struct directory *directory = *state;
	char nothing[64] = { 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_text(directory, "telprobe.yaml", cases[i].text);
		assert_refused(directory, -EINVAL, cases[i].words);
		assert_words(directory->error.what, "telprobe.yaml");
	}
	directory_write(directory, "telprobe.yaml", nothing, sizeof(nothing)); /* of a crash */
	assert_refused(directory, -EINVAL, "not YAML");
}

static void config_read_bad_target_is_left_out_by_line(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{ "pth: /usr/bin/a\n", ":1: unknown key 'pth'|known are paths, policy" },
		{ "path: /usr/bin/a\n", ":1: |did you mean 'paths'" },
		{ "ring_mb: 4\n", ":1: unknown key|belongs into telprobe.yaml" },
		{ "policy: opt-in\n", ":1: 'paths' is missing|paths: /usr/bin/a" },
		{ "paths:\n", ":1: 'paths' must be an absolute path, or a list|not nothing" },
		{ "paths: []\n", ":1: |not an empty list" },
		{ "paths: bin/a\n", ":1: 'bin/a' is no absolute path" },
		{ "paths:\n- /usr/bin/b\n- /usr/../bin/a\n", ":3: '/usr/../bin/a' is no absolute" },
		{ "paths: /usr//bin/a\n", ":1: '/usr//bin/a'" },
		{ "paths: /usr/bin/\n", ":1: '/usr/bin/'" },
		{ "paths: /usr/./bin\n", ":1: '/usr/./bin'" },
		{ "paths: /usr/..\n", ":1: '/usr/..'" },
		{ "paths: /\n", ":1: '/'" },
		{ "paths: [/a, /b, /a]\n", ":1: '/a' is there twice" },
		{ "paths: \"/usr/bin/a\\x1b[31m\"\n", ":1: '/usr/bin/a?[31m'" },
		{ "paths: /a\npolicy: optin\n", ":2: 'policy' must be opt-in, opt-out or locked" },
		{ "paths: /a\nlevel: full\n", ":2: 'level' has no meaning with policy opt-in" },
		{ "paths: /a\npolicy: opt-out\nlevel: full\nlevel_max: basic\n",
		  ":3: 'level' is full, above 'level_max', which is basic" },
		{ "", "is empty" },
	};
	struct directory *directory = *state;
	char many[40 * 8] = "paths:\n";
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_target(directory, "a.yaml", cases[i].text);
		assert_left_out(directory, cases[i].words);
	}
	for (i = 0; i < 33; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), "- /%zu\n", i);
	write_target(directory, "a.yaml", many);
	assert_left_out(directory, ":34: the list is too long|at most 32 paths");
}

static void config_read_bad_names_are_left_out(void **state)
{
	static const char *const names[] = {
		"a b.yaml", "-a.yaml", "a.yml", "_.yaml",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaa.yaml"
	};
	struct directory *directory = *state;
	char path[256];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		write_target(directory, names[i], "paths: /usr/bin/a\n");
		assert_left_out(directory, "name of a target cannot come from that|NAME.yaml");
		snprintf(path, sizeof(path), "targets.d/%s", names[i]);
		unlink(directory_path(directory, path));
	}
}

static void config_read_same_path_in_two_targets_stays_with_the_first(void **state)
{
	struct directory *directory = *state;
	struct config *config;

	write_target(directory, "a.yaml", "policy: locked\npaths: /usr/bin/a\n");
	write_target(directory, "b.yaml", "paths: [/usr/bin/b, /usr/bin/a]\n");
	write_target(directory, "c.yaml", "paths: /usr/bin/c\n");
	config = read_config(directory);
	assert_int_equal(config->target_count, 2);
	assert_string_equal(config->targets[1].name, "c");
	assert_int_equal(config->problem_count, 1);
	assert_words(config->problems[0].text,
		     "b.yaml:1: '/usr/bin/a' belongs to target 'a' already|a.yaml:2");
	config_free(config);
}

static void config_read_what_is_no_file_is_left_out(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct directory *directory = *state;
	char *large = calloc(1, 1 << 20), *path;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_non_null(large);
	memset(large, '#', 1 << 20);
	write_target(directory, "a.yaml", "x");
	path = directory_path(directory, "targets.d/a.yaml");
	directory_write(directory, "targets.d/a.yaml", large, 1 << 20);
	free(large);
	assert_left_out(directory, "too large: 1048576 bytes, at most 65536");
	unlink(path);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_left_out(directory, "is a pipe");
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_left_out(directory, "is a symbolic link");
	unlink(path);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_left_out(directory, "is a directory");
	rmdir(path);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_left_out(directory, "is a socket");
	close(fd);
}

static void config_read_file_of_others_is_left_out(void **state)
{
	struct directory *directory = *state;
	char *path;

	write_target(directory, "a.yaml", "paths: /usr/bin/a\n");
	path = directory_path(directory, "targets.d/a.yaml");
	assert_int_equal(chmod(path, 0646), 0);
	assert_left_out(directory, "others may write|(mode 0646)|chmod go-w");
	assert_int_equal(chmod(path, 0664), 0);
	assert_left_out(directory, "others may write");
	if (geteuid())
		skip(); /* may give nothing away */
	assert_int_equal(chmod(path, 0644) | chown(path, 65534, 0), 0);
	assert_left_out(directory, "belongs to uid 65534|chown root");
	write_text(directory, "telprobe.yaml", "ring_mb: 4\n");
	assert_int_equal(chown(directory_path(directory, "telprobe.yaml"), 65534, 0), 0);
	assert_refused(directory, -EACCES, "belongs to uid 65534");
}

static void config_read_directory_of_others_is_refused(void **state)
{
	struct directory *directory = *state;
	char *outer = directory->path;

	write_target(directory, "a.yaml", "paths: /usr/bin/a\n");
	assert_int_equal(chmod(directory_path(directory, "targets.d"), 0777), 0);
	assert_refused(directory, -EACCES, "targets.d' is not trusted|chmod go-w");
	assert_int_equal(chmod(directory_path(directory, "targets.d"), 01777), 0);
	assert_refused(directory, -EACCES, "(mode 1777)");
	assert_int_equal(chmod(directory_path(directory, "targets.d"), 0755), 0);
	assert_int_equal(chmod(outer, 0770), 0);
	assert_refused(directory, -EACCES, "others may write");
	assert_int_equal(chmod(outer, 0700), 0);
	config_free(read_config(directory));
	/* what is above counts too */
	assert_int_equal(mkdir(directory_path(directory, "open"), 0700) |
				 mkdir(directory_path(directory, "open/in"), 0700) |
				 chmod(directory_path(directory, "open"), 0777),
			 0);
	assert_refused_at(directory, directory_path(directory, "open/in"), -EACCES,
			  "/open' (mode 0777)");
}

static void config_read_symbolic_links_are_not_followed(void **state)
{
	struct directory *directory = *state;
	struct config *config;

	write_text(directory, "real.yaml", "ring_mb: 4\n");
	assert_int_equal(symlink("real.yaml", directory_path(directory, "telprobe.yaml")), 0);
	assert_refused(directory, -EINVAL, "telprobe.yaml' is a symbolic link");
	unlink(directory_path(directory, "telprobe.yaml"));
	assert_int_equal(mkdir(directory_path(directory, "real.d"), 0755), 0);
	assert_int_equal(symlink("real.d", directory_path(directory, "targets.d")), 0);
	assert_refused(directory, -ELOOP, "targets.d' is a symbolic link");
	assert_refused_at(directory, directory_path(directory, "targets.d"), -ELOOP,
			  "is a symbolic link");
	assert_refused_at(directory, directory_path(directory, "targets.d/x"), -ELOOP,
			  "is a symbolic link");
	assert_refused_at(directory, directory_path(directory, "nowhere"), -ENOENT,
			  "no such file|make it");
	assert_int_equal(
		config_read(directory_path(directory, "real.yaml"), &config, &directory->error),
		-ENOTDIR);
}

static void config_read_any_way_to_write_the_directory(void **state)
{
	struct directory *directory = *state;
	struct config *config;
	char path[300];

	assert_int_equal(chdir(directory->path), 0);
	assert_int_equal(config_read(".", &config, &directory->error), 0);
	config_free(config);
	snprintf(path, sizeof(path), "//%s/../%s///", directory->path,
		 strrchr(directory->path, '/'));
	assert_int_equal(config_read(path, &config, &directory->error), 0);
	config_free(config);
	assert_int_equal(chdir("/"), 0);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	config = NULL;
	assert_int_equal(config_read(path, &config, &directory->error), -ENAMETOOLONG);
	assert_null(config);
}

static void config_read_too_many_problems_say_so(void **state)
{
	struct directory *directory = *state;
	struct config *config;
	char name[24];
	int i;

	for (i = 0; i < CONFIG_PROBLEMS + 6; i++) {
		snprintf(name, sizeof(name), "t%d.yaml", i);
		write_target(directory, name, "x: 1\n");
	}
	config = read_config(directory);
	assert_int_equal(config->problem_count, CONFIG_PROBLEMS);
	assert_words(config->problems[CONFIG_PROBLEMS - 1].text, "and more like these");
	config_free(config);
}

static void config_read_more_targets_than_there_may_be(void **state)
{
	struct directory *directory = *state;
	struct config *config;
	char name[24], text[48];
	int i;

	for (i = 0; i < CONFIG_TARGETS + 1; i++) {
		snprintf(name, sizeof(name), "t%04d.yaml", i);
		snprintf(text, sizeof(text), "paths: /usr/bin/t%d\n", i);
		write_target(directory, name, text);
	}
	config = read_config(directory);
	assert_int_equal(config->target_count, CONFIG_TARGETS);
	assert_int_equal(config->problem_count, 1);
	assert_words(config->problems[0].text, "t1024.yaml|there are 1024 targets already");
	config_free(config);
}

static void config_read_target_alone_is_judged_alike(void **state)
{
	struct directory *directory = *state;
	struct config_target target;

	write_target(directory, "a.yaml", "paths: /usr/bin/a\n");
	assert_int_equal(config_read_target(directory_path(directory, "targets.d/a.yaml"), &target,
					    &directory->error),
			 0);
	assert_string_equal(target.name, "a");
	config_target_clear(&target);
	write_target(directory, "a.yaml", "paths: a\n");
	assert_int_equal(config_read_target(directory_path(directory, "targets.d/a.yaml"), &target,
					    &directory->error),
			 -EINVAL);
	assert_int_equal(config_read_target(directory_path(directory, "no.yaml"), &target,
					    &directory->error),
			 -ENOENT);
}

static void config_examine_tells_of_both_kinds_of_files(void **state)
{
	struct directory *directory = *state;
	struct config *config = NULL;

	write_text(directory, "telprobe.yaml", "level_max: basic\nring_mb: no\n");
	write_target(directory, "a.yaml", "paths: /bin/a\n");
	write_target(directory, "b.yaml", "x: 1\n");
	assert_int_equal(config_read(directory->path, &config, &directory->error), -EINVAL);
	assert_int_equal(config_examine(directory->path, &config, &directory->error), 0);
	assert_int_equal(config->problem_count, 2);
	assert_words(config->problems[0].text, "telprobe.yaml:2: 'ring_mb' must be");
	assert_words(config->problems[1].text, "b.yaml:1: unknown key 'x'");
	assert_int_equal(config->target_count, 1);
	assert_int_equal(config->level_max, TP_LEVEL_FULL); /* nothing of it holds */
	assert_int_equal(config->ring_mb, 4);
	config_free(config);
}

static void config_read_without_memory_says_so(void **state)
{
	struct directory *directory = *state;
	struct config *config = NULL;
	long i;
	int ret;

	if (!memory_can_fail())
		skip();
	write_text(directory, "telprobe.yaml", "level_max: basic\n");
	write_target(directory, "a.yaml", "paths: [/usr/bin/a, /usr/bin/b]\n");
	write_target(directory, "b.yaml", "x: 1\n");
	for (i = 0;; i++) {
		memory_fail_after(i);
		ret = config_read(directory->path, &config, &directory->error);
		memory_fail_after(-1);
		if (!ret)
			break;
		if (ret != -ENOMEM)
			fail_msg("%ld: %d: %s", i, ret, directory->error.what);
		assert_null(config);
	}
	assert_true(i > 20);
	assert_int_equal(config->target_count, 1);
	assert_int_equal(config->problem_count, 1);
	config_free(config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(config_read_nothing_said_is_all_defaults),
		TEST(config_read_every_key_of_the_machine),
		TEST(config_read_every_key_of_a_target),
		TEST(config_read_limit_of_the_machine_cuts_targets),
		TEST(config_read_bad_machine_file_is_refused_by_line),
		TEST(config_read_bad_target_is_left_out_by_line),
		TEST(config_read_bad_names_are_left_out),
		TEST(config_read_same_path_in_two_targets_stays_with_the_first),
		TEST(config_read_what_is_no_file_is_left_out),
		TEST(config_read_file_of_others_is_left_out),
		TEST(config_read_directory_of_others_is_refused),
		TEST(config_read_symbolic_links_are_not_followed),
		TEST(config_read_any_way_to_write_the_directory),
		TEST(config_read_too_many_problems_say_so),
		TEST(config_read_more_targets_than_there_may_be),
		TEST(config_read_target_alone_is_judged_alike),
		TEST(config_examine_tells_of_both_kinds_of_files),
		TEST(config_read_without_memory_says_so),
	};

	return cmocka_run_group_tests_name("service/config", tests, NULL, NULL);
}
