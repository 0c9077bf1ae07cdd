/* SPDX-License-Identifier: GPL-2.0-only */
/* inspect.h - what one binary offers: markers, foreign USDT, constants.
 * A bounded parser of files that users wrote. It allocates what it returns and nothing else, holds
 * no descriptor, knows neither BPF nor SQLite. Privileged processes never call it directly but
 * through inspector.h, which runs it in a process that may do nothing else. */
#ifndef TELPROBE_INSPECT_INSPECT_H
#define TELPROBE_INSPECT_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

enum {
	INSPECT_SITES = 4096,	/* most sites listed of one file; the rest is counted */
	INSPECT_ALIASES = 4096, /* most repeated constants listed of one file */
	INSPECT_VERSION = 33,	/* bytes of a package's version, with the NUL */
	INSPECT_NAME = 64,	/* bytes of provider, name and text, with the NUL */
	INSPECT_ARGUMENTS = 96,
	INSPECT_SYMBOL = 256,	 /* of a function's name, with the NUL */
	INSPECT_FUNCTIONS = 256, /* most that are listed at a time */
	INSPECT_RETURNS = 16,	 /* most instructions by which a function returns */
};

/* Why a site cannot be probed; INSPECT_USABLE is 0. inspect_reason_text() explains each. */
enum inspect_reason {
	INSPECT_USABLE,
	INSPECT_OUTSIDE_CODE,	 /* its address lies in no executable segment of the file */
	INSPECT_BAD_INSTRUCTION, /* an instruction uprobes refuse: it would attach and never fire */
	INSPECT_REPLACED_NOP,	 /* a nop some kernels replace by a call, which is not safe there */
	INSPECT_SHARED_PAGE,	 /* another writable segment maps the semaphore's file page */
	INSPECT_OUTSIDE_DATA,	 /* its semaphore lies in no writable segment's file part */
	INSPECT_NO_FUNCTION,	 /* no symbol table of the file has it */
	INSPECT_MANY_FUNCTIONS,	 /* several are called so */
	INSPECT_RESOLVER,	 /* it only chooses the function that is called */
	INSPECT_GO,		 /* its stacks move, and functions begin again when they do */
	INSPECT_NO_SIZE,	 /* where the function ends is not known */
	INSPECT_NO_RETURN,	 /* it never returns */
	INSPECT_MANY_RETURNS,	 /* by more than INSPECT_RETURNS instructions */
	INSPECT_LEFT_BY_JUMP, /* it goes on in another function, behind its end, or where is computed */
	INSPECT_NOT_DECODED, /* an exception may lead on in it, or it is no code we know */
	INSPECT_LOOPED,	     /* a loop may lead back to where it begins */
	INSPECT_REASONS
};

/* What a hit costs here: design.md section 3. */
enum inspect_cost {
	INSPECT_COST_NOP,  /* one-byte nop: emulated after a trap */
	INSPECT_COST_FAST, /* telprobe's own function: nop5 or nop10, optimised where it can be */
	INSPECT_COST_EMULATED, /* push, call, jmp: emulated after a trap */
	INSPECT_COST_STEPPED,  /* stepped out of line: some 30 times dearer in a virtual machine */
	INSPECT_COSTS
};

struct inspect_site {
	char provider[INSPECT_NAME]; /* printable ASCII */
	char name[INSPECT_NAME];
	char arguments[INSPECT_ARGUMENTS]; /* as the note has them, cut if longer */
	uint64_t file_offset;		   /* of the instruction the note names */
	uint64_t semaphore_offset;	   /* in the file; 0: none */
	uint32_t place;			   /* of that instruction (include/telprobe/record.h) */
	int marker;			   /* enum tp_marker, or -1 for another provider or name */
	uint8_t is_own_layout;		   /* nop at +0, nop5 at +1, nop10 at +6, ret at +16 */
	uint8_t reason;			   /* enum inspect_reason */
	uint8_t cost;			   /* enum inspect_cost */
};

struct inspect_alias {
	uint32_t place; /* of a constant whose text stands at an earlier place too */
	uint32_t first;
};

struct inspection {
	uint32_t image_bytes;  /* from the lowest to the highest loaded address */
	uint32_t code_start;   /* lowest executable segment, from the lowest loaded address */
	uint16_t machine;      /* EM_X86_64 or EM_AARCH64 */
	uint8_t is_executable; /* has an interpreter or ET_EXEC, or static PIE: can be executed */
	uint8_t has_go;	       /* a Go program: return probes crash it */
	uint8_t build_id[20];
	uint8_t build_id_bytes; /* 0: none */
	char version
		[INSPECT_VERSION]; /* of its package, as a note says; printable ASCII; "": none */
	struct inspect_site *sites;
	size_t site_count;
	size_t site_total;	       /* with those beyond INSPECT_SITES and malformed notes */
	struct inspect_alias *aliases; /* only looked for when a span marker stands in the file */
	size_t alias_count;
};

struct inspect_point { /* of a function, where a probe may sit */
	uint64_t file_offset;
	uint32_t place;
	uint32_t cost; /* enum inspect_cost */
};

struct inspect_function {
	struct inspect_point entry; /* reached once a call, with the arguments and the stack pointer
				       as they were passed */
	struct inspect_point returns[INSPECT_RETURNS];
	uint32_t return_count;
	uint32_t matches;      /* functions that are called so */
	uint32_t entry_reason; /* enum inspect_reason; INSPECT_USABLE: @entry may be used */
	uint32_t
		return_reason; /* likewise; INSPECT_USABLE: by @returns it is left, and no other way
				   but longjmp(), an exception or the end of its thread */
};

/**
 * inspect_open() - read what the file behind @fd offers
 * @fd: readable, seekable; its position is not used or moved
 * Return: 0; -ENOEXEC: not ELF (script, data, empty); -ENOTSUP: 32-bit, foreign machine or byte
 * order; -EBADMSG: ELF whose headers contradict themselves; -EIO; -ENOMEM. A malformed note is
 * skipped, not an error. The caller frees *@out with inspection_free(). */
int inspect_open(int fd, struct inspection **out, struct error *error);
void inspection_free(struct inspection *inspection);

/**
 * inspect_text() - the constant at @place
 * Only text in a read-only segment's file part counts: at most INSPECT_NAME - 1 bytes before its
 * NUL, any bytes (the firewall judges them). A suffix of a longer constant is one too: linkers
 * merge tails.
 * Return: 0 and the text in @out; -ENOENT where no constant is at @place; -E2BIG: longer; -EIO; for
 * what is no program as inspect_open(). @out is written only on success. */
int inspect_text(int fd, uint32_t place, char out[INSPECT_NAME]);

/**
 * inspect_find() - whether @text is a constant of the file: inspect_text() of some place yields it
 * Return: 0; -ENOENT where it is none; -EIO; for what is no program as inspect_open(). */
int inspect_find(int fd, const char *text);

/**
 * inspect_function() - where the function @name begins and returns
 * @name: as the symbol table has it, mangled, without a version; a static one is found, too, unless the
 * file is stripped
 * The end of a function is taken where its instructions return. A return probe of the kernel would be
 * cheaper and see jumps as well, but it replaces the return address on the stack: a C++ program that
 * throws through such a function is ended by terminate() (seen on 6.18), and backtraces stop there.
 * Return: 0, with reasons in *@out; -E2BIG: @name is longer than any; -EIO, -ENOMEM; for what is no
 * program as inspect_open(). */
int inspect_function(int fd, const char *name, struct inspect_function *out);

struct inspect_names {		       /* of functions */
	char (*names)[INSPECT_SYMBOL]; /* sorted, each once */
	size_t count;
	size_t total; /* with those beyond INSPECT_FUNCTIONS, which may be there twice */
};

/**
 * inspect_names() - the functions of the file whose names fit @pattern, as fnmatch(3) has it
 * Return: 0; -EIO, -ENOMEM; for what is no program as inspect_open(). The caller ends *out with
 * inspect_names_clear(). */
int inspect_names(int fd, const char *pattern, struct inspect_names *out);
void inspect_names_clear(struct inspect_names *names);

struct inspect_symbol {
	char name[INSPECT_SYMBOL]; /* printable ASCII, as the symbol table has it */
	uint64_t distance;	   /* from where the function begins */
};

/**
 * inspect_symbol() - the function that holds @file_offset
 * Return: 0; -ENOENT: no symbol table of the file says so; -EIO, -ENOMEM; for what is no program as
 * inspect_open(). */
int inspect_symbol(int fd, uint64_t file_offset, struct inspect_symbol *out);

const char *inspect_reason_text(enum inspect_reason reason);
const char *inspect_cost_text(enum inspect_cost cost);

#endif
