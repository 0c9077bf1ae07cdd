/* SPDX-License-Identifier: GPL-2.0-only */
/* with_library/main.c - markers in a program and in a library it is linked with. Expected:
 *	command program ok, of the program; inside it tool library ok, of the library
 *	call handed-over ok, of the library: its name is a constant of the program */
#include <stddef.h>

#include "telprobe.h"
#include "with_library/library.h"

int main(void)
{
	TELPROBE_COMMAND_BEGIN("program", NULL, NULL, 0);
	library_work();
	library_call("handed-over");
	TELPROBE_COMMAND_END("program", TELPROBE_OK, NULL, 0);
	return 0;
}
