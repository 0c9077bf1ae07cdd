/* SPDX-License-Identifier: GPL-2.0-only */
/* package.h - the version of the package a file is from, as its note of type 0xcafe1a7e of owner FDO says:
 * a JSON object ("Package Metadata for Executable Files", UAPI group). Hostile: parsed in the inspector's
 * child alone. */
#ifndef TELPROBE_INSPECT_PACKAGE_H
#define TELPROBE_INSPECT_PACKAGE_H

#include "inspect/inspect.h"
#include "inspect/notes.h"

/** package_version() - into @out; left alone where @note is none, no JSON, cut (NOTES_CONTENT), or says no
 * version of printable ASCII that has room */
void package_version(const struct note *note, char out[INSPECT_VERSION]);

#endif
