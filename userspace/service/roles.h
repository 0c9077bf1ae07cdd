/* SPDX-License-Identifier: GPL-2.0-only */
/* roles.h - what each role of the service is left with, in one place for who reviews it. */
#ifndef TELPROBE_SERVICE_ROLES_H
#define TELPROBE_SERVICE_ROLES_H

#include "service/places.h"
#include "service/sandbox.h"

enum role {
	ROLE_SUPERVISOR,
	ROLE_COLLECTOR,
	ROLE_API,
	ROLE_LOADER,	/* of the program that reads declared names, see capture.h */
	ROLE_INSPECTOR, /* who starts the readers of files, see inspector_nursery.h */
	ROLE_ATTACH,
	ROLES
};

/** role_sandbox() - points into @places, which has to live as long */
struct sandbox role_sandbox(enum role role, const struct accounts *accounts,
			    const struct places *places);

#endif
