/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "report/describe.h"
#include "report/event_json.h"
#include "report/json.h"
#include "report/recent.h"
#include "report/text.h"

struct node { /* an event of the process */
	int64_t start_us;
	int64_t value;
	uint32_t span, parent;
	uint8_t type, kind, outcome;
	char *text;
	cJSON *json; /* only when JSON is wanted */
};

struct tree {
	struct store *store;
	struct node *nodes; /* by start */
	size_t count;
	size_t capacity;
	uint32_t root; /* its span; 0: the whole process */
	bool is_json;
	struct error *error;
};

struct newest { /* what the search for the last command found */
	int64_t rows;
	bool is_command;
	int64_t context;
	uint32_t owner;
	uint32_t span;
};

static int take_newest(const struct store_row *row, void *data)
{
	struct newest *newest = data;
	bool is_command = row->type == TP_SPAN && row->kind == TP_KIND_COMMAND;

	newest->rows++;
	if (newest->is_command && !is_command)
		return 0;
	newest->is_command = is_command;
	newest->context = row->context;
	newest->owner = row->owner;
	newest->span = is_command ? row->span : 0;
	return 0;
}

/* Mostly it is among the newest events; the more are read the rarer that is. */
static int find_newest(struct store *store, struct newest *newest, struct error *error)
{
	struct store_filter filter = { .limit = 1 };
	int ret;

	do {
		filter.limit *= 64;
		memset(newest, 0, sizeof(*newest));
		ret = store_each(store, &filter, take_newest, newest, error);
	} while (!ret && !newest->is_command && newest->rows == filter.limit);
	if (!ret && !newest->rows)
		return error_set(error, -ENODATA, "there are no events yet");
	return ret;
}

static cJSON *node_json(struct store *store, const struct store_row *row)
{
	char time[CLOCK_TEXT];
	cJSON *json = cJSON_CreateObject(), *payload = event_payload(store, row);

	clock_format(row->time_us, time);
	if (cJSON_AddStringToObject(json, "event_type", event_type_of(row)) &&
	    cJSON_AddStringToObject(json, "timestamp", time) && payload &&
	    cJSON_AddItemToObject(json, "payload", payload))
		return json;
	cJSON_Delete(payload);
	cJSON_Delete(json);
	return NULL;
}

static int take_node(const struct store_row *row, void *data)
{
	size_t capacity;
	struct tree *tree = data;
	char text[DESCRIBE_BYTES];
	struct node *node;

	if (tree->count == tree->capacity) {
		capacity = tree->capacity ? tree->capacity * 2 : 64;
		node = reallocarray(tree->nodes, capacity, sizeof(*node));
		if (!node)
			return error_set(tree->error, -ENOMEM, "out of memory");
		tree->nodes = node;
		tree->capacity = capacity;
	}
	describe_event(row, text);
	node = &tree->nodes[tree->count++];
	*node = (struct node){ .start_us = row->time_us,
			       .value = row->value,
			       .span = row->type == TP_SPAN ? row->span : 0,
			       .parent = row->parent,
			       .type = row->type,
			       .kind = row->kind,
			       .outcome = row->outcome,
			       .text = strdup(text) };
	if (row->type == TP_SPAN)
		node->start_us -= row->value / 1000;
	if (tree->is_json)
		node->json = node_json(tree->store, row);
	if (!node->text || (tree->is_json && !node->json))
		return error_set(tree->error, -ENOMEM, "out of memory");
	return 0;
}

static int compare_nodes(const void *a, const void *b)
{
	const struct node *left = a, *right = b;

	if (left->start_us != right->start_us)
		return left->start_us < right->start_us ? -1 : 1;
	return (left->span > right->span) - (left->span < right->span);
}

static const struct node *find_span(const struct tree *tree, uint32_t span)
{
	size_t i;

	for (i = 0; i < tree->count; i++)
		if (span && tree->nodes[i].span == span)
			return &tree->nodes[i];
	return NULL;
}

/* A span is numbered after the one around it, so this ends whatever the file holds. */
static uint32_t outermost(const struct tree *tree, uint32_t span)
{
	const struct node *node = find_span(tree, span), *outer;

	while (node && node->parent < node->span) {
		outer = find_span(tree, node->parent);
		if (!outer)
			break;
		node = outer;
	}
	return node ? node->span : 0;
}

static bool is_inside(const struct node *node, uint32_t parent)
{
	return node->parent == parent && (!node->span || node->parent < node->span) &&
	       node->type != TP_EXIT;
}

static const char *label_of(const struct node *node)
{
	static const char *const labels[TP_TYPES] = {
		[TP_TAG] = "tag",
		[TP_COUNT] = "count",
		[TP_MEASURE] = "measure",
		[TP_ERROR] = "error",
		[TP_RECOVERED] = "recovered",
		[TP_FEATURE] = "feature",
		[TP_DECISION] = "decision",
		[TP_LIFECYCLE] = "lifecycle",
		[TP_SESSION_BEGIN] = "session begins",
		[TP_SESSION_END] = "session ends",
		[TP_OPTED_OUT] = "opted out",
		[TP_HEARTBEAT] = "still runs",
		[TP_CRASH] = "crashed",
	};

	if (node->type == TP_SPAN)
		return event_kind_text(node->kind);
	return node->type < TP_TYPES && labels[node->type] ? labels[node->type] : "event";
}

static void print_node(FILE *out, const struct node *node, const char *before)
{
	bool is_bad = node->type == TP_ERROR || node->type == TP_CRASH ||
		      (node->type == TP_SPAN && node->outcome != TP_OUTCOME_OK);
	char took[24];

	if (node->type == TP_SPAN) {
		text_duration((double)node->value, took);
		fprintf(out, "%9s  ", took);
	} else {
		fprintf(out, "%9s  ", "");
	}
	fprintf(out, "%s%s%s ", before, text_style(out, is_bad ? TEXT_BAD : TEXT_FAINT),
		label_of(node));
	fputs(text_style(out, TEXT_PLAIN), out);
	text_print(node->text, out);
	putc('\n', out);
}

static void print_inside(FILE *out, const struct tree *tree, uint32_t parent, const char *before)
{
	const char *bar = "\u2502  ", *last = "\u2514\u2500 ", *middle = "\u251c\u2500 ";
	char line[256], deeper[256];
	size_t i, left = 0;

	for (i = 0; i < tree->count; i++)
		left += is_inside(&tree->nodes[i], parent);
	for (i = 0; i < tree->count; i++) {
		if (!is_inside(&tree->nodes[i], parent))
			continue;
		left--;
		snprintf(line, sizeof(line), "%s%s", before, left ? middle : last);
		print_node(out, &tree->nodes[i], line);
		if (!tree->nodes[i].span || strlen(before) > 200)
			continue;
		snprintf(deeper, sizeof(deeper), "%s%s", before, left ? bar : "   ");
		print_inside(out, tree, tree->nodes[i].span, deeper);
	}
}

static void print_text(FILE *out, const struct tree *tree)
{
	const struct node *root = find_span(tree, tree->root);
	char time[CLOCK_TEXT], took[24];
	size_t i;

	clock_format(root ? root->start_us : tree->nodes[0].start_us, time);
	fprintf(out, "%s\n", time);
	if (root)
		print_node(out, root, "");
	print_inside(out, tree, tree->root, "");
	for (i = 0; i < tree->count; i++) {
		if (tree->nodes[i].type != TP_EXIT)
			continue;
		text_duration((double)tree->nodes[i].value, took);
		fprintf(out, "%9s  process %s\n", took, tree->nodes[i].text);
	}
}

/* Hands the nodes' JSON over to the tree that is returned. */
static cJSON *json_inside(struct tree *tree, uint32_t parent)
{
	cJSON *array = cJSON_CreateArray(), *inside;
	struct node *node;
	size_t i;

	for (i = 0; array && i < tree->count; i++) {
		node = &tree->nodes[i];
		if (!is_inside(node, parent) || !node->json)
			continue;
		if (node->span) {
			inside = json_inside(tree, node->span);
			if (!cJSON_AddItemToObject(node->json, "inside", inside)) {
				cJSON_Delete(inside);
				goto fail;
			}
		}
		if (!cJSON_AddItemToArray(array, node->json))
			goto fail;
		node->json = NULL;
	}
	return array;
fail:
	cJSON_Delete(array);
	return NULL;
}

static int print_json(FILE *out, struct tree *tree)
{
	cJSON *inside = json_inside(tree, tree->root), *json, *exit;
	size_t i;

	json = tree->root ? NULL : cJSON_CreateObject();
	for (i = 0; inside && i < tree->count; i++) {
		if (tree->root && tree->nodes[i].span == tree->root) {
			json = tree->nodes[i].json;
			tree->nodes[i].json = NULL;
		}
	}
	if (!inside || !json || !cJSON_AddItemToObject(json, "inside", inside))
		goto fail;
	for (i = 0; i < tree->count; i++) {
		exit = tree->nodes[i].type == TP_EXIT ? tree->nodes[i].json : NULL;
		if (exit && !cJSON_AddItemToObject(json, "process", exit))
			break;
		if (exit)
			tree->nodes[i].json = NULL;
	}
	return json_print(json, out);
fail:
	cJSON_Delete(inside);
	cJSON_Delete(json);
	return -ENOMEM;
}

static void tree_clear(struct tree *tree)
{
	size_t i;

	for (i = 0; i < tree->count; i++) {
		free(tree->nodes[i].text);
		cJSON_Delete(tree->nodes[i].json);
	}
	free(tree->nodes);
}

int last_print(FILE *out, struct store *store, bool is_json, struct error *error)
{
	struct store_filter filter = { .limit = LAST_EVENTS };
	struct tree tree = { .store = store, .is_json = is_json, .error = error };
	struct newest newest;
	int ret;

	ret = find_newest(store, &newest, error);
	if (ret)
		return ret;
	filter.context = newest.context;
	filter.of_owner = true;
	filter.owner = newest.owner;
	ret = store_each(store, &filter, take_node, &tree, error);
	if (!ret && tree.count) {
		qsort(tree.nodes, tree.count, sizeof(*tree.nodes), compare_nodes);
		tree.root = outermost(&tree, newest.span);
		if (!is_json)
			print_text(out, &tree);
		else if (print_json(out, &tree))
			ret = error_set(error, -ENOMEM, "out of memory");
	}
	tree_clear(&tree);
	return ret;
}
