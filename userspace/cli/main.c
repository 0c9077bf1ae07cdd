/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#ifdef TELPROBE_STATIC
#include <nss.h>
#endif
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

#ifdef TELPROBE_STATIC
/* Looking up users, a static glibc loads the modules that nsswitch.conf names, made for the glibc
 * installed there: measured, 2.36 dies of libnss_systemd of 2.41. /etc/passwd and /etc/group it
 * reads without a module. */
static int look_up_users_in_files(void)
{
	return __nss_configure_lookup("passwd", "files") ||
	       __nss_configure_lookup("group", "files") ||
	       __nss_configure_lookup("initgroups", "files");
}
#else
static int look_up_users_in_files(void)
{
	return 0;
}
#endif

int main(int argc, char **argv)
{
	if (occupy_standard_descriptors())
		return CLI_FAILED; /* nowhere to say so */
	if (look_up_users_in_files())
		return CLI_FAILED;
	return cli_main(argc, argv);
}
