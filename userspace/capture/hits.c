/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/hits.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/lease.h"
#include "capture/link.h"
#include "capture/trial.h"
#include "hits.skel.h"

enum { FILES = 512 };

struct hits {
	struct hits_bpf *programs;
	struct link_way way;
	struct links links[FILES];
	int files[FILES]; /* whose leases are held */
	int file_count, link_count;
	uint32_t probes;
	int signal_fd;
};

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static int load(struct hits *hits, struct error *error)
{
	int ret;

	hits->programs = hits_bpf__open();
	if (!hits->programs)
		return error_set(error, -errno, "cannot read telprobe's eBPF programs: %s",
				 error_text(errno));
	hits->way.method = trial_method();
	if (hits->way.method == CAPTURE_UPROBE_MULTI)
		bpf_program__set_expected_attach_type(hits->programs->progs.hit, LINK_UPROBE_MULTI);
	bpf_map__set_max_entries(hits->programs->maps.hits, HITS_PROBES);
	ret = hits_bpf__load(hits->programs);
	if (!ret)
		return 0;
	error_set(error, ret, "the kernel refuses telprobe's eBPF programs: %s", error_text(ret));
	return error_hint(error, "`telprobe doctor` tells what is missing");
}

int hits_open(struct hits **out, struct error *error)
{
	struct hits *hits = calloc(1, sizeof(*hits));
	int ret;

	if (!hits)
		return error_set(error, -ENOMEM, "out of memory");
	libbpf_set_print(silent);
	hits->signal_fd = lease_watch(); /* who breaks a lease would end us else */
	ret = hits->signal_fd < 0
		      ? error_set(error, hits->signal_fd, "cannot watch for writers: %s",
				  error_text(hits->signal_fd))
		      : load(hits, error);
	if (ret) {
		hits_close(hits);
		return ret;
	}
	*out = hits;
	return 0;
}

void hits_close(struct hits *hits)
{
	int i;

	if (!hits)
		return;
	links_detach_all(hits->links, hits->link_count);
	for (i = 0; i < hits->file_count; i++) {
		lease_give_up(hits->files[i]);
		close(hits->files[i]);
	}
	if (hits->signal_fd >= 0)
		close(hits->signal_fd);
	hits_bpf__destroy(hits->programs);
	free(hits);
}

int hits_lease(struct hits *hits, int fd, const char *path, struct error *error)
{
	char name[32];
	int own, ret;

	if (hits->file_count == FILES)
		return error_set(error, -ENOSPC, "there are more than %d files", FILES);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd); /* a lease is of one open file */
	own = open(name, O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return error_set(error, -errno, "cannot open '%s': %s", path, error_text(errno));
	ret = lease_take(own, path, error);
	if (ret) {
		close(own);
		return ret;
	}
	hits->files[hits->file_count++] = own;
	return own;
}

int hits_attach(struct hits *hits, int fd, const char *path, const struct hits_place *places,
		size_t count, uint32_t *out_first, struct error *error)
{
	struct link_site *sites;
	size_t i;
	int ret;

	if (hits->link_count == FILES || hits->probes + count > HITS_PROBES)
		return error_set(error, -ENOSPC, "'%s' has too many probes to attach to", path);
	sites = calloc(count + 1, sizeof(*sites));
	if (!sites)
		return error_set(error, -ENOMEM, "out of memory");
	for (i = 0; i < count; i++)
		sites[i] = (struct link_site){ places[i].file_offset, places[i].semaphore_offset,
					       hits->probes + i };
	ret = links_attach(bpf_program__fd(hits->programs->progs.hit), &hits->way, fd, sites,
			   (int)count, &hits->links[hits->link_count]);
	free(sites);
	if (ret)
		return error_set(error, ret, "cannot attach to '%s': %s", path, error_text(ret));
	hits->link_count++;
	*out_first = hits->probes;
	hits->probes += (uint32_t)count;
	return 0;
}

uint64_t hits_count(const struct hits *hits, uint32_t number)
{
	uint64_t count = 0;

	bpf_map_lookup_elem(bpf_map__fd(hits->programs->maps.hits), &number, &count);
	return count;
}
