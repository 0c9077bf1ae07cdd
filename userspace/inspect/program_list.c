/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/program_list.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Return: a new string, or NULL where there is no memory or directory */
static char *make_absolute(const char *path)
{
	char directory[PATH_MAX];
	char *absolute;

	if (path[0] == '/')
		return strdup(path);
	while (path[0] == '.' && path[1] == '/')
		path += 2;
	if (!getcwd(directory, sizeof(directory)))
		return NULL;
	if (asprintf(&absolute, "%s/%s", directory, path) < 0)
		return NULL;
	return absolute;
}

int program_list_add(struct program_list *list, const char *path, int parent, int depth)
{
	struct program_entry *entry;
	struct stat status;

	if (stat(path, &status))
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	for (size_t i = 0; i < list->count; i++)
		if (list->entries[i].inode == status.st_ino &&
		    list->entries[i].device == status.st_dev)
			return 0;
	if (list->count == PROGRAMS_MAX)
		return 0;
	entry = &list->entries[list->count];
	*entry = (struct program_entry){
		.path = make_absolute(path),
		.device = status.st_dev,
		.inode = status.st_ino,
		.parent = parent,
		.depth = depth,
	};
	if (!entry->path)
		return -ENOMEM;
	list->count++;
	return 0;
}

int program_list_give(struct program_list *list, struct programs *out)
{
	char **paths = calloc(list->count + 1, sizeof(paths[0]));

	if (!paths)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		paths[i] = list->entries[i].path;
		list->entries[i].path = NULL;
	}
	out->paths = paths;
	out->count = list->count;
	program_list_clear(list);
	return 0;
}

void program_list_clear(struct program_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->entries[i].path);
		free(list->entries[i].rpath);
	}
	list->count = 0;
}
