/* SPDX-License-Identifier: GPL-2.0-only */
/* inspect_fuzz.c - any bytes as a program: inspect_open(), inspect_text() and what looks for
 * functions must return.
 * With clang: -fsanitize=fuzzer,address,undefined -DINSPECT_FUZZ_LIBFUZZER. Without it the program
 * runs over the files it is given, which is how afl-fuzz and a saved corpus use it:
 * inspect_fuzz FILE... */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inspect/inspect.h"
#include "telprobe/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_texts(int fd, const struct inspection *inspection)
{
	char text[INSPECT_NAME];

	for (size_t i = 0; i < inspection->alias_count && i < 16; i++) {
		inspect_text(fd, inspection->aliases[i].place, text);
		inspect_text(fd, inspection->aliases[i].first, text);
	}
	for (size_t i = 0; i < inspection->site_count && i < 16; i++)
		inspect_text(fd, inspection->sites[i].place, text);
	inspect_text(fd, inspection->image_bytes - 1, text);
}

static void look_at_functions(int fd)
{
	struct inspect_function function = { 0 };
	struct inspect_symbol symbol;
	struct inspect_names names;

	inspect_function(fd, "main", &function);
	inspect_symbol(fd, function.entry.file_offset, &symbol);
	if (inspect_names(fd, "*", &names))
		return;
	for (size_t i = 0; i < names.count && i < 16; i++)
		inspect_function(fd, names.names[i], &function);
	inspect_names_clear(&names);
}

static void inspect(int fd)
{
	struct inspection *inspection = NULL;
	struct error error;
	char text[INSPECT_NAME];

	if (!inspect_open(fd, &inspection, &error))
		read_texts(fd, inspection);
	inspection_free(inspection);
	inspect_text(fd, TP_PLACE_ABSENT, text);
	inspect_text(fd, TP_PLACE_UNDECLARED, text);
	inspect_text(fd, 0x2000, text);
	look_at_functions(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("inspect_fuzz", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size)
		abort();
	inspect(fd);
	return 0;
}

#ifndef INSPECT_FUZZ_LIBFUZZER
int main(int argc, char *argv[])
{
	int failures = 0;

	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0) {
			perror(argv[i]);
			failures++;
			continue;
		}
		inspect(fd);
		close(fd);
	}
	return failures ? 1 : 0;
}
#endif
