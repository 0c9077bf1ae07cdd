/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/needs.h"

#include <errno.h>
#include <stdio.h>

#include "service/sandbox.h"

static int refuse(struct error *error, const char *what, const char *hint)
{
	error_set(error, -ENOTSUP, "%s", what);
	error_hint(error, "%s", hint);
	return -ENOTSUP;
}

static int judge_attach(const struct kernel_facts *kernel, enum capture_attach attach,
			struct error *error)
{
	bool wants_perf = attach == CAPTURE_ATTACH_PERF;

	if (attach == CAPTURE_ATTACH_MULTI && !kernel->has_multi)
		return refuse(error,
			      "'attach: multi' is configured, and this kernel has no "
			      "uprobe_multi links",
			      "Linux 6.6 or later has them; 'attach: auto' does without");
	if ((wants_perf || !kernel->has_multi) && !kernel->has_admin)
		return refuse(error,
			      wants_perf ? "'attach: perf' is configured, and CAP_SYS_ADMIN is "
					   "not to be had here"
					 : "this kernel has no uprobe_multi links, and without "
					   "them CAP_SYS_ADMIN is needed, which is not to be had "
					   "here",
			      wants_perf ? "'attach: auto' does without where the kernel can; else "
					   "give the container or unit CAP_SYS_ADMIN: one helper "
					   "process keeps it"
					 : "Linux 6.6 or later has them; else give the container "
					   "or unit CAP_SYS_ADMIN: one helper process keeps it");
	return 0;
}

static int judge_kernel(const struct needs_facts *facts, struct error *error)
{
	if (!facts->kernel.has_types)
		return refuse(error, "this kernel does not describe its types (BTF)",
			      "boot one with CONFIG_DEBUG_INFO_BTF=y, as distributions ship it");
	if (facts->kernel.is_confidential)
		return refuse(error, "this kernel is locked down: programs may not read its memory",
			      "boot with lockdown=integrity or none");
	if (!facts->kernel.has_ring_fix && !facts->has_landlock)
		return refuse(error,
			      "who reads this kernel's ring buffer can reach its memory "
			      "(CVE-2024-41009), and without Landlock nothing confines him",
			      "install your distribution's kernel update, or boot with landlock "
			      "among the kernel's lsm=");
	return 0;
}

int needs_judge(const struct needs_facts *facts, enum capture_attach attach, struct needs *out,
		struct error *error)
{
	struct needs needs = { 0 };
	int count = 0, ret;

	ret = judge_kernel(facts, error);
	if (!ret)
		ret = judge_attach(&facts->kernel, attach, error);
	if (ret)
		return ret;
	if (!facts->has_landlock) {
		needs.may_lack_landlock = true;
		needs.reduced[count++] =
			"this kernel has no Landlock: the roles are kept from files by their "
			"accounts alone; boot with landlock among the kernel's lsm=";
	}
	if (!facts->kernel.has_ring_fix) {
		needs.collector_is_root = true;
		needs.reduced[count++] =
			"who reads this kernel's ring buffer can reach its memory "
			"(CVE-2024-41009), so the collector's account would protect nothing and "
			"it runs as root; install your distribution's kernel update";
	}
	if (!facts->kernel.has_multi)
		needs.reduced[count++] =
			"this kernel has no uprobe_multi links: one helper process keeps "
			"CAP_SYS_ADMIN to attach; Linux 6.6 or later has them";
	*out = needs;
	return 0;
}

int needs_find(enum capture_attach attach, struct needs *out, struct error *error)
{
	struct needs_facts facts = { .has_landlock = sandbox_has_landlock() };
	const char *const *reduced;
	int ret;

	features_facts(&facts.kernel);
	ret = needs_judge(&facts, attach, out, error);
	for (reduced = out->reduced; !ret && *reduced; reduced++)
		fprintf(stderr, "telprobe: %s\n", *reduced);
	return ret;
}
