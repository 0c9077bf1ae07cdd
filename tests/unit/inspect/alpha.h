/* SPDX-License-Identifier: GPL-2.0-only */
/* alpha.h - the program most tests of the inspector have read, and its one name. */
#ifndef TESTS_UNIT_INSPECT_ALPHA_H
#define TESTS_UNIT_INSPECT_ALPHA_H

#include <stdint.h>

#include "inspect/inspect.h"
#include "unit/inspect/builder.h"

static const char alpha_source[] =
	"#include <telprobe.h>\n"
	"int main(void)\n"
	"{\n"
	"	TELPROBE_COMMAND_BEGIN(\"alpha-command\", 0, 0, 0);\n"
	"	TELPROBE_COMMAND_END(\"alpha-command\", TELPROBE_OK, 0, 0);\n"
	"	return 0;\n"
	"}\n";

/* The place of "alpha-command" by the parser itself, which test_inspect.c checks. */
static inline uint32_t find_place(const char *name)
{
	char text[INSPECT_NAME];
	int fd = builder_open(name);
	uint32_t place;

	for (place = 0x1000; place < 0x4000; place++)
		if (!inspect_text(fd, place, text) && strcmp(text, "alpha-command") == 0)
			break;
	close(fd);
	return place;
}

static inline pid_t child_of(pid_t parent)
{
	char path[64], text[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	file = fopen(path, "r");
	if (file) {
		if (!fgets(text, sizeof(text), file))
			text[0] = '\0';
		fclose(file);
	}
	return (pid_t)strtol(text, NULL, 10);
}

static inline int alpha_setup(void **state)
{
	if (builder_setup(state))
		return -1;
	return builder_compile("app", "gcc", "-O2", alpha_source);
}

#endif
