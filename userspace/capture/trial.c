/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/trial.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/bpf.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/link.h"
#include "lib/clock.h"

/* The body of a marker as include/telprobe.h builds it. */
#if defined(__x86_64__)
__asm__(".pushsection .text\n"
	".balign 32\n"
	".type telprobe_trial_site, @function\n"
	"telprobe_trial_site:\n"
	"	.byte 0x90\n"
	"	.byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
	"	.byte 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00\n"
	"	ret\n"
	".size telprobe_trial_site, . - telprobe_trial_site\n"
	".popsection\n");
#else
__asm__(".pushsection .text\n"
	".balign 32\n"
	".type telprobe_trial_site, %function\n"
	"telprobe_trial_site:\n"
	"	nop\n"
	"	ret\n"
	".size telprobe_trial_site, . - telprobe_trial_site\n"
	".popsection\n");
#endif

extern void telprobe_trial_site(void) __attribute__((visibility("hidden")));

void trial_function(void)
{
	telprobe_trial_site();
}

static unsigned int nop_distance(unsigned int nop_bytes)
{
	return nop_bytes == 1 ? 0 : nop_bytes == 5 ? 1 : 6;
}

struct search {
	uintptr_t address;
	uint64_t offset;
};

/* The first object dl_iterate_phdr() reports is the main program. */
static int find_offset(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *search = data;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD || search->address < start ||
		    search->address >= start + segment->p_filesz)
			continue;
		search->offset = search->address - start + segment->p_offset;
		return 1;
	}
	return 0;
}

uint64_t trial_offset(unsigned int nop_bytes)
{
	struct search search = { .address = (uintptr_t)telprobe_trial_site };

	dl_iterate_phdr(find_offset, &search);
	return search.offset + nop_distance(nop_bytes);
}

/* A kernel that knows multi links looks at the path first and finds no file there. */
enum capture_method trial_method(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = LINK_UPROBE_MULTI);
	struct bpf_insn instructions[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int program_fd, ret;

	program_fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "telprobe_trial", "GPL", instructions, 2,
				   &options);
	if (program_fd < 0)
		return CAPTURE_PERF_EVENT;
	ret = links_try_multi(program_fd, "/");
	close(program_fd);
	return ret == -EBADF ? CAPTURE_UPROBE_MULTI : CAPTURE_PERF_EVENT;
}

static const volatile uint8_t *trial_instruction(unsigned int nop_bytes)
{
	return (const volatile uint8_t *)(uintptr_t)telprobe_trial_site + nop_distance(nop_bytes);
}

enum { TRAP = 0xcc };

/* By something that is no trap: a call (Linux 6.18), or what leads to one (7.2). */
static bool is_replaced(uint8_t found, unsigned int nop_bytes)
{
	uint8_t nop = nop_bytes == 5 ? 0x0f : 0x66;

	return nop_bytes != 1 && found != nop &&
	       found != TRAP; /* nothing else fits into one byte */
}

static void child_dies(int signal_number)
{
	(void)signal_number;
	_exit(1);
}

/* In a child: hit the probe and tell by the pipe what stands there then, if one lives. The handler
 * keeps the death of one that does not out of the kernel's log. */
__attribute__((noreturn)) static void child_hits(const volatile uint8_t *instruction, int pipe_fd)
{
	struct sigaction action = { .sa_handler = child_dies };
	uint8_t found;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGTRAP, &action, NULL);
	telprobe_trial_site();
	found = *instruction;
	_exit(write(pipe_fd, &found, sizeof(found)) != sizeof(found));
}

/* Linux 6.18 does not copy the page the call goes to into a forked child, which inherits the call
 * and is killed by it. A child that finds a plain nop is not seen, which is no better.
 * Return: 0; -EFAULT: it does not live, or is not seen; another: it could not be tried */
static int try_fork(const volatile uint8_t *instruction, unsigned int nop_bytes)
{
	int pipe_fds[2], ret = -EFAULT;
	uint8_t found;
	pid_t child;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child == 0)
		child_hits(instruction, pipe_fds[1]);
	if (child < 0)
		ret = -errno;
	close(pipe_fds[1]);
	if (child > 0) {
		if (read(pipe_fds[0], &found, sizeof(found)) == sizeof(found) &&
		    (found == TRAP || is_replaced(found, nop_bytes)))
			ret = 0;
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(pipe_fds[0]);
	return ret;
}

/* Attach, hit, and see whether a call stands where the nop stood, and a forked child can use it. */
static int try_nop(const struct bpf_program *program, enum capture_method method, int self,
		   unsigned int nop_bytes, struct capture_facts *facts, struct links *out)
{
	const volatile uint8_t *instruction = trial_instruction(nop_bytes);
	struct link_site site = { .offset = trial_offset(nop_bytes) };
	struct link_way way = { .method = method };
	int ret, i;

	ret = links_attach(bpf_program__fd(program), &way, self, &site, 1, out);
	if (ret)
		return ret;
	for (i = 0; i < 3; i++)
		telprobe_trial_site();
	facts->is_optimised = false;
	if (!is_replaced(*instruction, nop_bytes))
		return 0;
	ret = try_fork(instruction, nop_bytes);
	facts->is_optimised = !ret;
	facts->is_unsafe = ret == -EFAULT;
	return 0;
}

/* The least of some tries: what others do meanwhile only makes it longer. */
static uint32_t hit_ns(void)
{
	enum { TRIES = 8, HITS = 64 };
	int64_t least_ns = INT32_MAX, began_ns, took_ns;
	int try, i;

	for (try = 0; try < TRIES; try++) {
		began_ns = clock_monotonic_ns();
		for (i = 0; i < HITS; i++)
			telprobe_trial_site();
		took_ns = (clock_monotonic_ns() - began_ns) / HITS;
		if (took_ns < least_ns)
			least_ns = took_ns;
	}
	return (uint32_t)least_ns;
}

int trial_nop(const struct bpf_program *program, struct capture_facts *facts,
	      struct links *out_kept)
{
#if defined(__x86_64__)
	static const unsigned int candidates[] = { 5, 10, 1 };
#else
	static const unsigned int candidates[] = { 1 };
#endif
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int ret = -errno;
	size_t i;

	if (self < 0)
		return ret;
	facts->is_optimised = false;
	facts->is_unsafe = false;
	for (i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		links_detach(out_kept);
		ret = try_nop(program, facts->method, self, candidates[i], facts, out_kept);
		facts->nop_bytes = candidates[i];
		if (!ret && facts->is_optimised)
			break;
		/* Linux 6.1 refuses to probe the ten bytes: the next may do. */
	}
	close(self);
	if (!ret)
		facts->hit_ns = hit_ns();
	return ret;
}
