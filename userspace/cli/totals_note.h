/* SPDX-License-Identifier: GPL-2.0-only */
/* totals_note.h - to people whose commands are counted and not kept one by one: where they are. */
#ifndef TELPROBE_CLI_TOTALS_NOTE_H
#define TELPROBE_CLI_TOTALS_NOTE_H

#include <stdbool.h>

#include "store/store.h"

/** totals_note() - on stderr, if @store has any. Return: whether it has. */
bool totals_note(struct store *store);

#endif
