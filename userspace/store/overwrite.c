/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/overwrite.h"

#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

static const char vfs_name[] = "telprobe-overwrite";
static const unsigned char zeros[16384];

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* behind it */
};

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

static sqlite3_vfs *system_of(sqlite3_vfs *vfs)
{
	return vfs->pAppData;
}

/* --- what is done here ------------------------------------------------------------------------ */

static int overwrite(sqlite3_file *real, sqlite3_int64 from, sqlite3_int64 to)
{
	sqlite3_int64 at, part;
	int ret = SQLITE_OK;

	for (at = from; at < to && ret == SQLITE_OK; at += part) {
		part = to - at < (sqlite3_int64)sizeof(zeros) ? to - at
							      : (sqlite3_int64)sizeof(zeros);
		ret = real->pMethods->xWrite(real, zeros, (int)part, at);
	}
	return ret != SQLITE_OK ? ret : real->pMethods->xSync(real, SQLITE_SYNC_DATAONLY);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_file *real = real_of(file);
	sqlite3_int64 now = 0;
	int ret = real->pMethods->xFileSize(real, &now);

	if (ret == SQLITE_OK && now > size)
		ret = overwrite(real, size, now);
	return ret != SQLITE_OK ? ret : real->pMethods->xTruncate(real, size);
}

int overwrite_all(int fd)
{
	struct stat file;
	ssize_t written;
	off_t at, part;

	if (fstat(fd, &file))
		return -errno;
	for (at = 0; at < file.st_size; at += written) {
		part = file.st_size - at;
		if (part > (off_t)sizeof(zeros))
			part = (off_t)sizeof(zeros);
		written = pwrite(fd, zeros, (size_t)part, at);
		if (written <= 0)
			return written ? -errno : -EIO;
	}
	return fdatasync(fd) ? -errno : 0;
}

/* --- what is handed on ------------------------------------------------------------------------ */

static int file_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xRead(real_of(file), bytes, count, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xWrite(real_of(file), bytes, count, at);
}

static int file_sync(sqlite3_file *file, int flags)
{
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int file_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_is_reserved(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int file_control(sqlite3_file *file, int what, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int file_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), region, bytes, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int first, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), first, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int is_to_delete)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), is_to_delete);
}

/* Version 1 for what has no index in shared memory: SQLite asks by the version. None maps files. */
#define METHODS(version)                                                                     \
	.iVersion = version, .xClose = file_close, .xRead = file_read, .xWrite = file_write, \
	.xTruncate = file_truncate, .xSync = file_sync, .xFileSize = file_size,              \
	.xLock = file_lock, .xUnlock = file_unlock, .xCheckReservedLock = file_is_reserved,  \
	.xFileControl = file_control, .xSectorSize = file_sector,                            \
	.xDeviceCharacteristics = file_device

static const sqlite3_io_methods plain_methods = { METHODS(1) };
static const sqlite3_io_methods shared_methods = { METHODS(2), .xShmMap = file_shm_map,
						   .xShmLock = file_shm_lock,
						   .xShmBarrier = file_shm_barrier,
						   .xShmUnmap = file_shm_unmap };

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
		    int *out_flags)
{
	struct file *file = (struct file *)base;
	const sqlite3_io_methods *methods;
	int ret;

	file->real = (sqlite3_file *)(file + 1);
	ret = system_of(vfs)->xOpen(system_of(vfs), name, file->real, flags, out_flags);
	methods = file->real->pMethods;
	if (!methods) {
		base->pMethods = NULL; /* SQLite closes nothing then */
		return ret;
	}
	base->pMethods =
		methods->iVersion >= 2 && methods->xShmMap ? &shared_methods : &plain_methods;
	return ret;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int is_to_sync)
{
	return system_of(vfs)->xDelete(system_of(vfs), name, is_to_sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	return system_of(vfs)->xAccess(system_of(vfs), name, flags, out);
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	return system_of(vfs)->xFullPathname(system_of(vfs), name, size, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	return system_of(vfs)->xRandomness(system_of(vfs), size, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	return system_of(vfs)->xSleep(system_of(vfs), microseconds);
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
	return system_of(vfs)->xCurrentTime(system_of(vfs), out);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
	return system_of(vfs)->xGetLastError(system_of(vfs), size, out);
}

static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	return system_of(vfs)->xCurrentTimeInt64(system_of(vfs), out);
}

const char *overwrite_vfs(void)
{
	static sqlite3_vfs vfs; /* SQLite's from then on */
	sqlite3_vfs *system;

	if (sqlite3_vfs_find(vfs_name))
		return vfs_name;
	system = sqlite3_vfs_find(NULL);
	if (!system)
		return NULL; /* it could not begin */
	vfs = (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = (int)sizeof(struct file) + system->szOsFile,
		.mxPathname = system->mxPathname,
		.zName = vfs_name,
		.pAppData = system,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_name,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
		.xGetLastError = vfs_last_error,
		.xCurrentTimeInt64 = vfs_time_ms,
	};
	return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? vfs_name : NULL;
}
