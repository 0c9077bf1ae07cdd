/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_trace.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/run_account.h"
#include "cli/run_collect.h"
#include "cli/run_once.h"
#include "cli/run_session.h"
#include "cli/selftest_controls.h"
#include "cli/selftest_everything.h"
#include "cli/selftest_fixture.h"
#include "cli/selftest_leaving.h"
#include "cli/selftest_place.h"

struct trace {
	struct selftest *selftest;
	struct selftest_place place;
	struct search *search;
	struct run_session session;
	struct run_keep keep;
	int old_stderr, old_directory; /* while the fixture runs; else -1 */
};

/* In any form a database may have it; the ring has a measure as it is. */
static int add_number(struct search *search, unsigned int number, const char *text, bool is_id)
{
	const double measure = strtod(text, NULL);
	uint64_t bits;

	memcpy(&bits, &measure, sizeof(bits));
	if (search_add_integer(search, number, strtoull(text, NULL, 10), is_id))
		return -EINVAL;
	return search_add_integer(search, number, bits, false);
}

static int add_needle(struct search *search, unsigned int number, const struct secret_text *text)
{
	const enum secret_source source = secrets_at(number)->source;

	if ((source == SECRET_MEASURE || source == SECRET_ID) &&
	    add_number(search, number, text->text, source == SECRET_ID))
		return -EINVAL;
	return search_add(search, number, text->text + text->own_at, text->own_length);
}

static int add_needles(struct search *search, const struct selftest *selftest, struct error *error)
{
	size_t i;

	for (i = 0; search && i < secrets_count(); i++) {
		if (add_needle(search, (unsigned int)i, &selftest->texts[i]))
			return error_set(error, -EINVAL, "secret '%s' cannot be searched for",
					 secrets_at(i)->name);
	}
	return search ? 0 : error_set(error, -ENOMEM, "out of memory");
}

/* --- the session, as `run` has it ------------------------------------------------------------- */

/* One of the secrets is the name of a person here. */
static int judge_by_defaults(struct trace *trace, struct error *error)
{
	const struct secret_text *person = &trace->selftest->texts[secrets_of_machine()];
	struct firewall_options options;
	int ret;

	firewall_options_init(&options);
	if (text_list_add(&options.names, person->text + person->own_at, person->own_length))
		ret = error_set(error, -ENOMEM, "out of memory");
	else
		ret = firewall_new(&options, &trace->session.firewall, error);
	firewall_options_clear(&options);
	return ret;
}

/* The session first: without root there is nothing to be made. */
static int open_session(struct trace *trace, const char *keep, struct error *error)
{
	struct run_session *session = &trace->session;
	int ret = run_session_open(TP_LEVEL_FULL, false, session, error);

	if (ret == -EPERM && geteuid())
		error_hint(error, "sudo telprobe selftest");
	if (ret)
		return ret;
	session->is_silent = false;
	session->identity.is_under_sudo = false; /* our own program needs nobody's rights */
	session->identity.uid = 0;
	firewall_free(session->firewall);
	session->firewall = NULL;
	ret = judge_by_defaults(trace, error);
	if (!ret)
		ret = place_make(&trace->place, keep, trace->selftest->texts, error);
	return ret ? ret : run_keep_open(session, trace->place.database, &trace->keep, error);
}

/* --- the fixture ------------------------------------------------------------------------------ */

static void set_environment(const struct selftest *selftest, bool is_to_be)
{
	const struct secret *secret;
	char variable[64];
	size_t i;

	for (i = 0; (secret = secrets_at(i)); i++) {
		if (secret->source != SECRET_ENVIRONMENT)
			continue;
		fixture_variable(secret, variable);
		if (is_to_be)
			setenv(variable, selftest->texts[i].text, 1);
		else
			unsetenv(variable);
	}
}

/* What is said meanwhile, by us and by it, goes to the log. */
static int enter(struct trace *trace, struct error *error)
{
	int log = open(trace->place.log, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	trace->old_directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	trace->old_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (log < 0 || trace->old_directory < 0 || trace->old_stderr < 0 ||
	    chdir(trace->place.running) || dup2(log, STDERR_FILENO) < 0) {
		error_set(error, -errno, "cannot go to '%s': %s", trace->place.running,
			  error_text(errno));
		if (log >= 0)
			close(log);
		return error->code;
	}
	close(log);
	unsetenv("DO_NOT_TRACK");
	unsetenv("TELPROBE_ENABLED");
	set_environment(trace->selftest, true);
	return 0;
}

static void leave(struct trace *trace)
{
	set_environment(trace->selftest, false);
	if (trace->old_stderr >= 0) {
		dup2(trace->old_stderr, STDERR_FILENO);
		close(trace->old_stderr);
	}
	if (trace->old_directory >= 0) {
		if (fchdir(trace->old_directory))
			return; /* nothing is opened by a relative name from here on */
		close(trace->old_directory);
	}
	trace->old_stderr = trace->old_directory = -1;
}

static int run_fixture(struct trace *trace, struct error *error)
{
	char command[] = "selftest", option[] = "--fixture";
	char *argv[SECRETS_MAX + 4] = { trace->place.fixture, command, option };
	struct run_targets_found found = { 0 };
	const struct secret *secret;
	int count = 3, status = 0, ret;
	size_t i;

	for (i = 0; (secret = secrets_at(i)); i++)
		if (secrets_is_argument(secret))
			argv[count++] = trace->selftest->texts[i].text;
	ret = run_once(&trace->session, argv, &found, &status, error);
	if (ret)
		return ret;
	if (!found.sites)
		return error_set(error, -ENOTSUP, "no marker of '%s' can be attached to",
				 trace->place.fixture);
	if (status)
		return error_set(error, -ECHILD, "the traced program ended with %s %d",
				 WIFEXITED(status) ? "status" : "signal",
				 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return 0;
}

/* So that whoever reads a failure sees what went before it. */
static void tell_log(const struct trace *trace)
{
	FILE *log = fopen(trace->place.log, "re");
	char line[512];

	while (log && fgets(line, sizeof(line), log))
		fputs(line, stderr);
	if (log)
		fclose(log);
}

static int trace_fixture(struct trace *trace, struct error *error)
{
	struct run_account account;
	int ret = enter(trace, error);

	if (!ret)
		ret = run_fixture(trace, error);
	capture_stop(trace->session.capture);
	capture_detach(trace->session.capture);
	run_drain(&trace->session);
	leave(trace);
	if (ret) {
		tell_log(trace);
		return ret;
	}
	ret = run_account_read(&trace->session, &account, error);
	if (!ret)
		trace->selftest->lost = account.lost;
	return ret;
}

/* --- what came of it ------------------------------------------------------------------------- */

static int prove(struct trace *trace, struct error *error)
{
	struct selftest *selftest = trace->selftest;
	int fds[PROOF_PROGRAMS], ret;
	int count = capture_program_fds(trace->session.capture, fds, PROOF_PROGRAMS);

	ret = proof_of(fds, count, &selftest->proof, error);
	selftest->is_proven = !ret;
	return ret == -EPERM ? 0 : ret; /* the symbols are hidden: the bytes still tell */
}

static int look_into(struct trace *trace, struct error *error)
{
	struct everything everything = {
		.selftest = trace->selftest,
		.search = trace->search,
		.session = &trace->session,
		.store = trace->keep.store,
		.error = error,
	};
	int ret = prove(trace, error);

	if (!ret)
		ret = everything_of_kernel(&everything);
	if (!ret)
		ret = everything_of_files(&everything, &trace->place, "while open");
	if (!ret)
		ret = everything_told(&everything);
	if (!ret)
		ret = controls_read(trace->selftest, trace->keep.store, error);
	run_keep_close(&trace->session, &trace->keep);
	if (!ret)
		ret = everything_of_files(&everything, &trace->place, "closed");
	if (!ret)
		ret = leaving_try(&everything, trace->place.stored);
	return ret;
}

int selftest_trace(struct selftest *selftest, const char *keep, struct error *error)
{
	struct trace trace = { .selftest = selftest, .old_stderr = -1, .old_directory = -1 };
	int ret = secrets_make(selftest->texts, error);

	if (ret)
		return ret;
	trace.search = search_new();
	ret = add_needles(trace.search, selftest, error);
	if (!ret)
		ret = open_session(&trace, keep, error);
	if (!ret)
		ret = trace_fixture(&trace, error);
	if (!ret)
		ret = look_into(&trace, error);
	run_keep_close(&trace.session, &trace.keep);
	run_session_close(&trace.session);
	place_remove(&trace.place);
	search_free(trace.search);
	return ret;
}
