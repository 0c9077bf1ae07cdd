/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/package.h"

#include <cjson/cJSON.h>
#include <string.h>

enum { FDO_PACKAGING = 0xcafe1a7e };

static int is_printable(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return 0;
	return 1;
}

void package_version(const struct note *note, char out[INSPECT_VERSION])
{
	const char *version;
	cJSON *json;

	if (note->type != FDO_PACKAGING || strcmp(note->owner, "FDO") != 0)
		return;
	json = cJSON_ParseWithLength((const char *)note->content, note->bytes);
	version = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "version"));
	if (version && strlen(version) < INSPECT_VERSION && is_printable(version))
		memcpy(out, version, strlen(version) + 1);
	cJSON_Delete(json);
}
