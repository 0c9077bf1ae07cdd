/* SPDX-License-Identifier: GPL-2.0-only */
#include "with_library/library.h"

#include <stddef.h>

#include "telprobe.h"

void library_work(void)
{
	TELPROBE_SPAN_BEGIN(TELPROBE_TOOL, "library", 0);
	TELPROBE_SPAN_END(TELPROBE_TOOL, "library", TELPROBE_OK, NULL, 0);
}

void library_call(const char *name)
{
	TELPROBE_SPAN_BEGIN(TELPROBE_CALL, name, 0);
	TELPROBE_SPAN_END(TELPROBE_CALL, name, TELPROBE_OK, NULL, 0);
}
