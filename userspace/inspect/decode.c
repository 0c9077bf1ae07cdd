/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/decode.h"

#include <Zydis/Zydis.h>
#include <elf.h>
#include <errno.h>
#include <string.h>

/* include/telprobe.h: nop, nop5, nop10, ret */
static const unsigned char own_layout[DECODE_BYTES] = {
	0x90, 0x0f, 0x1f, 0x44, 0x00, 0x00, 0x66, 0x2e, 0x0f,
	0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc3,
};

/* One-byte opcodes no uprobe is set on in 64-bit programs (arch/x86/kernel/uprobes.c, Linux 6.1 to
 * 6.18): those of no meaning there, port i/o, interrupts, halt and interrupt flags. */
static const struct {
	uint8_t first, last;
} refused_opcodes[] = {
	{ 0x06, 0x07 }, { 0x0e, 0x0e }, { 0x16, 0x17 }, { 0x1e, 0x1f }, { 0x27, 0x27 },
	{ 0x2f, 0x2f }, { 0x37, 0x37 }, { 0x3f, 0x3f }, { 0x60, 0x62 }, { 0x6c, 0x6f },
	{ 0x82, 0x82 }, { 0x9a, 0x9a }, { 0xcc, 0xcf }, { 0xd4, 0xd6 }, { 0xe4, 0xe7 },
	{ 0xea, 0xea }, { 0xec, 0xef }, { 0xf1, 0xf1 }, { 0xf4, 0xf4 }, { 0xfa, 0xfb },
};

enum { PREFIX_OPERAND_SIZE = 0x66, OPCODE_MOV_TO_SEGMENT = 0x8e, SEGMENT_SS = 2 };

static int has_prefix(const ZydisDecodedInstruction *instruction, uint8_t value)
{
	for (unsigned int i = 0; i < instruction->raw.prefix_count; i++)
		if (instruction->raw.prefixes[i].value == value)
			return 1;
	return 0;
}

static int has_refused_prefix(const ZydisDecodedInstruction *instruction)
{
	static const uint8_t refused[] = { 0x26, 0x2e, 0x36, 0x3e, 0xf0 }; /* es cs ss ds lock */

	for (size_t i = 0; i < sizeof(refused); i++)
		if (has_prefix(instruction, refused[i]))
			return 1;
	return 0;
}

static int is_one_byte_opcode(const ZydisDecodedInstruction *instruction)
{
	return instruction->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY &&
	       instruction->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT;
}

/* Near branches with a relative target, which the kernel computes itself. */
static int is_branch(const ZydisDecodedInstruction *instruction)
{
	uint8_t opcode = instruction->opcode;

	if (is_one_byte_opcode(instruction))
		return opcode == 0xe8 || opcode == 0xe9 || opcode == 0xeb ||
		       (opcode >= 0x70 && opcode <= 0x7f);
	return instruction->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY &&
	       instruction->opcode_map == ZYDIS_OPCODE_MAP_0F && opcode >= 0x80 && opcode <= 0x8f;
}

static int is_refused_opcode(const ZydisDecodedInstruction *instruction)
{
	uint8_t opcode = instruction->opcode;

	if (!is_one_byte_opcode(instruction))
		return 0;
	for (size_t i = 0; i < sizeof(refused_opcodes) / sizeof(refused_opcodes[0]); i++)
		if (opcode >= refused_opcodes[i].first && opcode <= refused_opcodes[i].last)
			return 1;
	/* It holds back the trap after the next instruction. */
	if (opcode == OPCODE_MOV_TO_SEGMENT && instruction->raw.modrm.reg == SEGMENT_SS)
		return 1;
	/* 49 90 is xchg %rax,%r8; the kernel takes each 90 for a nop and skips it (seen on 6.18). */
	return opcode == 0x90 && instruction->raw.rex.B;
}

/* Does nothing, in the form of something else. */
static int is_odd_nop(const ZydisDecodedInstruction *instruction)
{
	switch (instruction->opcode) {
	case 0x90:
		return 1;
	case 0xe9: /* jmp to what follows */
		return instruction->raw.imm[0].value.s == 0;
	case 0x8d: /* lea 0(%rsp), %rsp */
		return instruction->raw.disp.value == 0;
	case 0x89: /* mov %eax, %eax */
	case 0x8b:
		return instruction->raw.modrm.mod == 3;
	}
	return 0;
}

/* Linux 6.18 replaces a five-byte nop, 7.2 a ten-byte one, by a call: it writes to the stack, where a
 * function that is no marker's may keep data below the pointer, and kills forked children
 * (capture/trial.c). What counts as one grew (insn_is_nop()): any form is taken, and either length
 * whatever the kernel. */
static int is_replaced(const ZydisDecodedInstruction *instruction)
{
	if (instruction->length != 5 && instruction->length != 10)
		return 0;
	if (is_one_byte_opcode(instruction))
		return is_odd_nop(instruction);
	return instruction->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY &&
	       instruction->opcode_map == ZYDIS_OPCODE_MAP_0F && instruction->opcode == 0x1f;
}

static int is_emulated(const ZydisDecodedInstruction *instruction)
{
	uint8_t opcode = instruction->opcode;

	if (is_branch(instruction))
		return 1;
	if (!is_one_byte_opcode(instruction))
		return 0;
	return opcode == 0x90 || (opcode >= 0x50 && opcode <= 0x57 && instruction->length <= 2);
}

static void decode_x86(const unsigned char *code, size_t bytes, struct decoded *out)
{
	ZydisDecodedInstruction instruction;
	ZydisDecoder decoder;

	if (bytes >= DECODE_BYTES && memcmp(code, own_layout, DECODE_BYTES) == 0) {
		out->is_own_layout = 1;
		out->cost = INSPECT_COST_FAST;
		return;
	}
	out->is_refused = 1;
	if (!ZYAN_SUCCESS(
		    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)) ||
	    !ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, code, bytes, &instruction)))
		return;
	out->is_replaced = (uint8_t)is_replaced(&instruction);
	if (has_refused_prefix(&instruction) || is_refused_opcode(&instruction) ||
	    (is_branch(&instruction) && has_prefix(&instruction, PREFIX_OPERAND_SIZE)))
		return;
	out->is_refused = 0;
	if (code[0] == 0x90)
		out->cost = INSPECT_COST_NOP;
	else if (is_emulated(&instruction))
		out->cost = INSPECT_COST_EMULATED;
}

static void decode_arm64(const unsigned char *code, size_t bytes, struct decoded *out)
{
	static const unsigned char nop[] = { 0x1f, 0x20, 0x03, 0xd5 };

	if (bytes < sizeof(nop))
		out->is_refused = 1;
	else if (memcmp(code, nop, sizeof(nop)) == 0)
		out->cost = INSPECT_COST_NOP;
}

void decode_instruction(uint16_t machine, const unsigned char *code, size_t bytes,
			struct decoded *out)
{
	*out = (struct decoded){ .cost = INSPECT_COST_STEPPED };
	if (machine == EM_X86_64)
		decode_x86(code, bytes < DECODE_BYTES ? bytes : DECODE_BYTES, out);
	else
		decode_arm64(code, bytes, out);
}

static int is_passed_in(ZydisRegister name)
{
	switch (ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, name)) {
	case ZYDIS_REGISTER_RDI:
	case ZYDIS_REGISTER_RSI:
	case ZYDIS_REGISTER_RDX:
	case ZYDIS_REGISTER_RCX:
	case ZYDIS_REGISTER_R8:
	case ZYDIS_REGISTER_R9:
	case ZYDIS_REGISTER_RSP:
		return 1;
	default:
		return 0;
	}
}

static int is_plain(const ZydisDecodedInstruction *instruction, const ZydisDecodedOperand *operands)
{
	switch (instruction->meta.category) {
	case ZYDIS_CATEGORY_CALL:
	case ZYDIS_CATEGORY_COND_BR:
	case ZYDIS_CATEGORY_UNCOND_BR:
	case ZYDIS_CATEGORY_RET:
	case ZYDIS_CATEGORY_INTERRUPT:
	case ZYDIS_CATEGORY_SYSCALL:
	case ZYDIS_CATEGORY_SYSRET:
	case ZYDIS_CATEGORY_SYSTEM:
		return 0;
	default:
		break;
	}
	for (uint8_t i = 0; i < instruction->operand_count; i++)
		if (operands[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    (operands[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) &&
		    is_passed_in(operands[i].reg.value))
			return 0;
	return 1;
}

/* ud2 and its like, hlt, int3: where a compiler put them, nothing comes back. */
static int is_trap(const ZydisDecodedInstruction *instruction)
{
	switch (instruction->mnemonic) {
	case ZYDIS_MNEMONIC_UD0:
	case ZYDIS_MNEMONIC_UD1:
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_HLT:
	case ZYDIS_MNEMONIC_INT3:
		return 1;
	default:
		return 0;
	}
}

int decode_step(uint16_t machine, const unsigned char *code, size_t bytes, struct decoded_step *out)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction instruction;
	ZydisDecoder decoder;

	*out = (struct decoded_step){ 0 };
	if (machine != EM_X86_64)
		return -ENOTSUP;
	if (!ZYAN_SUCCESS(
		    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)) ||
	    !ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code, bytes, &instruction, operands)))
		return -EBADMSG;
	out->bytes = instruction.length;
	out->is_return = instruction.meta.category == ZYDIS_CATEGORY_RET;
	out->is_jump = instruction.meta.category == ZYDIS_CATEGORY_COND_BR ||
		       instruction.meta.category == ZYDIS_CATEGORY_UNCOND_BR;
	out->is_call = instruction.meta.category == ZYDIS_CATEGORY_CALL;
	out->is_push = is_one_byte_opcode(&instruction) && instruction.opcode >= 0x50 &&
		       instruction.opcode <= 0x57;
	out->is_last = out->is_return || instruction.meta.category == ZYDIS_CATEGORY_UNCOND_BR ||
		       is_trap(&instruction);
	out->is_computed = out->is_jump && !instruction.raw.imm[0].is_relative;
	out->is_plain = (uint8_t)is_plain(&instruction, operands);
	if (out->is_jump && !out->is_computed)
		out->distance = instruction.raw.imm[0].value.s;
	return 0;
}
