/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/collected.h"

/* What all texts have in common. Text 1 collected nothing at level basic.
 * Entries are as tests/unit/report/test_collected.c prints them. */
/* clang-format off */
#define EVENTS_1 \
	"enhanced event: schema_version event_id event_type timestamp source.product source.version source.os source.arch source.runtime source.tier session.id session.sequence session.started_at\n" \
	"enhanced command_executed command_failed command_cancelled: name subcommand profile outcome duration_ms error_category span parent process\n" \
	"enhanced command_abandoned: name subcommand profile outcome ended_by duration_ms exit_code signal span parent process\n" \
	"full tool_completed tool_failed tool_cancelled step_completed step_failed step_cancelled call_completed call_failed call_cancelled conversation_completed conversation_failed conversation_cancelled phase_completed phase_failed phase_cancelled: name outcome duration_ms error_category span parent process\n" \
	"full tool_abandoned step_abandoned call_abandoned conversation_abandoned phase_abandoned: name outcome ended_by duration_ms exit_code signal span parent process\n" \
	"enhanced session_started: app version process\n" \
	"enhanced session_ended: app process\n" \
	"enhanced process_exited: duration_ms forked exit_code signal process\n" \
	"full process_exited crash_detected: cpu_ms peak_rss_kib read_bytes written_bytes\n" \
	"enhanced crash_detected: duration_ms forked signal process\n" \
	"enhanced tag: key value parent process\n" \
	"enhanced count: name delta parent process\n" \
	"full measure: name value bucket_lower bucket_upper unit parent process\n" \
	"enhanced error_occurred: error_category error_code severity recoverable parent process\n" \
	"enhanced error_recovered: error_category error_code attempts parent process\n" \
	"enhanced feature_used feature_discovered feature_disabled: feature source parent process\n" \
	"enhanced decision: subject level action category decision waited_ms parent process\n" \
	"enhanced opted_out: process\n" \
	"enhanced install_started install_completed install_failed update_available update_completed update_failed uninstall upgrade_prompt_shown upgrade_link_clicked upgrade_completed trial_started trial_ended lifecycle: version action category method other_version number parent process\n"

/* What was collected by the builds that asked with each text. Append only: a released entry is never
 * edited, since people decided by it. */
static const char *const versions[] = {
	[1] =
	"keep 90\n"
	EVENTS_1,
	[2] =
	"keep 90\n"
	"basic totals: day product command subcommand profile outcome error_category count duration_ms bucket\n"
	EVENTS_1,
	[3] =
	"keep 90\n"
	"basic totals: day product command subcommand profile outcome error_category count duration_ms bucket\n"
	EVENTS_1
	"enhanced session_heartbeat: process\n",
	/* of programs without markers sub-commands and options, in fields that were there */
	[4] =
	"keep 90\n"
	"basic totals: day product command subcommand profile outcome error_category count duration_ms bucket\n"
	EVENTS_1
	"enhanced session_heartbeat: process\n"
	"enhanced process_exited crash_detected: started_by\n",
	/* where in its code a program crashed; of one without markers that --help was given, and, in fields
	 * that were there, what a run recovered from */
	[5] =
	"keep 90\n"
	"basic totals: day product command subcommand profile outcome error_category count duration_ms bucket\n"
	EVENTS_1
	"enhanced session_heartbeat: process\n"
	"enhanced process_exited crash_detected: started_by\n"
	"enhanced crash_located: forked signal group frames parent process\n"
	"enhanced help_viewed: feature source parent process\n",
};
/* clang-format on */

const char *collected_version_text(uint32_t version)
{
	return version < sizeof(versions) / sizeof(versions[0]) ? versions[version] : NULL;
}
