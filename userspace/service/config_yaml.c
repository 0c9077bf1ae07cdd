/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config_yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct walk {
	yaml_parser_t parser;
	const char *bytes;
	const char *path;
	struct config_entry entry;
	unsigned int items; /* of its list, so far */
	unsigned int documents;
	int (*each)(const struct config_entry *entry, void *data);
	void *data;
	struct error *error;
};

static unsigned int line_of(const yaml_event_t *event)
{
	return (unsigned int)event->start_mark.line + 1;
}

static int refuse(struct walk *walk, unsigned int line, const char *what, const char *hint)
{
	error_set(walk->error, -EINVAL, "%s:%u: %s", walk->path, line, what);
	error_hint(walk->error, "%s", hint);
	return -EINVAL;
}

/* What libyaml says of a byte it cannot read has an offset and no line. */
static int tell_problem(struct walk *walk)
{
	const yaml_parser_t *parser = &walk->parser;
	unsigned int line = (unsigned int)parser->problem_mark.line + 1;
	size_t i;

	if (parser->error == YAML_MEMORY_ERROR)
		return error_set(walk->error, -ENOMEM, "cannot read '%s': %s", walk->path,
				 error_text(-ENOMEM));
	if (parser->error == YAML_READER_ERROR)
		for (line = 1, i = 0; i < parser->problem_offset && walk->bytes[i]; i++)
			line += walk->bytes[i] == '\n';
	error_set(walk->error, -EINVAL, "%s:%u: this is not YAML: %s", walk->path, line,
		  parser->problem ? parser->problem : "it cannot be read");
	error_hint(walk->error, "expected lines like 'key: value', without tabs before them");
	return -EINVAL;
}

static int next(struct walk *walk, yaml_event_t *out)
{
	if (!yaml_parser_parse(&walk->parser, out))
		return tell_problem(walk);
	return 0;
}

/* Hand each to @take until that returns 1, at the end of what it takes, or a failure.
 * Return: 0, or the failure. */
static int each_event(struct walk *walk, int (*take)(struct walk *walk, const yaml_event_t *event))
{
	yaml_event_t event;
	int ret;

	do {
		ret = next(walk, &event);
		if (ret)
			return ret;
		ret = take(walk, &event);
		yaml_event_delete(&event);
	} while (!ret);
	return ret < 0 ? ret : 0;
}

static void clear_entry(struct config_entry *entry)
{
	size_t i;

	free(entry->key);
	for (i = 0; i < entry->count; i++) {
		free(entry->values[i].text);
		free(entry->values[i].field);
	}
	memset(entry, 0, sizeof(*entry));
}

static int take_text(struct walk *walk, const yaml_event_t *event, char **out)
{
	if (event->data.scalar.anchor || event->data.scalar.tag)
		return refuse(walk, line_of(event), "there is an anchor or a tag",
			      "write the value itself");
	*out = strdup((const char *)event->data.scalar.value); /* libyaml refuses NULs */
	return *out ? 0
		    : error_set(walk->error, -ENOMEM, "cannot read '%s': %s", walk->path,
				error_text(-ENOMEM));
}

static int take_value(struct walk *walk, const yaml_event_t *event)
{
	struct config_entry *entry = &walk->entry;
	struct config_value *value;
	int ret;

	if (entry->count == CONFIG_VALUES)
		return refuse(walk, line_of(event), "the list is too long",
			      "at most 1024 values are read; a second file may have more");
	value = &entry->values[entry->count];
	ret = take_text(walk, event, &value->text);
	if (ret)
		return ret;
	value->line = line_of(event);
	value->item = walk->items;
	value->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	entry->count++;
	return 0;
}

static int refuse_depth(struct walk *walk, const yaml_event_t *event)
{
	const char *what = event->type == YAML_MAPPING_START_EVENT ? "there is a mapping inside"
			   : event->type == YAML_ALIAS_EVENT	   ? "there is an alias"
								   : "there is a list inside";

	return refuse(walk, line_of(event), what, "expected 'key: value' or 'key: [value, value]'");
}

/* What stands behind a field of a mapping in a list. */
static int take_field_value(struct walk *walk, const yaml_event_t *field)
{
	struct config_entry *entry = &walk->entry;
	char *name = NULL;
	yaml_event_t event;
	int ret;

	ret = take_text(walk, field, &name);
	if (ret)
		return ret;
	ret = next(walk, &event);
	if (!ret) {
		ret = event.type == YAML_SCALAR_EVENT ? take_value(walk, &event)
						      : refuse_depth(walk, &event);
		yaml_event_delete(&event);
	}
	if (ret)
		free(name);
	else
		entry->values[entry->count - 1].field = name;
	return ret;
}

/* Return: 1 at its end, 0 for a field, negative. */
static int field_event(struct walk *walk, const yaml_event_t *event)
{
	if (event->type == YAML_MAPPING_END_EVENT)
		return 1;
	if (event->type == YAML_SCALAR_EVENT)
		return take_field_value(walk, event);
	return refuse_depth(walk, event);
}

static int take_fields(struct walk *walk, unsigned int line)
{
	const size_t before = walk->entry.count;
	int ret = each_event(walk, field_event);

	if (!ret && walk->entry.count == before)
		return refuse(walk, line, "there is nothing inside", "expected 'key: value'");
	return ret;
}

/* Return: 1 at its end, 0 for a value, negative. */
static int list_event(struct walk *walk, const yaml_event_t *event)
{
	if (event->type == YAML_SEQUENCE_END_EVENT)
		return 1;
	walk->items++;
	if (event->type == YAML_SCALAR_EVENT)
		return take_value(walk, event);
	if (event->type == YAML_MAPPING_START_EVENT && !event->data.mapping_start.anchor &&
	    !event->data.mapping_start.tag)
		return take_fields(walk, line_of(event));
	return refuse_depth(walk, event);
}

static int take_list(struct walk *walk)
{
	walk->entry.is_list = true;
	return each_event(walk, list_event);
}

/* What follows the key. */
static int take_values(struct walk *walk)
{
	yaml_event_t event;
	int ret;

	ret = next(walk, &event);
	if (ret)
		return ret;
	if (event.type == YAML_SCALAR_EVENT)
		ret = take_value(walk, &event);
	else if (event.type == YAML_SEQUENCE_START_EVENT && !event.data.sequence_start.anchor &&
		 !event.data.sequence_start.tag)
		ret = take_list(walk);
	else
		ret = refuse_depth(walk, &event);
	yaml_event_delete(&event);
	return ret;
}

/* Return: 1 at the end of the keys, 0 after one, negative. */
static int key_event(struct walk *walk, const yaml_event_t *event)
{
	int ret;

	if (event->type == YAML_MAPPING_END_EVENT)
		return 1;
	if (event->type != YAML_SCALAR_EVENT)
		return refuse_depth(walk, event);
	ret = take_text(walk, event, &walk->entry.key);
	if (ret)
		return ret;
	walk->entry.line = line_of(event);
	walk->items = 0;
	ret = take_values(walk);
	if (!ret)
		ret = walk->each(&walk->entry, walk->data);
	clear_entry(&walk->entry);
	return ret;
}

/* Return: 1 at the end of the file, 0 to go on, negative. */
static int outer_event(struct walk *walk, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_STREAM_END_EVENT:
		return 1;
	case YAML_DOCUMENT_START_EVENT:
		if (walk->documents++)
			return refuse(walk, line_of(event), "a second document begins",
				      "remove the '---'");
		return 0;
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	case YAML_MAPPING_START_EVENT:
		if (!event->data.mapping_start.anchor && !event->data.mapping_start.tag)
			return each_event(walk, key_event);
		return refuse(walk, line_of(event), "there is an anchor or a tag", "remove it");
	default:
		return refuse(walk, line_of(event), "there is no key", "expected 'key: value'");
	}
}

int config_yaml_each(const char *bytes, size_t size, const char *path,
		     int (*each)(const struct config_entry *entry, void *data), void *data,
		     struct error *error)
{
	struct walk walk = {
		.bytes = bytes, .path = path, .each = each, .data = data, .error = error
	};
	int ret;

	if (!yaml_parser_initialize(&walk.parser))
		return error_set(error, -ENOMEM, "cannot read '%s': %s", path, error_text(-ENOMEM));
	yaml_parser_set_encoding(&walk.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&walk.parser, (const unsigned char *)bytes, size);
	ret = each_event(&walk, outer_event);
	clear_entry(&walk.entry);
	yaml_parser_delete(&walk.parser);
	return ret;
}
