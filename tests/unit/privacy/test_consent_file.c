/* SPDX-License-Identifier: GPL-2.0-only */
/* The file of one person's decisions: what is one, and what of the system fails under it. */
#include <sodium.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "unit/privacy/directory.h"

#include "privacy/consent.h"
#include "privacy/consent_file.h"
#include "unit/failing_calls.h"
#include "unit/failing_memory.h"

static const struct consent_decision yes = { .level = TP_LEVEL_FULL,
					     .text_version = 1,
					     .decided_us = 1 };

static void assert_parse_bytes(const char *lines, size_t lines_size, int expected)
{
	struct consent_decision decisions[CONSENT_DECISIONS];
	unsigned char sum[16];
	char text[33], *bytes = NULL;
	const char *why = NULL;
	size_t count, size;

	crypto_generichash(sum, sizeof(sum), (const unsigned char *)lines, lines_size, NULL, 0);
	sodium_bin2hex(text, sizeof(text), sum, sizeof(sum));
	bytes = malloc(lines_size + 64);
	assert_non_null(bytes);
	memcpy(bytes, lines, lines_size);
	size = lines_size + (size_t)snprintf(bytes + lines_size, 64, "checksum %s\n", text);
	if (consent_file_parse(bytes, size, decisions, &count, &why) != expected)
		fail_msg("'%s': %s", lines, why ? why : "was taken");
	free(bytes);
}

static void assert_parse(const char *lines, int expected)
{
	assert_parse_bytes(lines, strlen(lines), expected);
}

static void consent_file_parse_takes_what_is_written_only(void **state)
{
#define HEADER "telprobe consent 1\n"
	static const char *const bad[] = {
		"",
		HEADER,
		"telprobe consent 2\n* full 1 1\n",
		HEADER "\n",
		HEADER "* full 1 1",
		HEADER "* full 1 1\n\n",
		HEADER "*  full 1 1\n",
		HEADER " * full 1 1\n",
		HEADER "* full 1 1 \n",
		HEADER "* full 1 1\n* full 1 2",
		HEADER " full 1 1\n",
		HEADER "* full 1\n",
		HEADER "* full 1 1 1\n",
		HEADER "* FULL 1 1\n",
		HEADER "* verbose 1 1\n",
		HEADER "* 3 1 1\n",
		HEADER "* full 0 1\n",
		HEADER "* full 01 1\n",
		HEADER "* full +1 1\n",
		HEADER "* full -1 1\n",
		HEADER "* full 4294967296 1\n",
		HEADER "* full 1 -1\n",
		HEADER "* full 1 9223372036854775808\n",
		HEADER "* full 1 99999999999999999999\n",
		HEADER "* full 1 0x1\n",
		HEADER "a/b full 1 1\n",
		HEADER "** full 1 1\n",
		HEADER ".x full 1 1\n",
		HEADER "* full 1 1\r\n",
		HEADER "* full 1 \n",
		HEADER "* full 1 1\nchecksum 0\n",
		HEADER "\xff full 1 1\n",
		HEADER
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa full 1 1\n",
	};
	static const char with_nul[] = HEADER "* full 1 1\0\n";
	size_t i;

	(void)state;
	assert_parse(HEADER "* off 1 0\na.b+c full 4294967295 9223372036854775807\n", 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_parse(bad[i], -EBADMSG);
	assert_parse_bytes(with_nul, sizeof(with_nul) - 1, -EBADMSG);
#undef HEADER
}

static void consent_file_parse_takes_ends_as_they_are_written_only(void **state)
{
#define HEADER "telprobe consent 2\n"
#define BOOT   "00112233445566778899aabbccddeeff"
	static const char *const bad[] = {
		"telprobe consent 1\n* full 1 1 runs 2 3 4 5 " BOOT "\n",
		HEADER "* full 1 1\n",
		HEADER "* full 1 1 runs 2 3 4 5\n",
		HEADER "* full 1 1 runs 2 3 4 5 " BOOT " 6\n",
		HEADER "* full 1 1 runs 2 3 4 5 " BOOT "00\n",
		HEADER "* full 1 1 runs 2 3 4 5 00" BOOT "\n",
		HEADER "* full 1 1 runs 2 3 4 5 00112233445566778899AABBCCDDEEFF\n",
		HEADER "* full 1 1 runs 2 3 4 5 0011\n",
		HEADER "* full 1 1 runs 2 3 4 5 x\n",
		HEADER "* full 1 1 runs 2 3 4 -5 " BOOT "\n",
		HEADER "* full 1 1 runs 2 3 x 5 " BOOT "\n",
		HEADER "* full 1 1 runs 2 -3 4 5 " BOOT "\n",
		HEADER "* full 1 1 runs x 3 4 5 " BOOT "\n",
		HEADER "* full 1 x runs 2 3 4 5 " BOOT "\n",
		HEADER "* full 1 1 walks 2 3 4 5 " BOOT "\n",
		HEADER "* full 1 1  2 3 4 5 " BOOT "\n",
		HEADER "* off 1 1 runs 2 3 4 5 " BOOT "\n",
		HEADER "* full 1 1 runs 2 3 4 5  " BOOT "\n",
	};
	size_t i;

	(void)state;
	assert_parse(HEADER "* full 1 1\n* full 1 1 runs 2 3 4 5 " BOOT "\n", 0);
	assert_parse(HEADER "a over 1 1\n", -EBADMSG);
	assert_parse(HEADER "a full 1 1 over 2 3 4 5 " BOOT "\na basic 1 1 deleted 2 3 4 5 " BOOT
			    "\n* full 1 1 prolonged 0 0 0 0 " BOOT "\n",
		     0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_parse(bad[i], -EBADMSG);
#undef BOOT
#undef HEADER
}

static void consent_file_parse_takes_what_is_left_out_as_it_is_written_only(void **state)
{
#define HEADER "telprobe consent 2\n"
#define BOOT   "00112233445566778899aabbccddeeff"
	static const char *const bad[] = {
		"telprobe consent 1\n* full 1 1 without=errors\n",
		HEADER "* full 1 1 without=\n",
		HEADER "* full 1 1 without=error\n",
		HEADER "* full 1 1 without=errors,\n",
		HEADER "* full 1 1 without=errors,errors\n",
		HEADER "* full 1 1 without=errors,commands\n",
		HEADER "* full 1 1 errors\n",
		HEADER "* off 1 1 without=errors\n",
		HEADER "* full 1 x without=errors\n",
		HEADER "* full 1 1 without=errors runs 2 3 4 5 " BOOT "\n",
		HEADER "* full 1 1 runs 2 3 4 5 without=errors\n",
		HEADER "* full 1 1 runs 2 3 4 5 " BOOT " without=errors 1\n",
	};
	size_t i;

	(void)state;
	assert_parse(HEADER "* full 1 1 without=errors\n", 0);
	assert_parse(HEADER "a full 1 1 runs 2 3 4 5 " BOOT " without=commands,sessions\n", 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_parse(bad[i], -EBADMSG);
#undef BOOT
#undef HEADER
}

static void consent_file_parse_takes_so_many_lines(void **state)
{
	char lines[32 + (CONSENT_DECISIONS + 1) * 16] = "telprobe consent 1\n";
	size_t i;

	(void)state;
	for (i = 0; i < CONSENT_DECISIONS; i++)
		strncat(lines, "* full 1 1\n", sizeof(lines) - strlen(lines) - 1);
	assert_parse(lines, 0);
	strncat(lines, "* full 1 1\n", sizeof(lines) - strlen(lines) - 1);
	assert_parse(lines, -EBADMSG);
}

struct place {
	struct directory *directory;
	int fd;
};

static struct place place_of(void **state)
{
	struct place place = { .directory = *state };

	place.fd = open(place.directory->path, O_RDONLY | O_DIRECTORY);
	assert_true(place.fd >= 0);
	return place;
}

static int write_one(const struct place *place)
{
	bool is_seen;

	return consent_file_write(place->fd, 1000, &yes, 1, &is_seen);
}

/* Return: as consent_file_read(); *out_why is "" where nothing was said. */
static int read_one(const struct place *place, const char *name, const char **out_why)
{
	struct consent_decision decisions[CONSENT_DECISIONS];
	size_t count;

	*out_why = "";
	return consent_file_read(place->fd, name, decisions, &count, out_why);
}

static void assert_no_file(const struct place *place, const char *name, const char *why)
{
	const char *found;

	assert_int_equal(read_one(place, name, &found), -EBADMSG);
	assert_string_equal(found, why);
}

static void consent_file_read_what_is_no_file_of_ours(void **state)
{
	struct place place = place_of(state);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	char bytes[CONSENT_FILE_BYTES + 1] = { 0 };
	const char *why;

	assert_int_equal(read_one(&place, "1000", &why), -ENOENT);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", place.directory->path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_no_file(&place, "socket", "it is no regular file");
	assert_int_equal(symlinkat("1000", place.fd, "link"), 0);
	assert_no_file(&place, "link", "it is no regular file");
	assert_no_file(&place, ".", "it is no regular file");
	directory_write(place.directory, "full", bytes, CONSENT_FILE_BYTES);
	assert_no_file(&place, "full", "it does not begin as expected");
	directory_write(place.directory, "large", bytes, CONSENT_FILE_BYTES + 1);
	assert_no_file(&place, "large", "it is too large");
	assert_int_equal(write_one(&place), 0);
	assert_int_equal(read_one(&place, "1000", &why), 0);
	if (!geteuid()) {
		assert_int_equal(fchownat(place.fd, "1000", 65534, 65534, 0), 0);
		assert_no_file(&place, "1000", "it is somebody else's");
		assert_int_equal(fchown(place.fd, 65534, 65534), 0);
		assert_int_equal(read_one(&place, "1000", &why), 0);
	}
	assert_int_equal(fchmodat(place.fd, "1000", 0620, 0), 0);
	assert_no_file(&place, "1000", "others may write it");
	close(listener);
	close(place.fd);
}

static void consent_file_read_fails_as_the_system_does(void **state)
{
	static const struct {
		enum failing_call call;
		int after, error, expected;
	} rows[] = {
		{ CALL_OPENAT, 0, EMFILE, -EMFILE }, { CALL_FSTAT, 0, EIO, -EIO },
		{ CALL_READ, 0, EIO, -EIO },	     { CALL_READ, 1, EIO, -EIO },
		{ CALL_READ, 0, EINTR, 0 },	     { CALL_FSTAT, 1, EIO, -EBADMSG },
	};
	struct place place = place_of(state);
	const char *why;
	size_t i;

	assert_int_equal(write_one(&place), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call_fails(rows[i].call, rows[i].after, rows[i].error);
		assert_int_equal(read_one(&place, "1000", &why), rows[i].expected);
		assert_true(call_has_failed(rows[i].call));
	}
	close(place.fd);
}

/* The file before stays, or the new one is whole. */
static void consent_file_write_fails_as_the_system_does(void **state)
{
	static const struct {
		enum failing_call call;
		int after, error, expected;
		bool is_seen;
	} rows[] = {
		{ CALL_UNLINKAT, 0, EIO, -EIO, false },
		{ CALL_OPENAT, 0, ENOSPC, -ENOSPC, false },
		{ CALL_WRITE, 0, ENOSPC, -ENOSPC, false },
		{ CALL_WRITE, 0, 0, -EIO, false },
		{ CALL_WRITE, 0, EINTR, 0, true },
		{ CALL_FSYNC, 0, EIO, -EIO, false },
		{ CALL_CLOSE, 0, EDQUOT, -EDQUOT, false },
		{ CALL_RENAMEAT, 0, EROFS, -EROFS, false },
		{ CALL_FSYNC, 1, EIO, -EIO, true },
	};
	struct place place = place_of(state);
	const char *why;
	bool is_seen;
	size_t i;

	assert_int_equal(write_one(&place), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call_fails(rows[i].call, rows[i].after, rows[i].error);
		assert_int_equal(consent_file_write(place.fd, 1000, &yes, 1, &is_seen),
				 rows[i].expected);
		assert_true(call_has_failed(rows[i].call));
		assert_int_equal(is_seen, rows[i].is_seen);
		assert_int_equal(read_one(&place, "1000", &why), 0);
		assert_false(directory_has(place.directory, "1000.new"));
	}
	call_fails(CALL_FSYNC, 0, EIO);
	call_fails(CALL_CLOSE, 0, EDQUOT); /* the first is what is told */
	assert_int_equal(write_one(&place), -EIO);
	close(place.fd);
}

/* As many as there may be, of the longest lines; without memory for them there is no file. */
static void consent_file_write_keeps_all_or_says_so(void **state)
{
	static struct consent_decision many[CONSENT_DECISIONS], found[CONSENT_DECISIONS];
	struct place place = place_of(state);
	size_t i, count = 0;
	long allocations;
	int ret = -1;
	bool is_seen;
	const char *why;

	for (i = 0; i < CONSENT_DECISIONS; i++) {
		many[i] = (struct consent_decision){ .level = TP_LEVEL_ENHANCED,
						     .text_version = UINT32_MAX,
						     .decided_us = INT64_MAX - (int64_t)i,
						     .without = 0xff,
						     .term = CONSENT_PROLONGED,
						     .end = { .until_us = INT64_MAX,
							      .seen_us = INT64_MAX,
							      .ends_us = INT64_MAX,
							      .left_us = INT64_MAX } };
		memset(many[i].target, 'a', sizeof(many[i].target) - 1);
	}
	for (allocations = 0; ret && allocations < 100; allocations++) {
		memory_fail_after(memory_can_fail() ? allocations : -1);
		ret = consent_file_write(place.fd, 1000, many, CONSENT_DECISIONS, &is_seen);
		memory_fail_after(-1);
		if (ret)
			assert_int_equal(ret, -ENOMEM);
		assert_int_equal(directory_has(place.directory, "1000"), !ret);
	}
	assert_int_equal(consent_file_read(place.fd, "1000", found, &count, &why), 0);
	assert_int_equal(count, CONSENT_DECISIONS);
	assert_memory_equal(found, many, sizeof(many));
	close(place.fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(consent_file_parse_takes_what_is_written_only),
		TEST(consent_file_parse_takes_ends_as_they_are_written_only),
		TEST(consent_file_parse_takes_what_is_left_out_as_it_is_written_only),
		TEST(consent_file_parse_takes_so_many_lines),
		TEST(consent_file_read_what_is_no_file_of_ours),
		TEST(consent_file_read_fails_as_the_system_does),
		TEST(consent_file_write_fails_as_the_system_does),
		TEST(consent_file_write_keeps_all_or_says_so),
	};

	return cmocka_run_group_tests_name("privacy/consent_file", tests, NULL, NULL);
}
