/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/privacy_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

int privacy_wire_pack(const struct firewall_options *options)
{
	int fd, ret;
	size_t size;
	char *bytes;

	ret = firewall_options_pack(options, &bytes, &size);
	if (ret)
		return ret;
	fd = memfd_create("telprobe-privacy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		ret = -errno;
	else if (write(fd, bytes, size) != (ssize_t)size || fcntl(fd, F_ADD_SEALS, SEALS))
		ret = -EIO;
	free(bytes);
	if (ret && fd >= 0)
		close(fd);
	return ret ? ret : fd;
}

int privacy_wire_unpack(int fd, struct firewall_options *out)
{
	struct stat status;
	char *bytes;
	int ret;

	if (fcntl(fd, F_GET_SEALS) != SEALS)
		return -EPERM;
	if (fstat(fd, &status))
		return -EIO;
	if (status.st_size > FIREWALL_OPTIONS_BYTES)
		return -EBADMSG;
	bytes = malloc((size_t)status.st_size + 1);
	if (!bytes)
		return -ENOMEM;
	ret = pread(fd, bytes, (size_t)status.st_size, 0) == (ssize_t)status.st_size ? 0 : -EIO;
	if (!ret)
		ret = firewall_options_unpack(bytes, (size_t)status.st_size, out);
	free(bytes);
	return ret;
}
