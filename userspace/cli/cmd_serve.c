/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_serve.c - `telprobe serve`: the service, in the foreground. */
#include <stdio.h>

#include "cli/commands.h"
#include "service/config.h"
#include "service/control.h"
#include "service/serve.h"
#include "service/serve_check.h"

static const struct cli_option options[] = {
	{ .name = "config",
	  .value = "DIR",
	  .help = "where telprobe.yaml and targets.d are (default: " CONFIG_DIRECTORY ")" },
	{ .name = "state",
	  .value = "DIR",
	  .help = "where decisions and events are kept (default: " SERVE_STATE_DIRECTORY ")" },
	{ .name = "runtime",
	  .value = "DIR",
	  .help = "where the control socket is (default: " CONTROL_DIRECTORY ")" },
	{ .name = "check", .help = "tell everything that keeps it from starting; start nothing" },
	{ 0 },
};

static const struct cli_example examples[] = {
	{ "telprobe serve --check", "could the service start here?", CLI_NEEDS_SERVICE },
	{ 0 },
};

static void tell_problem(const struct error *error, void *data)
{
	cli_fail(data, error);
}

static int check(struct cli *cli, const struct serve_options *serving)
{
	pid_t pid;

	if (serve_check(serving, tell_problem, cli, &pid))
		return CLI_FAILED;
	puts("the service can start");
	if (pid)
		printf("one runs there now: process %d\n", pid);
	return CLI_DONE;
}

static int run_serve(struct cli *cli)
{
	struct serve_options serving = {
		.config_directory = cli_option(cli, "config"),
		.state_directory = cli_option(cli, "state"),
		.runtime_directory = cli_option(cli, "runtime"),
	};
	struct error error = { 0 };

	if (!serving.config_directory)
		serving.config_directory = CONFIG_DIRECTORY;
	if (!serving.state_directory)
		serving.state_directory = SERVE_STATE_DIRECTORY;
	if (!serving.runtime_directory)
		serving.runtime_directory = CONTROL_DIRECTORY;
	if (cli_flag(cli, "check"))
		return check(cli, &serving);
	return serve(&serving, &error) ? cli_fail(cli, &error) : CLI_DONE;
}

const struct cli_command serve_command = {
	.name = "serve",
	.summary = "run the service: capture for people who consented, in the background",
	.synopsis = "[OPTIONS]",
	.description =
		"Attaches to the programs of the target files and records what their markers "
		"tell,\n"
		"for each person who agreed (`telprobe enable`) and for nobody else. Started by\n"
		"root; each of its processes then has an account of its own and none stays root.\n"
		"SIGHUP reads the configuration again; SIGTERM stops capture at once.\n"
		"--check looks at configuration, accounts, directories and kernel, makes nothing,\n"
		"leaves a service that runs alone, and exits with 1 if anything is wrong, also if\n"
		"that is a target file the service would only leave out.\n"
		"systemctl start telprobe starts it under systemd: telprobe.service(8).",
	.options = options,
	.examples = examples,
	.run = run_serve,
};
