/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/mapped.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

/* The program looks at the mappings of who runs it. Its answer has 32 bits. */
static int ask(int program_fd, const void *mapping, enum tp_mapped what, uint32_t *out)
{
	uint64_t arguments[2] = { (uintptr_t)mapping, what };
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = arguments,
		    .ctx_size_in = sizeof(arguments));
	int ret = bpf_prog_test_run_opts(program_fd, &options);

	*out = options.retval;
	return ret;
}

int mapped_file(int program_fd, int fd, struct tp_executable_key *key)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t low = 0, high = 0, device = 0;
	void *mapping;
	int ret;

	if (program_fd < 0)
		return 0;
	mapping = mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapping == MAP_FAILED)
		return 0;
	ret = ask(program_fd, mapping, TP_MAPPED_INODE, &low);
	if (!ret)
		ret = ask(program_fd, mapping, TP_MAPPED_INODE_HIGH, &high);
	if (!ret)
		ret = ask(program_fd, mapping, TP_MAPPED_DEVICE, &device);
	munmap(mapping, page);
	if (ret)
		return ret;
	key->inode = (uint64_t)high << 32 | low;
	key->device = device;
	return 0;
}
