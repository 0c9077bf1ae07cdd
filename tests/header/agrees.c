/* SPDX-License-Identifier: GPL-2.0-only */
/* agrees.c - telprobe.h and telprobe/record.h speak of the same things by the same numbers. */
#include <stdio.h>
#include <string.h>

#include "telprobe.h"
#include "telprobe/record.h"

_Static_assert((int)TELPROBE_OK == TP_OUTCOME_OK, "outcome");
_Static_assert((int)TELPROBE_FAILED == TP_OUTCOME_FAILED, "outcome");
_Static_assert((int)TELPROBE_CANCELLED == TP_OUTCOME_CANCELLED, "outcome");
_Static_assert((int)TELPROBE_TOOL == TP_KIND_TOOL, "kind");
_Static_assert((int)TELPROBE_STEP == TP_KIND_STEP, "kind");
_Static_assert((int)TELPROBE_CALL == TP_KIND_CALL, "kind");
_Static_assert((int)TELPROBE_CONVERSATION == TP_KIND_CONVERSATION, "kind");
_Static_assert((int)TELPROBE_PHASE == TP_KIND_PHASE, "kind");
_Static_assert((int)TELPROBE_PHASE == TP_SPAN_KINDS - 1, "every kind of span is in both");

#define HEADER_NAME(name, parameters)		     #name,
#define RECORD_NAME(constant, name, level, category) #name,

static const char *const header_names[] = { TELPROBE_MARKERS_(HEADER_NAME) };
static const char *const record_names[] = { TP_MARKERS_TABLE(RECORD_NAME) };

_Static_assert(sizeof(header_names) == sizeof(record_names), "every marker is in both");

/* Each marker's function carries its number after ret, which keeps linkers from folding two. */
#ifdef __x86_64__
#define HEADER_CODE(name, parameters) (const unsigned char *)(uintptr_t)telprobe_at_##name,
static const unsigned char *const code[] = { TELPROBE_MARKERS_(HEADER_CODE) };
enum { NUMBER = 4 + 21 }; /* after the landing pad, the contract's 17 bytes, and int3, nopl */
#endif

/* brings all markers into this program; never called */
void all_markers(void);
void all_markers(void)
{
	TELPROBE_SESSION_BEGIN(NULL, NULL);
	TELPROBE_SESSION_END(NULL);
	TELPROBE_COMMAND_BEGIN(NULL, NULL, NULL, 0);
	TELPROBE_COMMAND_END(NULL, TELPROBE_OK, NULL, 0);
	TELPROBE_SPAN_BEGIN(TELPROBE_CALL, NULL, 0);
	TELPROBE_SPAN_END(TELPROBE_CALL, NULL, TELPROBE_OK, NULL, 0);
	TELPROBE_SPAN_DONE(TELPROBE_CALL, NULL, 0, TELPROBE_OK, NULL);
	TELPROBE_TAG(NULL, NULL, 0);
	TELPROBE_COUNT(NULL, 0, 0);
	TELPROBE_MEASURE(NULL, 0, NULL, 0);
	TELPROBE_ERROR(NULL, NULL, TELPROBE_SEVERITY_DEBUG, 0, 0);
	TELPROBE_RECOVERED(NULL, NULL, 0, 0);
	TELPROBE_FEATURE(NULL, TELPROBE_FEATURE_USED, NULL);
	TELPROBE_DECISION(NULL, NULL, NULL, NULL, 0);
	TELPROBE_LIFECYCLE(NULL, NULL, NULL, NULL, NULL, 0);
	TELPROBE_OPT_OUT();
}

int main(void)
{
	for (int i = 0; i < TP_MARKERS; i++) {
		if (strcmp(header_names[i], record_names[i]) != 0) {
			printf("marker %d is '%s' in telprobe.h, '%s' in record.h\n", i,
			       header_names[i], record_names[i]);
			return 1;
		}
#ifdef __x86_64__
		if (code[i][NUMBER] != i) {
			printf("marker '%s' carries %d, not %d\n", header_names[i], code[i][NUMBER],
			       i);
			return 1;
		}
#endif
	}
	printf("ok\n");
	return 0;
}
