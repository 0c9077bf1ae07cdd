/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/machine_firewall.h"

#include <errno.h>

#include "privacy/machine_names.h"
#include "service/config.h"

int machine_firewall_new(const char *directory, struct firewall **out, struct error *error)
{
	struct firewall_options defaults, *options = &defaults;
	struct config *config = NULL;
	int ret;

	firewall_options_init(&defaults);
	ret = config_read(directory ? directory : CONFIG_DIRECTORY, &config, error);
	if (ret && (directory || ret != -ENOENT))
		return ret;
	if (config)
		options = &config->privacy;
	ret = machine_names_collect(&options->names);
	if (ret)
		error_set(error, ret, "cannot read the names on this machine: %s", error_text(ret));
	else
		ret = firewall_new(options, out, error);
	if (!ret)
		firewall_speed_up(*out);
	firewall_options_clear(&defaults);
	config_free(config);
	return ret;
}
