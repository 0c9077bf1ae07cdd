/* SPDX-License-Identifier: GPL-2.0-only */
/* sudo_hint.h - the command to type instead, for who may not. */
#ifndef TELPROBE_CLI_SUDO_HINT_H
#define TELPROBE_CLI_SUDO_HINT_H

#include "lib/error.h"

/** sudo_hint() - the hint of @error becomes what was typed, behind sudo, quoted for a shell */
void sudo_hint(struct error *error);

#endif
