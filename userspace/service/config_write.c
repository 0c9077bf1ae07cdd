/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/config.h"
#include "service/config_edit.h"
#include "service/config_file.h"

struct place { /* of a file that is changed; the directory is locked as long as it is open */
	int directory;
	char name[CONSENT_TARGET + 8]; /* "telprobe.yaml", "NAME.yaml" */
	char beside[CONSENT_TARGET + 16];
};

static int cannot(const char *what, const char *path, int code, struct error *error)
{
	error_set(error, code, "cannot %s '%s': %s", what, path, error_text(code));
	if (code == -EACCES || code == -EPERM)
		error_hint(error, "run as root");
	else if (code == -EROFS)
		error_hint(error, "its file system is mounted read-only; mount it writable");
	else if (code == -ENOSPC || code == -EDQUOT)
		error_hint(error, "make room on its file system; nothing was changed");
	return code;
}

/* Return: targets.d in @parent, or negative. */
static int enter_targets(int parent, const char *path, bool may_make, struct error *error)
{
	int directory = config_directory_enter(parent, "targets.d", path, error);

	if (directory != -ENOENT || !may_make)
		return directory;
	if (mkdirat(parent, "targets.d", 0755) && errno != EEXIST)
		return cannot("make", path, -errno, error);
	return config_directory_enter(parent, "targets.d", path, error);
}

static int name_files(struct config_change *change, struct place *place, struct error *error)
{
	const char *target = change->target;

	if (target && !consent_target_is_valid(target)) {
		error_set(error, -EINVAL, "a target cannot be called '%.64s'", target);
		error_hint(error, "1 to 63 letters, digits or _ . + -, a letter or digit first");
		return -EINVAL;
	}
	snprintf(place->name, sizeof(place->name), "%s.yaml", target ? target : "telprobe");
	snprintf(place->beside, sizeof(place->beside), ".%s.new", place->name);
	if ((size_t)snprintf(change->path, sizeof(change->path), "%s/%s%s", change->directory,
			     target ? "targets.d/" : "", place->name) >= sizeof(change->path))
		return cannot("change", change->directory, -ENAMETOOLONG, error);
	return 0;
}

static int place_open(struct config_change *change, bool may_make, struct place *out,
		      struct error *error)
{
	struct place place = { .directory = -1 };
	char path[PATH_MAX + 16];
	int parent, ret;

	ret = name_files(change, &place, error);
	if (ret)
		return ret;
	parent = config_directory_open(change->directory, error);
	if (parent < 0)
		return parent;
	place.directory = parent;
	if (change->target) {
		snprintf(path, sizeof(path), "%s/targets.d", change->directory);
		place.directory = enter_targets(parent, path, may_make, error);
		close(parent);
	}
	if (place.directory < 0)
		return place.directory;
	while ((ret = flock(place.directory, LOCK_EX) ? -errno : 0) == -EINTR)
		;
	if (ret) {
		close(place.directory);
		return cannot("lock", change->directory, ret, error);
	}
	*out = place;
	return 0;
}

static int write_all(int fd, const char *text)
{
	size_t size = strlen(text), written = 0;
	ssize_t done;

	while (written < size) {
		done = write(fd, text + written, size - written);
		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0)
			written += (size_t)done;
	}
	return 0;
}

/* As the old one is, else 0644 of who runs this. */
static int take_over(int fd, const struct place *place)
{
	struct stat old, new;

	if (fstatat(place->directory, place->name, &old, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT && !fchmod(fd, 0644) ? 0 : -errno;
	if (fstat(fd, &new))
		return -errno;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
	    fchown(fd, old.st_uid, old.st_gid))
		return -errno;
	return fchmod(fd, old.st_mode & 0777) ? -errno : 0;
}

static int write_beside(const struct place *place, const char *path, const char *text,
			struct error *error)
{
	int fd, ret;

	unlinkat(place->directory, place->beside, 0); /* of one that was killed */
	fd = openat(place->directory, place->beside,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return cannot("change", path, -errno, error);
	ret = write_all(fd, text);
	if (!ret)
		ret = take_over(fd, place);
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret)
		return 0;
	unlinkat(place->directory, place->beside, 0);
	return cannot("change", path, ret, error);
}

static int read_beside(const struct config_change *change, const struct place *place,
		       struct error *error)
{
	struct config *config = NULL;
	int ret;

	if (!change->target)
		return config_try_machine(place->directory, place->beside, change->path, error);
	ret = config_read(change->directory, &config, error);
	if (!ret)
		ret = config_try_target(config, place->directory, place->beside, change->path,
					error);
	config_free(config);
	return ret;
}

static int put_in_place(const struct config_change *change, const struct place *place,
			const char *text, struct error *error)
{
	int ret = write_beside(place, change->path, text, error);

	if (ret)
		return ret;
	ret = read_beside(change, place, error);
	if (!ret && renameat(place->directory, place->beside, place->directory, place->name))
		ret = cannot("change", change->path, -errno, error);
	if (ret)
		unlinkat(place->directory, place->beside, 0);
	else
		fsync(place->directory); /* it is there; a power failure may bring the old one back */
	return ret;
}

/* What stands there, "" for a telprobe.yaml that is not. */
static int read_text(const struct config_change *change, const struct place *place, char **out,
		     size_t *out_size, struct error *error)
{
	int ret =
		config_file_read(place->directory, place->name, change->path, out, out_size, error);

	if (ret == -ENOENT && change->target) {
		error_set(error, ret, "there is no target '%s': '%s' is not there", change->target,
			  change->path);
		return error_hint(error, "'telprobe targets add %s PATH...' makes it",
				  change->target);
	}
	if (ret != -ENOENT)
		return ret;
	*out_size = 0;
	*out = strdup("");
	return *out ? 0 : cannot("change", change->path, -ENOMEM, error);
}

int config_write_key(struct config_change *change, const char *key, const char *const *values,
		     size_t count, struct error *error)
{
	char *text = NULL, *edited = NULL;
	struct place place;
	size_t size = 0;
	int ret;

	ret = place_open(change, false, &place, error);
	if (ret)
		return ret;
	ret = read_text(change, &place, &text, &size, error);
	if (!ret && count)
		ret = config_edit_set(text, size, change->path, key, values, count, &edited, error);
	else if (!ret)
		ret = config_edit_unset(text, size, change->path, key, &edited, error);
	if (!ret)
		ret = put_in_place(change, &place, edited, error);
	close(place.directory);
	free(text);
	free(edited);
	return ret;
}

int config_write_target(struct config_change *change, const char *text, struct error *error)
{
	struct place place;
	int ret;

	ret = place_open(change, true, &place, error);
	if (ret)
		return ret;
	if (!faccessat(place.directory, place.name, F_OK, AT_SYMLINK_NOFOLLOW)) {
		ret = error_set(error, -EEXIST, "there is a target '%s' already: '%s'",
				change->target, change->path);
		error_hint(error, "choose another name, or first: telprobe targets remove %s",
			   change->target);
	} else {
		ret = put_in_place(change, &place, text, error);
	}
	close(place.directory);
	return ret;
}

int config_write_removal(struct config_change *change, struct error *error)
{
	struct place place;
	int ret;

	ret = place_open(change, false, &place, error);
	if (ret)
		return ret;
	if (unlinkat(place.directory, place.name, 0))
		ret = cannot("remove", change->path, -errno, error);
	else
		fsync(place.directory);
	close(place.directory);
	return ret;
}
