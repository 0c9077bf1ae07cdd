/* SPDX-License-Identifier: GPL-2.0-only */
/* loads.c TARGET ROUNDS VERSION... - loads and calls the library TARGET, ROUNDS times; before each
 * round one of the versions in turn is written over it, in place. Prints what each call returns. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static void overwrite(const char *target, const char *source)
{
	int from = open(source, O_RDONLY), to = open(target, O_WRONLY | O_TRUNC);
	struct stat status;

	if (from < 0 || to < 0 || fstat(from, &status) ||
	    sendfile(to, from, NULL, (size_t)status.st_size) != status.st_size) {
		perror(target);
		exit(2);
	}
	close(from);
	close(to);
}

int main(int argc, char **argv)
{
	long rounds = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
	const char *(*run)(void);
	void *library;

	for (long i = 0; i < rounds; i++) {
		overwrite(argv[1], argv[3 + i % (argc - 3)]);
		library = dlopen(argv[1], RTLD_NOW);
		if (!library) {
			fprintf(stderr, "loads: %s\n", dlerror());
			return 2;
		}
		*(void **)&run = dlsym(library, "version_run");
		puts(run ? run() : "missing");
		dlclose(library);
	}
	return 0;
}
