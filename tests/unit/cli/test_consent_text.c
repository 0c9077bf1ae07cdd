/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/consent_text.h"
#include "privacy/consent.h"

/* BLAKE2b of each text people were asked with. Append only: a changed text is a new version, which
 * CONSENT_TEXT_VERSION is raised to. */
static const char *const checksums[] = {
	[1] = "63796e575c83365b66f335e8bff5bd72", [2] = "c03fff54f4571cd42b23fafe4680c269",
	[3] = "c9a5f9bfb71803e256bc755cd4beb9fd", [4] = "5441698c4ed6e41404f945509bc0e74d",
	[5] = "ae5524226e61db1b13dbb0d78d0cd65f",
};

static void consent_text_is_the_one_of_its_version(void **state)
{
	unsigned char sum[16];
	char *text = NULL, sum_text[2 * sizeof(sum) + 1];
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	assert_non_null(file);
	assert_int_equal(consent_text_print(file, NULL), 0);
	assert_int_equal(consent_text_print(file, "app"), 0);
	fclose(file);
	assert_non_null(strstr(text, "how you use 'app'"));
	crypto_generichash(sum, sizeof(sum), (unsigned char *)text, size, NULL, 0);
	sodium_bin2hex(sum_text, sizeof(sum_text), sum, sizeof(sum));
	free(text);
	assert_int_equal(CONSENT_TEXT_VERSION + 1, sizeof(checksums) / sizeof(checksums[0]));
	if (strcmp(sum_text, checksums[CONSENT_TEXT_VERSION]) != 0)
		fail_msg("the text has changed: raise CONSENT_TEXT_VERSION and append \"%s\" here",
			 sum_text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consent_text_is_the_one_of_its_version),
	};

	return cmocka_run_group_tests_name("cli/consent_text", tests, NULL, NULL);
}
