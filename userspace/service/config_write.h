/* SPDX-License-Identifier: GPL-2.0-only */
/* config_write.h - change a file of configuration so that a reader finds the old or the new one, whole.
 * A file that is not to be believed (config_file.h) is not changed either. The new one is written
 * beside it, read as the service reads it, and only then put in its place, with the owner and mode
 * of the old one. Who changes waits for whoever else does. */
#ifndef TELPROBE_SERVICE_CONFIG_WRITE_H
#define TELPROBE_SERVICE_CONFIG_WRITE_H

#include <limits.h>
#include <stddef.h>

#include "lib/error.h"

struct config_change {
	const char *directory; /* with telprobe.yaml and targets.d */
	const char *target;    /* the file of this target; NULL: telprobe.yaml */
	char path[PATH_MAX];   /* set by the functions below: the file that was meant */
};

/**
 * config_write_key() - give @key these values; @count 0: take it out, so that the default holds
 * Return: 0; -EINVAL, what the reader says of the new file, which is gone; -ENOENT: no such target,
 * or nothing to take out; -EACCES, -EPERM, -EROFS, -ENOSPC...: the file is as it was. */
int config_write_key(struct config_change *change, const char *key, const char *const *values,
		     size_t count, struct error *error);

/** config_write_target() - make the file of a target; targets.d is made where it is missing
 * Return: 0; -EEXIST: there is one; else as above. */
int config_write_target(struct config_change *change, const char *text, struct error *error);

/** config_write_removal() - remove the file of a target. Return: 0; -ENOENT; as above. */
int config_write_removal(struct config_change *change, struct error *error);

#endif
