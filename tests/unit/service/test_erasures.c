/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/privacy/directory.h"

#include "service/erasures.h"
#include "unit/failing_memory.h"

struct heard {
	struct store_erasure last;
	int count, stop_after;
	int64_t first_us;
};

static int hear(const struct store_erasure *erasure, void *data)
{
	struct heard *heard = data;

	if (!heard->count)
		heard->first_us = erasure->time_us;
	heard->last = *erasure;
	return ++heard->count == heard->stop_after ? 7 : 0;
}

static int read_list(struct directory *directory, const uint32_t *only, struct heard *out)
{
	*out = (struct heard){ .stop_after = out->stop_after };
	return erasures_each(directory->path, only, hear, out, &directory->error);
}

static void note(struct directory *directory, int64_t time_us, uint32_t uid, uint32_t by)
{
	const struct store_erasure erasure = {
		.time_us = time_us, .uid = uid, .by = by, .events = 3, .bytes = INT64_MAX
	};

	assert_int_equal(erasures_note(directory->path, &erasure, &directory->error), 0);
}

static void erasures_each_tells_what_was_noted(void **state)
{
	const uint32_t anna = 60001, bert = 60002, nobody = 5;
	struct directory *directory = *state;
	struct heard heard = { 0 };

	assert_int_equal(read_list(directory, NULL, &heard), 0);
	assert_int_equal(heard.count, 0);
	note(directory, 1, anna, anna);
	note(directory, 2, bert, 0);
	note(directory, 3, anna, STORE_BY_END);
	assert_int_equal(read_list(directory, NULL, &heard), 0);
	assert_int_equal(heard.count, 3);
	assert_int_equal(heard.first_us, 1);
	assert_int_equal(heard.last.uid, anna);
	assert_int_equal(heard.last.by, STORE_BY_END);
	assert_int_equal(heard.last.events, 3);
	assert_true(heard.last.bytes == INT64_MAX);
	assert_int_equal(read_list(directory, &bert, &heard), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.last.by, 0);
	assert_int_equal(read_list(directory, &nobody, &heard), 0);
	assert_int_equal(heard.count, 0);
	heard.stop_after = 2;
	assert_int_equal(read_list(directory, NULL, &heard), 7);
	assert_int_equal(heard.count, 2);
}

static void erasures_note_keeps_the_newest_of_each(void **state)
{
	const uint32_t anna = 60001, bert = 60002;
	struct directory *directory = *state;
	struct heard heard = { 0 };
	struct stat file;
	int i;

	umask(077); /* as the unit has it: the api reads all the same */
	note(directory, 1, bert, bert);
	umask(022);
	assert_int_equal(stat(directory_path(directory, "erasures"), &file), 0);
	assert_int_equal(file.st_mode & 0777, 0640);
	for (i = 0; i < 10 * ERASURES_EACH; i++)
		note(directory, 1000000 + i, anna, anna);
	assert_int_equal(read_list(directory, &anna, &heard), 0);
	assert_int_equal(heard.count, ERASURES_EACH);
	assert_int_equal(heard.last.time_us, 1000000 + i - 1);
	assert_int_equal(heard.last.time_us - heard.first_us + 1, heard.count);
	assert_int_equal(read_list(directory, &bert, &heard), 0);
	assert_int_equal(heard.count, 1); /* nobody pushes out what is another's */
}

static void erasures_note_keeps_so_much_in_all(void **state)
{
	static const char line[] =
		"1 7 7 1 1 and so on, for long: ...............................\n";
	struct directory *directory = *state;
	static char text[ERASURES_BYTES + sizeof(line)];
	struct heard heard = { 0 };
	struct stat file;
	size_t used;

	for (used = 0; used < ERASURES_BYTES; used += sizeof(line) - 1)
		memcpy(text + used, line, sizeof(line) - 1);
	directory_write(directory, "erasures", text, used);
	note(directory, 5, 60001, 0);
	assert_int_equal(stat(directory_path(directory, "erasures"), &file), 0);
	assert_in_range(file.st_size, ERASURES_BYTES / 2 - 256, ERASURES_BYTES / 2 + 256);
	assert_int_equal(read_list(directory, NULL, &heard), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.last.time_us, 5);
}

static void erasures_each_leaves_out_what_is_no_line(void **state)
{
	static const char text[] = "1 2 3 4 5\n"
				   "\n"
				   "1 2 3 4\n"
				   "1 2 3 4 5 6\n"
				   " 1 2 3 4 5\n"
				   "1 2 3 4 -5\n"
				   "-1 2 3 4 5\n"
				   "1 2 3 -4 5\n"
				   "01 2 3 4 5\n"
				   "1 2 3 4 5 \n"
				   "1 2 3 4 99999999999999999999999\n"
				   "1 99999999999 3 4 5\n"
				   "1 2 3 4 5\0\n"
				   "\0\0\0\n"
				   "9 2 3 4 5\n"
				   "1 2 3 4 5"; /* torn */
	struct directory *directory = *state;
	struct heard heard = { 0 };

	directory_write(directory, "erasures", text, sizeof(text) - 1);
	assert_int_equal(read_list(directory, NULL, &heard), 0);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.last.time_us, 9);
}

static void erasures_what_is_no_file_of_ours_is_told(void **state)
{
	const struct store_erasure erasure = { .uid = 1 };
	struct directory *directory = *state;
	char *path = directory_path(directory, "erasures");
	static char large[2 * ERASURES_BYTES + 2];
	struct heard heard = { 0 };

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(read_list(directory, NULL, &heard) < 0);
	assert_true(erasures_note(directory->path, &erasure, &directory->error) < 0);
	assert_non_null(strstr(directory->error.what, "the list of deletions"));
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(read_list(directory, NULL, &heard), -ELOOP);
	assert_int_equal(erasures_note(directory->path, &erasure, &directory->error), -ELOOP);
	unlink(path);
	directory_write(directory, "other", "", 0);
	assert_int_equal(link(directory_path(directory, "other"), path), 0);
	assert_int_equal(erasures_note(directory->path, &erasure, &directory->error), -EBADMSG);
	unlink(path);
	directory_write(directory, "erasures", large, sizeof(large));
	assert_int_equal(read_list(directory, NULL, &heard), -EBADMSG);
	unlink(path);
	assert_int_equal(erasures_note("/nowhere", &erasure, &directory->error), -ENOENT);
}

static void erasures_without_memory(void **state)
{
	struct directory *directory = *state;
	struct heard heard = { 0 };
	int ret;

	if (!memory_can_fail())
		skip();
	note(directory, 1, 2, 3);
	memory_fail_after(0);
	ret = read_list(directory, NULL, &heard);
	memory_fail_after(-1);
	assert_int_equal(ret, -ENOMEM);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)
	const struct CMUnitTest tests[] = {
		TEST(erasures_each_tells_what_was_noted),
		TEST(erasures_note_keeps_the_newest_of_each),
		TEST(erasures_note_keeps_so_much_in_all),
		TEST(erasures_each_leaves_out_what_is_no_line),
		TEST(erasures_what_is_no_file_of_ours_is_told),
		TEST(erasures_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
