/* SPDX-License-Identifier: GPL-2.0-only */
/* privacy_wire.h - how the collector, which may open nothing, learns the privacy keys of the
 * configuration and the names of this machine: as a sealed file without a name, which the supervisor
 * makes at each start of a collector and at each reload. */
#ifndef TELPROBE_SERVICE_PRIVACY_WIRE_H
#define TELPROBE_SERVICE_PRIVACY_WIRE_H

#include "privacy/firewall_options.h"

/** privacy_wire_pack() - Return: a descriptor nobody can change the content of any more; the caller
 * closes it. Negative errno. */
int privacy_wire_pack(const struct firewall_options *options);

/** privacy_wire_unpack() - @fd stays the caller's. The caller clears *out.
 * Return: 0; -EPERM: it is not sealed; as firewall_options_unpack(); -EIO. */
int privacy_wire_unpack(int fd, struct firewall_options *out);

#endif
