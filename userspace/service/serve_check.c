/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/serve_check.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/features.h"
#include "inspect/inspector.h"
#include "service/config.h"
#include "service/needs.h"
#include "service/places.h"

struct check {
	const struct serve_options *options;
	void (*tell)(const struct error *error, void *data);
	void *data;
	int problems;
};

static void tell(const struct error *error, void *data)
{
	struct check *check = data;

	check->problems++;
	check->tell(error, check->data);
}

static void check_caller(struct check *check)
{
	struct error error;

	if (!geteuid())
		return;
	error_set(&error, -EPERM, "the service is started by root");
	error_hint(&error, "sudo telprobe serve --check: some of this can only be tried by root");
	tell(&error, check);
}

/* What of the configuration the kernel has to do with goes to @out. */
static void check_config(struct check *check, struct capture_options *out)
{
	struct config *config = NULL;
	struct error error;
	size_t i;

	if (config_examine(check->options->config_directory, &config, &error)) {
		tell(&error, check);
		return;
	}
	for (i = 0; i < config->problem_count; i++) {
		/* "what; the next step" */
		const char *text = config->problems[i].text, *hint = strstr(text, "; ");

		error_set(&error, -EINVAL, "%.*s", hint ? (int)(hint - text) : (int)strlen(text),
			  text);
		error_hint(&error, "%s", hint ? hint + 2 : "telprobe config check");
		tell(&error, check);
	}
	out->ring_bytes = (uint32_t)config->ring_mb << 20;
	out->attach = config->attach;
	config_free(config);
}

/* All that are missing at a time, then what else may be wrong. Return: whether all is well. */
static bool check_accounts(struct check *check, struct accounts *accounts)
{
	const char *const *name;
	struct error error;
	bool is_whole = true;

	for (name = accounts_names; *name; name++) {
		if (getpwnam(*name))
			continue;
		is_whole = false;
		error_set(&error, -ENOENT, "there is no account '%s'", *name);
		error_hint(&error, ACCOUNTS_HINT, *name);
		tell(&error, check);
	}
	if (!is_whole || !accounts_find(accounts, &error))
		return is_whole;
	tell(&error, check);
	return false;
}

/* What of the kernel is missing, by trying each. Return: whether anything was told. */
static bool tell_features(struct check *check)
{
	struct feature features[FEATURES_MAX];
	int count = features_probe(features), i, before = check->problems;
	struct error error;

	for (i = 0; i < count; i++) {
		if (features[i].state != FEATURE_MISSING)
			continue;
		error_set(&error, -ENOTSUP, "%s: %s; %s", features[i].name, features[i].found,
			  features[i].follows);
		error_hint(&error, "%s",
			   features[i].advice[0] ? features[i].advice : "telprobe doctor");
		tell(&error, check);
	}
	return check->problems != before;
}

static int open_kernel(const struct capture_options *options, struct error *error)
{
	struct inspector *inspector = NULL;
	struct capture *capture = NULL;
	struct needs needs;
	int ret;

	ret = needs_find(options->attach, &needs, error);
	if (!ret)
		ret = inspector_new(&inspector, error);
	if (!ret)
		ret = capture_open(options, &capture, error);
	capture_close(capture);
	inspector_free(inspector);
	return ret;
}

/* Load what would be loaded, attached to no file, and let go of it; only where that fails the reasons
 * are looked for. */
static void check_kernel(struct check *check, const struct capture_options *options)
{
	struct error error;

	if (!geteuid() && open_kernel(options, &error) && !tell_features(check))
		tell(&error, check);
}

int serve_check(const struct serve_options *options,
		void (*told)(const struct error *error, void *data), void *data, pid_t *out_pid)
{
	struct check check = { .options = options, .tell = told, .data = data };
	struct accounts accounts = { 0 };
	struct capture_options capture = { .objects = 16, .reads_environment = true };

	*out_pid = 0;
	check_caller(&check);
	check_config(&check, &capture);
	if (check_accounts(&check, &accounts))
		*out_pid = places_examine(options, &accounts, tell, &check);
	else
		*out_pid = places_examine(options, NULL, tell, &check);
	check_kernel(&check, &capture);
	return check.problems;
}
