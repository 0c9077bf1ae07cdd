/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/proof.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"

/* Inlined or replaced by the verifier, a helper is gone from the calls; what is left calls a
 * kernel function. These are what the kernel offers for reading a process's memory, with the
 * prefixes that bpf_probe_read_user*, bpf_copy_from_user* and their compat forms share. */
static const char *const user_readers[] = {
	"bpf_probe_read_user",
	"bpf_probe_read_compat",
	"bpf_probe_read_str",
	"bpf_copy_from_user",
	"bpf_trace_copy_string",
	"bpf_read_file",
	/* %pus in a format */
	"bpf_trace_printk",
	"bpf_trace_vprintk",
	"bpf_snprintf",
	"bpf_seq_printf",
};

/* Reads where functions will return to. One program may, of a process that crashes; of any other it is as
 * bad as the rest. */
static const char stack_reader[] = "bpf_get_stack", crash_program[] = "process_crashes";

struct symbol {
	uint64_t address;
	char name[PROOF_NAME];
};

struct symbols {
	struct symbol *list;
	size_t count;
	size_t room;
	uint64_t call_base;
};

static int symbols_grow(struct symbols *symbols)
{
	size_t room = symbols->room ? symbols->room * 2 : 1024;
	struct symbol *list;

	if (symbols->count < symbols->room)
		return 0;
	list = realloc(symbols->list, room * sizeof(*list));
	if (!list)
		return -ENOMEM;
	symbols->list = list;
	symbols->room = room;
	return 0;
}

static int symbols_read(struct symbols *symbols, struct error *error)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long long address;
	char line[256], type, name[PROOF_NAME];
	int ret = 0;

	if (!file)
		return error_set(error, -errno, "cannot read /proc/kallsyms: %s",
				 error_text(errno));
	while (!ret && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %c %63s", &address, &type, name) != 3 ||
		    (type != 't' && type != 'T') || !address || !strncmp(name, "__pfx_", 6))
			continue;
		if (!strcmp(name, "__bpf_call_base"))
			symbols->call_base = address;
		ret = symbols_grow(symbols);
		if (ret)
			break;
		symbols->list[symbols->count].address = address;
		memcpy(symbols->list[symbols->count++].name, name, sizeof(name));
	}
	fclose(file);
	if (ret)
		return error_set(error, ret, "no memory for the kernel's symbols");
	if (!symbols->call_base) {
		error_set(error, -EPERM, "the kernel hides its symbols");
		return error_hint(error, geteuid() ? "run as root: sudo telprobe explain --proof"
						   : "sysctl kernel.kptr_restrict=1 shows them to "
						     "root");
	}
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

static void symbol_name(const struct symbols *symbols, uint64_t address, char out[PROOF_NAME])
{
	struct symbol wanted = { .address = address };
	const struct symbol *found =
		bsearch(&wanted, symbols->list, symbols->count, sizeof(wanted), by_address);

	if (found)
		memcpy(out, found->name, PROOF_NAME);
	else
		snprintf(out, PROOF_NAME, "0x%llx", (unsigned long long)address);
}

static void helper_add(struct proof_program *program, const char *name)
{
	size_t i;
	int at;

	for (i = 0; i < sizeof(user_readers) / sizeof(user_readers[0]); i++)
		if (!strncmp(name, user_readers[i], strlen(user_readers[i])))
			program->reads_user_memory = true;
	if (!strncmp(name, stack_reader, strlen(stack_reader))) {
		program->reads_stack = !strcmp(program->name, crash_program);
		program->reads_user_memory |= !program->reads_stack;
	}
	for (at = 0; at < program->helper_count; at++)
		if (strcmp(program->helper[at], name) >= 0)
			break;
	if (at < program->helper_count && !strcmp(program->helper[at], name))
		return;
	if (program->helper_count == PROOF_HELPERS)
		return;
	memmove(program->helper[at + 1], program->helper[at],
		(size_t)(program->helper_count - at) * PROOF_NAME);
	snprintf(program->helper[at], PROOF_NAME, "%s", name);
	program->helper_count++;
}

static void calls_name(const struct bpf_insn *instructions, uint32_t count,
		       const struct symbols *symbols, struct proof_program *out)
{
	char name[PROOF_NAME];
	uint32_t i;

	for (i = 0; i < count; i++) {
		const struct bpf_insn *call = &instructions[i];

		if (call->code != (BPF_JMP | BPF_CALL) || call->src_reg == BPF_PSEUDO_CALL)
			continue;
		if (call->imm == BPF_FUNC_tail_call) /* no function: bpf_insn_prepare_dump() */
			memcpy(name, "bpf_tail_call", sizeof("bpf_tail_call"));
		else
			symbol_name(symbols, symbols->call_base + (uint64_t)(int64_t)call->imm,
				    name);
		helper_add(out, name);
	}
}

static int program_read(int fd, const struct symbols *symbols, struct proof_program *out)
{
	struct bpf_prog_info info = { 0 };
	__u32 bytes = sizeof(info), count;
	struct bpf_insn *instructions;
	int ret, i;

	ret = bpf_obj_get_info_by_fd(fd, &info, &bytes);
	if (ret)
		return ret;
	count = info.xlated_prog_len / sizeof(*instructions);
	instructions = calloc(count + 1, sizeof(*instructions));
	if (!instructions)
		return -ENOMEM;
	snprintf(out->name, sizeof(out->name), "%.15s", info.name);
	for (i = 0; i < BPF_TAG_SIZE; i++)
		snprintf(out->tag + 2 * i, 3, "%02x", info.tag[i]);
	memset(&info, 0, sizeof(info));
	info.xlated_prog_len = count * (__u32)sizeof(*instructions);
	info.xlated_prog_insns = (uintptr_t)instructions;
	bytes = sizeof(info);
	ret = bpf_obj_get_info_by_fd(fd, &info, &bytes);
	if (!ret && !info.xlated_prog_insns)
		ret = -EPERM;
	out->instructions = count;
	if (!ret)
		calls_name(instructions, count, symbols, out);
	free(instructions);
	return ret;
}

int proof_of(const int *fds, int count, struct proof *out, struct error *error)
{
	struct symbols symbols = { 0 };
	int ret, i;

	memset(out, 0, sizeof(*out));
	ret = symbols_read(&symbols, error);
	if (ret)
		goto free_symbols;
	qsort(symbols.list, symbols.count, sizeof(*symbols.list), by_address);
	for (i = 0; i < count && !ret; i++)
		ret = program_read(fds[i], &symbols, &out->program[i]);
	if (ret)
		error_set(error, ret, "cannot read the programs back: %s", error_text(ret));
	else
		out->program_count = count;
free_symbols:
	free(symbols.list);
	return ret;
}

/* The programs of a service that read memory; as the kernel has their names, in 15 bytes. */
static bool is_of_service(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 bytes = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &bytes) &&
	       (!strcmp(info.name, "environment") || !strcmp(info.name, "marker_declared") ||
		!strcmp(info.name, "run_arguments"));
}

static int find_service(int *fds, int room)
{
	__u32 id = 0;
	int count = 0, fd;

	while (count < room && !bpf_prog_get_next_id(id, &id)) {
		fd = bpf_prog_get_fd_by_id(id);
		if (fd < 0)
			continue; /* gone */
		if (is_of_service(fd))
			fds[count++] = fd;
		else
			close(fd);
	}
	return count;
}

int proof_read(struct proof *out, struct error *error)
{
	struct capture_options options = { .objects = 1 };
	struct capture *capture = NULL;
	int fds[PROOF_PROGRAMS], ret, own, count, i;

	ret = capture_open(&options, &capture, error);
	if (ret)
		return ret;
	own = capture_program_fds(capture, fds, PROOF_PROGRAMS);
	count = own + find_service(fds + own, PROOF_PROGRAMS - own);
	ret = proof_of(fds, count, out, error);
	for (i = own; i < count; i++) {
		out->program[i].is_of_service = true;
		close(fds[i]);
	}
	capture_close(capture);
	return ret;
}
