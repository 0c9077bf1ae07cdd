/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/selftest_secrets.h"
#include "privacy/firewall.h"

enum { TIMES = 1000 }; /* as many runs of the self-test */

static struct firewall *firewall_of(const struct secret_text *texts)
{
	const struct secret_text *person = &texts[secrets_of_machine()];
	struct firewall_options options;
	struct firewall *firewall;
	struct error error;

	firewall_options_init(&options);
	assert_int_equal(
		text_list_add(&options.names, person->text + person->own_at, person->own_length),
		0);
	assert_int_equal(firewall_new(&options, &firewall, &error), 0);
	firewall_options_clear(&options);
	return firewall;
}

static void judge(const struct secret_text *texts)
{
	struct firewall *firewall = firewall_of(texts);
	const struct secret *secret;
	size_t i;

	for (i = 0; (secret = secrets_at(i)); i++) {
		const char *text = texts[i].text;
		struct firewall_verdict verdict =
			firewall_explain(firewall, FIREWALL_NAME, text, strlen(text));

		if ((secret->source != SECRET_CONSTANT && secret->source != SECRET_STORED) ||
		    i == secrets_hidden_value()) {
			if (strchr(secret->form, '%') && strlen(secret->form) == 1 &&
			    verdict.layer != FIREWALL_PASSED)
				fail_msg("only where it is from may stop '%s'", text);
			continue;
		}
		if (verdict.layer == FIREWALL_PASSED || strcmp(verdict.text, secret->expected) != 0)
			fail_msg("%s '%s': %s", secret->name, text,
				 verdict.layer == FIREWALL_PASSED ? "passed" : verdict.text);
		if (secret->source == SECRET_CONSTANT) /* what leaves is stopped by either */
			assert_int_equal(verdict.layer, secret->layer == SECRET_SHAPE
								? FIREWALL_SHAPE
								: FIREWALL_PATTERN);
	}
	firewall_free(firewall);
}

static void secrets_make_texts_their_layer_refuses_in_every_run(void **state)
{
	struct secret_text texts[SECRETS_MAX];
	struct error error;
	int i;

	(void)state;
	for (i = 0; i < TIMES; i++) {
		assert_int_equal(secrets_make(texts, &error), 0);
		judge(texts);
	}
}

static void secrets_make_new_ones_each_time(void **state)
{
	struct secret_text once[SECRETS_MAX], again[SECRETS_MAX];
	struct error error;
	size_t i;

	(void)state;
	assert_int_equal(secrets_make(once, &error), 0);
	assert_int_equal(secrets_make(again, &error), 0);
	for (i = 0; i < secrets_count(); i++) {
		assert_string_not_equal(once[i].text, again[i].text);
		assert_in_range(once[i].own_length, 7, strlen(once[i].text) - once[i].own_at);
		assert_in_range(strlen(once[i].text), 9, SECRET_TEXT - 1);
	}
}

static void secrets_each_layer_has_some_that_no_other_stops(void **state)
{
	size_t alone[SECRET_LAYERS] = { 0 }, i;
	struct secret_text texts[SECRETS_MAX];
	const struct secret *secret;
	struct error error;

	(void)state;
	assert_int_equal(secrets_make(texts, &error), 0);
	for (i = 0; (secret = secrets_at(i)); i++) {
		bool is_plain = firewall_has_shape(FIREWALL_NAME, texts[i].text);

		if (secret->layer == SECRET_SHAPE)
			alone[SECRET_SHAPE] += !is_plain;
		else
			alone[secret->layer] += is_plain;
	}
	assert_in_range(alone[SECRET_PROVENANCE], 5, SECRETS_MAX);
	assert_in_range(alone[SECRET_SHAPE], 3, SECRETS_MAX);
	assert_in_range(alone[SECRET_PATTERN], 15, SECRETS_MAX);
	assert_in_range(alone[SECRET_NUMBER], 2, SECRETS_MAX);
}

/* They are stored beside what stands for the secret, so the firewall must let them pass. */
static void secrets_have_harmless_names_of_their_own(void **state)
{
	const struct secret *secret, *other;
	struct firewall *firewall;
	struct error error;
	size_t i, j;

	(void)state;
	assert_int_equal(firewall_new(NULL, &firewall, &error), 0);
	for (i = 0; (secret = secrets_at(i)); i++) {
		assert_int_equal(
			firewall_check(firewall, FIREWALL_VALUE, FIREWALL_CONSTANT, secret->name)
				.layer,
			FIREWALL_PASSED);
		for (j = 0; j < i && (other = secrets_at(j)); j++)
			assert_string_not_equal(secret->name, other->name);
	}
	firewall_free(firewall);
	assert_in_range(secrets_of_machine(), 0, secrets_count() - 1);
	assert_in_range(secrets_hidden_key(), 0, secrets_count() - 1);
	assert_in_range(secrets_hidden_value(), 0, secrets_count() - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_make_texts_their_layer_refuses_in_every_run),
		cmocka_unit_test(secrets_make_new_ones_each_time),
		cmocka_unit_test(secrets_each_layer_has_some_that_no_other_stops),
		cmocka_unit_test(secrets_have_harmless_names_of_their_own),
	};

	return cmocka_run_group_tests_name("cli/selftest_secrets", tests, NULL, NULL);
}
