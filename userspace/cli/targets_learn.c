/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/targets_learn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/learned_names.h"
#include "cli/notice.h"
#include "cli/run_once.h"
#include "cli/target_files.h"
#include "cli/targets_change.h"
#include "report/text.h"
#include "service/config.h"

struct learned { /* of the files with markers that were attached to */
	struct learned_names names;
	const char *used[CONFIG_PATHS]; /* executed, or a marker of it hit */
	size_t used_count, used_more;
	const char *unused[CONFIG_PATHS];
	size_t unused_count;
};

/* Also the ends of its processes count: who was executed was used. */
static uint64_t hits_of(struct run_session *session, uint16_t object)
{
	struct tp_counters set;
	uint64_t hits = 0;
	int kind;

	for (kind = 0; kind < TP_KINDS; kind++)
		if (!capture_count(session->capture, object, (enum tp_kind)kind, &set, NULL))
			hits += set.count[TP_COUNT_BEGINS] + set.count[TP_COUNT_ENDS] +
				set.count[TP_COUNT_SINGLES];
	return hits;
}

static void sort_out(struct run_session *session, struct learned *learned)
{
	uint16_t object;

	for (object = 1; object <= capture_last_object(session->capture); object++) {
		const char *path = capture_path(session->capture, object);

		if (!path || target_files_markers(session->inspector, path, NULL) <= 0)
			continue;
		if (!hits_of(session, object)) {
			if (learned->unused_count < CONFIG_PATHS)
				learned->unused[learned->unused_count++] = path;
		} else if (learned->used_count < CONFIG_PATHS) {
			learned->used[learned->used_count++] = path;
		} else {
			learned->used_more++;
		}
	}
}

static void print_target(const struct learned *learned)
{
	size_t i;

	puts("paths:");
	for (i = 0; i < learned->used_count; i++) {
		fputs("  - ", stdout);
		text_print(learned->used[i], stdout);
		putchar('\n');
	}
	for (i = 0; i < learned->unused_count; i++) {
		fputs("# offers markers, but was not used: ", stdout);
		text_print(learned->unused[i], stdout);
		putchar('\n');
	}
	learned_names_print(&learned->names);
}

static cJSON *json_of(const struct learned *learned)
{
	cJSON *json = cJSON_CreateObject(), *names = learned_names_json(&learned->names), *used,
	      *unused;

	used = cJSON_CreateStringArray(learned->used, (int)learned->used_count);
	unused = cJSON_CreateStringArray(learned->unused, (int)learned->unused_count);
	if (!cJSON_AddItemToObject(json, "paths", used))
		cJSON_Delete(used);
	if (!cJSON_AddItemToObject(json, "unused", unused))
		cJSON_Delete(unused);
	if (!cJSON_AddItemToObject(json, "names", names))
		cJSON_Delete(names);
	return json_whole(json, cJSON_GetArraySize(json) == 3);
}

static int tell(const struct cli *cli, const struct learned *learned, const char *command,
		bool is_silent)
{
	const char *name = cli_option(cli, "add");
	struct error error;

	if (!learned->used_count) {
		error_set(&error, -ENODATA,
			  "'%s' and what it started used no file with telprobe markers", command);
		error_hint(&error, is_silent ? "DO_NOT_TRACK or TELPROBE_ENABLED=0 is set: unset it"
					     : "'telprobe probes FILE' shows what a file offers");
		return cli_fail(cli, &error);
	}
	if (learned->used_more)
		notice("%zu files more were used: a target holds %d, take a pattern",
		       learned->used_more, CONFIG_PATHS);
	if (name && learned->names.count)
		notice("%zu names were said that are no constants, and are not declared: without "
		       "--add they are shown",
		       learned->names.count);
	if (name)
		return targets_add(cli, name, learned->used, learned->used_count);
	if (cli_flag(cli, "json"))
		return answer_json(cli, json_of(learned), NULL);
	print_target(learned);
	return CLI_DONE;
}

static void tell_end(const char *command, int status)
{
	if (WIFSIGNALED(status))
		notice("'%s' was ended by signal %d", command, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		notice("'%s' ended with status %d", command, WEXITSTATUS(status));
}

/* Standard output is the target's, to be redirected into its file; what CMD writes goes to stderr. */
static int run_beside(struct run_session *session, char **argv, int *out_status,
		      struct error *error)
{
	struct run_targets_found found = { 0 };
	int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), ret;

	if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		ret = error_set(error, -errno, "cannot use standard output or error: %s",
				error_text(errno));
	else
		ret = run_once(session, argv, &found, out_status, error);
	if (output < 0)
		return ret;
	if (dup2(output, STDOUT_FILENO) < 0 && !ret)
		ret = error_set(error, -errno, "cannot use standard output: %s", error_text(errno));
	close(output);
	return ret;
}

/* What uses its files is known without. */
static void learn_names(struct run_session *session)
{
	struct error error = { 0 };

	session->is_learning = !capture_learn(session->capture, session->identity.uid, &error);
	if (!session->is_learning)
		notice_error(&error);
}

static int run_and_tell(struct cli *cli, char **argv)
{
	struct learned *learned = calloc(1, sizeof(*learned));
	struct run_keep keep = { 0 };
	struct run_session session;
	struct error error = { 0 };
	int status = 0, ret;

	memset(&session, 0, sizeof(session));
	ret = learned ? run_session_open(TP_LEVEL_FULL, true, &session, &error)
		      : error_set(&error, -ENOMEM, "out of memory");
	if (!ret)
		learn_names(&session);
	if (!ret)
		ret = run_keep_open(&session, ":memory:", &keep, &error);
	if (ret) {
		ret = run_impossible(cli, ret, &error);
		goto close;
	}
	ret = run_beside(&session, argv, &status, &error);
	if (ret) {
		ret = run_refused(cli, ret, &error);
		goto close;
	}
	capture_stop(session.capture);
	capture_detach(session.capture); /* counts are whole, and who writes the files may */
	tell_end(argv[0], status);
	sort_out(&session, learned);
	learned_names_take(&session, cli_option(cli, "add") != NULL, &learned->names);
	ret = tell(cli, learned, argv[0], session.is_silent);
close:
	if (learned)
		learned_names_clear(&learned->names);
	free(learned);
	run_keep_close(&session, &keep);
	run_session_close(&session);
	return ret;
}

int targets_learn(struct cli *cli, char **argv)
{
	if (!argv[0])
		return cli_misuse(cli, "which command? targets learn -- CMD [ARGS...]");
	return run_and_tell(cli, argv);
}
