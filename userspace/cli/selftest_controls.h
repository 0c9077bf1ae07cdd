/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_controls.h - what the fixture's events look like in the store: placeholders where the secrets
 * were, harmless names as they are. */
#ifndef TELPROBE_CLI_SELFTEST_CONTROLS_H
#define TELPROBE_CLI_SELFTEST_CONTROLS_H

#include "cli/selftest_trace.h"
#include "privacy/firewall.h"
#include "store/store.h"

/** controls_read() - fill in stored, controls and events of @selftest. Return: 0; as store_each(). */
int controls_read(struct selftest *selftest, struct store *store, struct error *error);
/** controls_leaving() - what leaves @store in the place of the secrets that stand in it. Return: likewise. */
int controls_leaving(struct selftest *selftest, struct store *store, struct firewall *firewall,
		     struct error *error);

#endif
