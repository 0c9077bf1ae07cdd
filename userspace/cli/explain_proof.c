/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/explain_proof.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/proof.h"
#include "report/json.h"

static void print_program(const struct proof_program *program)
{
	int helper;

	printf("%s  tag %s  %u instructions%s\n", program->name, program->tag,
	       program->instructions,
	       program->reads_user_memory ? "  READS USER MEMORY"
	       : program->reads_stack	  ? "  READS THE STACK"
					  : "");
	for (helper = 0; helper < program->helper_count; helper++)
		printf("  %s\n", program->helper[helper]);
}

static void print_programs(const struct proof *proof, bool is_of_service)
{
	int i, count = 0;

	for (i = 0; i < proof->program_count; i++) {
		if (proof->program[i].is_of_service != is_of_service)
			continue;
		if (is_of_service && !count)
			fputs("\nA service has loaded as well:\n", stdout);
		print_program(&proof->program[i]);
		count++;
	}
}

static void print_why(const struct proof *proof, const char *name, const char *why)
{
	int i;

	for (i = 0; i < proof->program_count; i++)
		if (proof->program[i].is_of_service && !strcmp(proof->program[i].name, name)) {
			printf("%s %s\n", name, why);
			return;
		}
}

static void print_text(const struct proof *proof, bool is_clean)
{
	print_programs(proof, false);
	puts(is_clean
		     ? "None of them calls a function that reads the memory of a process, but for\n"
		       "process_crashes: of one that a fault ends it has the kernel follow the "
		       "stack, and\n"
		       "passes on which files its code was in, by build id, and where in them."
		     : "These are not the programs telprobe promises.");
	print_programs(proof, true);
	print_why(proof, "environment",
		  "looks for DO_NOT_TRACK and TELPROBE_ENABLED and passes on one bit.");
	print_why(
		proof, "marker_declared",
		"is there while a target has 'names:', 'subcommands:' or 'options:', at work for\n"
		"'names:' alone. It reads the strings its markers point to and passes on the\n"
		"number of a declared name, or that it is none.");
	print_why(proof, "run_arguments",
		  "is there likewise, at work while a target has 'subcommands:' or 'options:'. It\n"
		  "reads the command lines of that target's programs and passes on the numbers of\n"
		  "declared words.");
}

static void print_json(const struct proof *proof)
{
	cJSON *list = cJSON_CreateArray();
	int i, helper;

	for (i = 0; i < proof->program_count; i++) {
		const struct proof_program *program = &proof->program[i];
		cJSON *row = cJSON_CreateObject(), *helpers = cJSON_CreateArray();

		cJSON_AddStringToObject(row, "program", program->name);
		cJSON_AddStringToObject(row, "tag", program->tag);
		cJSON_AddNumberToObject(row, "instructions", program->instructions);
		cJSON_AddBoolToObject(row, "reads_user_memory", program->reads_user_memory);
		cJSON_AddBoolToObject(row, "reads_stack", program->reads_stack);
		cJSON_AddStringToObject(row, "loaded_by",
					program->is_of_service ? "service" : "run");
		for (helper = 0; helper < program->helper_count; helper++)
			cJSON_AddItemToArray(helpers, cJSON_CreateString(program->helper[helper]));
		cJSON_AddItemToObject(row, "calls", helpers);
		cJSON_AddItemToArray(list, row);
	}
	if (json_print(list, stdout))
		puts("[]");
}

int explain_proof(const struct cli *cli, bool is_json)
{
	struct proof *proof = calloc(1, sizeof(*proof)); /* too large for the stack */
	struct error error = { 0 };
	bool is_clean = true;
	int ret, i;

	if (!proof) {
		error_set(&error, -ENOMEM, "no memory to read the programs back");
		return cli_fail(cli, &error);
	}
	ret = proof_read(proof, &error);
	if (ret) {
		free(proof);
		return cli_fail(cli, &error);
	}
	for (i = 0; i < proof->program_count; i++)
		is_clean &= proof->program[i].is_of_service || !proof->program[i].reads_user_memory;
	if (is_json)
		print_json(proof);
	else
		print_text(proof, is_clean);
	free(proof);
	return is_clean ? CLI_DONE : CLI_FAILED;
}
