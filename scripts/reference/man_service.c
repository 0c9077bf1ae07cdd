/* SPDX-License-Identifier: GPL-2.0-only */
/* telprobe.service(8): the service as an administrator meets it. */
#include "mdoc.h"
#include "reference.h"
#include "service/config.h"
#include "service/control.h"
#include "service/serve.h"

struct row {
	const char *name;
	const char *what;
};

static const char description[] =
	"The service watches the programs that the target files name, for each person who agreed, "
	"and for\n"
	"nobody else: installed and started it records nothing until somebody types telprobe "
	"enable, unless\n"
	"an administrator made a target opt-out.\n\n"
	"It is started by root and gives each of its processes an account of its own before the "
	"first event;\n"
	"none stays root. The unit closes off what none of them needs: the network, devices, "
	"writing "
	"anywhere\n"
	"but in the directories below.";

static const struct row signals[] = {
	{ "SIGTERM", "Stop: capture ends at once, what was captured is stored, and nothing is left "
		     "in the kernel. This is what systemctl stop sends." },
	{ "SIGHUP", "Read the configuration again: what systemctl reload sends. If telprobe.yaml "
		    "is wrong, the one before stays, and the journal tells." },
};

static const struct row accounts[] = {
	{ "telprobe", "The supervisor: loads, attaches, keeps the decisions of people." },
	{ "telprobe-collect", "The collector: reads the kernel's ring and writes the databases." },
	{ "telprobe-api", "Answers the commands of people on the control socket." },
	{ "telprobe-inspect", "Reads the files of programs, which others wrote." },
	{ "telprobe-attach", "Attaches where the kernel is older than 6.6." },
};

static const struct row files[] = {
	{ CONFIG_DIRECTORY "/telprobe.yaml",
	  "Settings of the machine; it need not exist. A sample is among the examples of the "
	  "documentation." },
	{ CONFIG_DIRECTORY "/targets.d/NAME.yaml", "What is watched." },
	{ SERVE_STATE_DIRECTORY "/consent", "What each person decided; the supervisor's." },
	{ SERVE_STATE_DIRECTORY "/events",
	  "A database for each person who agreed; the collector's, who alone writes there." },
	{ CONTROL_SOCKET, "Where commands reach the service. Whoever connects is who the kernel "
			  "says, and sees his own data only." },
};

static const char older_kernels[] =
	"Before Linux 6.6 attaching takes CAP_SYS_ADMIN, which the unit withholds. "
	"before-linux-6.6.conf,\n"
	"among the examples of the documentation, is a drop-in that grants it to one process, and "
	"to "
	"the selftest;\n"
	"it belongs into telprobe.service.d and telprobe-selftest.service.d of "
	"/etc/systemd/system.";

static const char health[] =
	"The service tells systemd when it is ready and then every ten seconds that it is alive; "
	"after 60\n"
	"seconds of silence it is started again. A part of it that ends is started again by the "
	"service\n"
	"itself, at growing intervals; telprobe status tells if that goes on. Events that happen "
	"while it is\n"
	"stopped are not recorded and slow nobody down. After a crash, hits are refused in the "
	"kernel within\n"
	"60 seconds.";

static const char checking[] =
	"telprobe-selftest.timer starts telprobe selftest half a minute after the service has "
	"started, and then\n"
	"daily: a program full of secrets is traced, and all that came of it is searched. If one "
	"got through,\n"
	"the service captures nothing any more, of anybody, also after a restart. The timer starts "
	"none then:\n"
	"capture goes on when root has looked, and a selftest that root starts finds nothing. "
	"telprobe status\n"
	"tells when it was tried last, the journal of telprobe-selftest what came of it. Who wants "
	"none:\n"
	"systemctl mask --now telprobe-selftest.timer.";

static const char removal[] = "Removing the package stops the service and keeps configuration and "
			      "data. Purging it removes "
			      "them\n"
			      "too, and the accounts; target files of other packages stay theirs.";

static void print_rows(FILE *file, const char *macro, const struct row *rows, size_t count)
{
	size_t i;

	fputs(".Bl -tag -width Ds\n", file);
	for (i = 0; i < count; i++) {
		fprintf(file, ".It %s %s\n", macro, rows[i].name);
		mdoc_text(file, rows[i].what);
	}
	fputs(".El\n", file);
}

#define PRINT_ROWS(file, macro, rows) \
	print_rows(file, macro, rows, sizeof(rows) / sizeof((rows)[0]))

void man_service(FILE *file, const char *date)
{
	mdoc_head(file, date, "telprobe.service", 8, "the service of telprobe under systemd");
	fputs(".Sh DESCRIPTION\n", file);
	mdoc_text(file, description);
	fputs(".Ss Signals\n", file);
	PRINT_ROWS(file, "Dv", signals);
	fputs(".Ss Accounts\nEach is a user with a group of its own, and owns nothing else:\n",
	      file);
	PRINT_ROWS(file, "Sy", accounts);
	fputs(".Ss Health\n", file);
	mdoc_text(file, health);
	fputs(".Ss The promise, tried\n", file);
	mdoc_text(file, checking);
	fputs(".Ss Older kernels\n", file);
	mdoc_text(file, older_kernels);
	fputs(".Ss Removal\n", file);
	mdoc_text(file, removal);
	fputs(".Sh FILES\n", file);
	PRINT_ROWS(file, "Pa", files);
	fputs(".Sh EXAMPLES\nCould it start here, does it run, what did it say?\n", file);
	mdoc_literal(file, "telprobe serve --check\nsystemctl status telprobe\n"
			   "journalctl --unit telprobe");
	fputs(".Sh SEE ALSO\n.Xr telprobe-doctor 1 ,\n.Xr telprobe-enable 1 ,\n"
	      ".Xr telprobe-selftest 1 ,\n.Xr telprobe-serve 1 ,\n.Xr telprobe-status 1 ,\n.Xr "
	      "telprobe.yaml 5\n",
	      file);
}
