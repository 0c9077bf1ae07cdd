/* SPDX-License-Identifier: GPL-2.0-only */
/* machine_firewall.h - the firewall as this machine's configuration and the names on it want it. */
#ifndef TELPROBE_SERVICE_MACHINE_FIREWALL_H
#define TELPROBE_SERVICE_MACHINE_FIREWALL_H

#include "privacy/firewall.h"

/**
 * machine_firewall_new() - by DIRECTORY/telprobe.yaml, sped up
 * @directory: NULL: CONFIG_DIRECTORY, which need not exist
 * Return: 0; as config_read(); as firewall_new(). */
int machine_firewall_new(const char *directory, struct firewall **out, struct error *error);

#endif
