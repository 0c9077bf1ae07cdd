/* SPDX-License-Identifier: GPL-2.0-only */
/* placeholders.h - what may stand for a name: "[EMAIL]". They are no identifiers, so that no name can be
 * mistaken for one, and what was stored is known for one when it is judged again. */
#ifndef TELPROBE_PRIVACY_PLACEHOLDERS_H
#define TELPROBE_PRIVACY_PLACEHOLDERS_H

#include <stdbool.h>

/** placeholders_has() - is @text one, of this version or an earlier one? */
bool placeholders_has(const char *text);

#endif
