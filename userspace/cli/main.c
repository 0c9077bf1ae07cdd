/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <unistd.h>

#include "cli/command.h"

/* Where the caller has closed stdin, stdout or stderr, the next file opened would get its number,
 * and a message would end up in a database. What takes the place fails like a closed one, and
 * closes on exec: the command of `run` finds it closed, as its caller left it. */
static int occupy_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC) != fd)
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	if (occupy_standard_descriptors())
		return CLI_FAILED; /* nowhere to say so */
	return cli_main(argc, argv);
}
