/* SPDX-License-Identifier: GPL-2.0-only */
/* all.c - every marker once, each with names of its own. Expected, in this order:
 *	session_begin all-app 1.2.3
 *	command_begin all-command all-sub all-profile
 *	span_begin tool all-tool
 *	tag model all-model			on the tool
 *	count tokens.all -7			on the tool
 *	measure all-measure 2.5 all-unit	on the tool
 *	error all-category all-code warning recoverable
 *	recovered all-category all-code 3
 *	span_end tool all-tool failed all-tool-error
 *	span_done call all-call ok		1 ms long
 *	feature all-feature discovered all-source
 *	decision all-subject all-level all-action all-decision-category 42
 *	lifecycle all-lifecycle all-method 1.2.3 1.2.2 all-lifecycle-category -5
 *	command_end all-command cancelled
 *	session_end all-app
 *	opt_out					and what follows is silent:
 *	command_begin all-silent; command_end all-silent ok */
#include <stddef.h>

#include "telprobe.h"

int main(void)
{
	TELPROBE_SESSION_BEGIN("all-app", "1.2.3");
	TELPROBE_COMMAND_BEGIN("all-command", "all-sub", "all-profile", 0);
	TELPROBE_SPAN_BEGIN(TELPROBE_TOOL, "all-tool", 0);
	TELPROBE_TAG("model", "all-model", 0);
	TELPROBE_COUNT("tokens.all", -7, 0);
	TELPROBE_MEASURE("all-measure", 2.5, "all-unit", 0);
	TELPROBE_ERROR("all-category", "all-code", TELPROBE_SEVERITY_WARNING, 1, 0);
	TELPROBE_RECOVERED("all-category", "all-code", 3, 0);
	TELPROBE_SPAN_END(TELPROBE_TOOL, "all-tool", TELPROBE_FAILED, "all-tool-error", 0);
	if (TELPROBE_IS_ON(span_done)) {
		uint64_t start_ns = TELPROBE_NOW();

		while (TELPROBE_NOW() < start_ns + 1000000)
			continue;
		TELPROBE_SPAN_DONE(TELPROBE_CALL, "all-call", start_ns, TELPROBE_OK, NULL);
	}
	TELPROBE_FEATURE("all-feature", TELPROBE_FEATURE_DISCOVERED, "all-source");
	TELPROBE_DECISION("all-subject", "all-level", "all-action", "all-decision-category", 42);
	TELPROBE_LIFECYCLE("all-lifecycle", "all-method", "1.2.3", "1.2.2",
			   "all-lifecycle-category", -5);
	TELPROBE_COMMAND_END("all-command", TELPROBE_CANCELLED, NULL, 0);
	TELPROBE_SESSION_END("all-app");
	TELPROBE_OPT_OUT();
	TELPROBE_COMMAND_BEGIN("all-silent", NULL, NULL, 0);
	TELPROBE_COMMAND_END("all-silent", TELPROBE_OK, NULL, 0);
	return 0;
}
