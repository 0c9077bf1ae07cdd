/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_report.h"

#include <inttypes.h>
#include <string.h>

#include "report/json.h"
#include "report/text.h"

enum { LAYER, TRIED, FAILED, TASK, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[LAYER] = { "layer", "layer", GRID_TEXT },
	[TRIED] = { "tried", "tried", GRID_COUNT },
	[FAILED] = { "let through", "let_through", GRID_COUNT },
	[TASK] = { "what it has to stop", "task", GRID_TEXT },
};

static bool is_found(const struct selftest *selftest, size_t secret, bool in_kernel)
{
	size_t i;

	for (i = 0; i < selftest->searched_count; i++)
		if (selftest->searched[i].is_kernels == in_kernel &&
		    selftest->searched[i].found >> secret & 1)
			return true;
	return false;
}

/* Its event, with whatever in its place. */
static bool is_stored(const struct selftest *selftest, size_t secret)
{
	return selftest->stored[secret][0];
}

static bool is_replaced(const struct selftest *selftest, size_t secret)
{
	return !strcmp(selftest->stored[secret], secrets_at(secret)->expected);
}

void selftest_judge(const struct selftest *selftest, struct selftest_verdict *out)
{
	struct selftest_layer *kernel = &out->layers[SECRET_KERNEL];
	size_t i;

	memset(out, 0, sizeof(*out));
	out->is_passed = !selftest->lost;
	for (i = 0; i < secrets_count(); i++) {
		struct selftest_layer *layer = &out->layers[secrets_at(i)->layer];

		layer->tried++;
		layer->failed += is_found(selftest, i, false) ||
				 (is_stored(selftest, i) && !is_replaced(selftest, i));
		out->missing += !is_stored(selftest, i);
		kernel->tried +=
			secrets_at(i)->source != SECRET_STORED; /* the kernel had the rest */
		kernel->failed += is_found(selftest, i, true);
	}
	for (i = 0; i < (size_t)selftest->proof.program_count; i++)
		kernel->failed += selftest->proof.program[i].reads_user_memory;
	for (i = 0; i < selftest->control_count; i++)
		out->missing += !selftest->controls[i].is_stored;
	for (i = 0; i < SECRET_LAYERS; i++)
		out->is_passed &= out->layers[i].tried && !out->layers[i].failed;
	out->is_passed &= selftest->control_count && !out->missing;
}

struct grid *selftest_grid(const struct selftest_verdict *verdict)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	int i;

	for (i = 0; grid && i < SECRET_LAYERS; i++) {
		grid_row(grid);
		grid_text(grid, LAYER, secrets_layer_name((enum secret_layer)i));
		grid_number(grid, TRIED, (double)verdict->layers[i].tried);
		grid_number(grid, FAILED, (double)verdict->layers[i].failed);
		grid_text(grid, TASK, secrets_layer_task((enum secret_layer)i));
	}
	return grid;
}

/* --- text ------------------------------------------------------------------------------------- */

static void print_found(const struct selftest *selftest, FILE *out)
{
	const struct secret *secret;
	size_t i, place;

	for (i = 0; (secret = secrets_at(i)); i++)
		for (place = 0; place < selftest->searched_count; place++) {
			const struct selftest_searched *searched = &selftest->searched[place];
			enum secret_layer layer =
				searched->is_kernels ? SECRET_KERNEL : secret->layer;

			if (searched->found >> i & 1)
				fprintf(out, "%s: '%s' (%s) was found in: %s\n",
					secrets_layer_name(layer), secret->name,
					secrets_source_name(secret->source), searched->name);
		}
}

void selftest_print_faults(const struct selftest *selftest, FILE *out)
{
	const struct secret *secret;
	size_t i;

	for (i = 0; i < (size_t)selftest->proof.program_count; i++)
		if (selftest->proof.program[i].reads_user_memory)
			fprintf(out, "%s: the program '%s' reads the memory of processes\n",
				secrets_layer_name(SECRET_KERNEL), selftest->proof.program[i].name);
	print_found(selftest, out);
	for (i = 0; (secret = secrets_at(i)); i++)
		if (!is_stored(selftest, i))
			fprintf(out, "control: the event that tells '%s' is not stored\n",
				secret->name);
		else if (!is_replaced(selftest, i))
			fprintf(out, "%s: '%s' was not stored as %s\n",
				secrets_layer_name(secret->layer), secret->name, secret->expected);
	for (i = 0; i < selftest->control_count; i++)
		if (!selftest->controls[i].is_stored)
			fprintf(out, "control: the harmless %s is not stored\n",
				selftest->controls[i].name);
	if (selftest->lost)
		fprintf(out, "control: %" PRIu64 " event%s lost\n", selftest->lost,
			text_s((int64_t)selftest->lost));
}

void selftest_print_extent(const struct selftest *selftest, FILE *out)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < selftest->searched_count; i++)
		bytes += selftest->searched[i].bytes;
	fprintf(out,
		"%zu secrets in %" PRIu64
		" events; searched: ring, maps, database, log, answers of "
		"commands, %.1f MB in all\n",
		secrets_count(), selftest->events, (double)bytes / 1e6);
	if (!selftest->is_proven)
		fprintf(out, "not asked: what the kernel programs call; the kernel hides its "
			     "symbols (kernel.kptr_restrict)\n");
	for (i = 0; i < selftest->searched_count; i++)
		if (selftest->searched[i].is_unlisted)
			fprintf(out, "not searched, the kernel does not list it: %s\n",
				selftest->searched[i].name);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static bool add_secrets(cJSON *json, const struct selftest *selftest)
{
	cJSON *list = cJSON_AddArrayToObject(json, "secrets");
	const struct secret *secret;
	bool is_whole = list;
	size_t i;

	for (i = 0; is_whole && (secret = secrets_at(i)); i++) {
		cJSON *row = cJSON_CreateObject();

		is_whole = cJSON_AddItemToArray(list, row) &&
			   json_add_text(row, "name", secret->name) &&
			   json_add_text(row, "source", secrets_source_name(secret->source)) &&
			   json_add_text(row, "layer", secrets_layer_name(secret->layer)) &&
			   json_add_text(row, "expected", secret->expected) &&
			   json_add_text(row, "stored", selftest->stored[i]) &&
			   cJSON_AddBoolToObject(row, "found",
						 is_found(selftest, i, false) ||
							 is_found(selftest, i, true));
	}
	return is_whole;
}

static bool add_found(cJSON *row, const struct selftest_searched *searched)
{
	cJSON *found = cJSON_AddArrayToObject(row, "found");
	const struct secret *secret;
	bool is_whole = found;
	size_t i;

	for (i = 0; is_whole && (secret = secrets_at(i)); i++)
		if (searched->found >> i & 1)
			is_whole = cJSON_AddItemToArray(found, cJSON_CreateString(secret->name));
	return is_whole;
}

static bool add_searched(cJSON *json, const struct selftest *selftest)
{
	cJSON *list = cJSON_AddArrayToObject(json, "searched");
	bool is_whole = list;
	size_t i;

	for (i = 0; is_whole && i < selftest->searched_count; i++) {
		const struct selftest_searched *searched = &selftest->searched[i];
		cJSON *row = cJSON_CreateObject();

		is_whole = cJSON_AddItemToArray(list, row) &&
			   json_add_text(row, "place", searched->name) &&
			   json_add_number(row, "bytes", (double)searched->bytes) &&
			   cJSON_AddBoolToObject(row, "is_listed", !searched->is_unlisted) &&
			   add_found(row, searched);
	}
	return is_whole;
}

static bool add_controls(cJSON *json, const struct selftest *selftest)
{
	cJSON *list = cJSON_AddArrayToObject(json, "controls");
	bool is_whole = list;
	size_t i;

	for (i = 0; is_whole && i < selftest->control_count; i++) {
		cJSON *row = cJSON_CreateObject();

		is_whole = cJSON_AddItemToArray(list, row) &&
			   json_add_text(row, "name", selftest->controls[i].name) &&
			   cJSON_AddBoolToObject(row, "stored", selftest->controls[i].is_stored);
	}
	return is_whole;
}

static bool add_programs(cJSON *json, const struct selftest *selftest)
{
	cJSON *list = cJSON_AddArrayToObject(json, "programs");
	bool is_whole = list;
	int i;

	for (i = 0; is_whole && i < selftest->proof.program_count; i++) {
		const struct proof_program *program = &selftest->proof.program[i];
		cJSON *row = cJSON_CreateObject();

		is_whole =
			cJSON_AddItemToArray(list, row) &&
			json_add_text(row, "program", program->name) &&
			json_add_text(row, "tag", program->tag) &&
			cJSON_AddBoolToObject(row, "reads_user_memory", program->reads_user_memory);
	}
	return is_whole;
}

cJSON *selftest_json(const struct selftest *selftest, const struct selftest_verdict *verdict)
{
	cJSON *json = cJSON_CreateObject();
	bool is_whole = json_add_text(json, "result", verdict->is_passed ? "passed" : "failed") &&
			json_add_number(json, "events", (double)selftest->events) &&
			json_add_number(json, "lost", (double)selftest->lost) &&
			json_add_grid(json, "layers", selftest_grid(verdict)) &&
			add_secrets(json, selftest) && add_searched(json, selftest) &&
			add_controls(json, selftest) && add_programs(json, selftest);

	return json_whole(json, is_whole);
}
