/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config_edit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/config_yaml.h"

struct found { /* where a key stands; lines from 1, 0: nowhere */
	const char *key;
	unsigned int line, last_line;
	unsigned int next_line; /* of the key behind it; 0: it is the last */
	bool is_list;
};

static int find_entry(const struct config_entry *entry, void *data)
{
	struct found *found = data;

	if (found->line && !found->next_line)
		found->next_line = entry->line;
	if (found->line || strcmp(entry->key, found->key) != 0)
		return 0;
	found->line = entry->line;
	found->last_line = entry->count ? entry->values[entry->count - 1].line : entry->line;
	found->is_list = entry->is_list;
	return 0;
}

/* --- lines ---------------------------------------------------------------------------------- */

static const char *line_at(const char *text, unsigned int line)
{
	const char *end;

	for (; line > 1 && (end = strchr(text, '\n')); line--)
		text = end + 1;
	return line > 1 ? text + strlen(text) : text;
}

static size_t blanks(const char *text)
{
	return strspn(text, " \t");
}

/* The rest of a value of several lines: indented, or the end of a list. */
static bool goes_on(const char *line)
{
	const char *first = line + blanks(line);

	return *first == ']' || (first != line && *first && !strchr("#\r\n", *first));
}

/* The lines of the entry: from *out_begin to before *out_end. */
static void extent(const char *text, const struct found *found, const char **out_begin,
		   const char **out_end)
{
	const char *limit =
		found->next_line ? line_at(text, found->next_line) : text + strlen(text);
	const char *end = line_at(text, found->last_line + 1), *newline;

	while (end < limit && goes_on(end)) {
		newline = strchr(end, '\n');
		end = newline ? newline + 1 : text + strlen(text);
	}
	*out_begin = line_at(text, found->line);
	*out_end = end;
}

/* "key:" at the beginning of @line. Return: what follows, NULL where it is written otherwise. */
static const char *behind_key(const char *line, const char *key)
{
	const char *at = line + strspn(line, " ");
	size_t length = strlen(key);

	if (strncmp(at, key, length) != 0)
		return NULL;
	at += length + blanks(at + length);
	return *at == ':' ? at + 1 : NULL;
}

/* The blanks and the comment at the end of a line with a value at @value, else its line end. */
static const char *comment_of(const char *value)
{
	const char *at = value + blanks(value), *end = at + strcspn(at, "\r\n");
	const char quote = *at;

	if (quote == '"' || quote == '\'')
		for (at++; at < end && (*at != quote || (quote == '\'' && at[1] == quote)); at++)
			at += *at == (quote == '"' ? '\\' : quote) && at + 1 < end;
	for (; at < end; at++)
		if (*at == '#' && strchr(" \t", at[-1]))
			break;
	if (at < end)
		while (at > value && strchr(" \t", at[-1]))
			at--;
	return at;
}

/* --- values --------------------------------------------------------------------------------- */

static bool is_plain(const char *value)
{
	return *value && !strchr("._+-", *value) &&
	       !value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._+-")];
}

static void print_value(FILE *out, const char *value)
{
	if (is_plain(value)) {
		fputs(value, out);
		return;
	}
	putc('\'', out);
	for (; *value; value++)
		fputs(*value == '\'' ? "\'\'" : (const char[]){ *value, '\0' }, out);
	putc('\'', out);
}

static void print_values(FILE *out, const char *const *values, size_t count)
{
	size_t i;

	if (count != 1)
		putc('[', out);
	for (i = 0; i < count; i++) {
		fputs(i ? ", " : "", out);
		print_value(out, values[i]);
	}
	if (count != 1)
		putc(']', out);
}

static int refuse_controls(const char *key, const char *const *values, size_t count,
			   struct error *error)
{
	const unsigned char *at;
	size_t i;

	for (i = 0; i < count; i++)
		for (at = (const unsigned char *)values[i]; *at; at++)
			if (*at < 0x20 || *at == 0x7f) {
				error_set(error, -EINVAL, "'%s' cannot be '%.64s'", key, values[i]);
				error_hint(error, "a value is one line of text");
				return -EINVAL;
			}
	return 0;
}

/* --- what is different now ------------------------------------------------------------------ */

struct summary { /* of a file: every key but one, and that one, as text to compare */
	const char *key;
	FILE *others, *own;
};

static int summarize_entry(const struct config_entry *entry, void *data)
{
	const struct summary *summary = data;
	FILE *out = strcmp(entry->key, summary->key) ? summary->others : summary->own;
	size_t i;

	fprintf(out, "%s\n%d\n", out == summary->own ? "" : entry->key, entry->is_list);
	for (i = 0; i < entry->count; i++)
		fprintf(out, "%s\n", entry->values[i].text);
	return 0;
}

struct texts {
	char *others, *own;
};

static int summarize(const char *text, const char *path, const char *key, struct texts *out,
		     struct error *error)
{
	size_t sizes[2];
	struct summary summary = { .key = key };
	int ret;

	summary.others = open_memstream(&out->others, &sizes[0]);
	summary.own = open_memstream(&out->own, &sizes[1]);
	if (summary.others && summary.own)
		ret = config_yaml_each(text, strlen(text), path, summarize_entry, &summary, error);
	else
		ret = -ENOMEM;
	if (summary.others)
		ret = fclose(summary.others) ? -ENOMEM : ret;
	if (summary.own)
		ret = fclose(summary.own) ? -ENOMEM : ret;
	return ret == -ENOMEM ? error_set(error, ret, "cannot read '%s': %s", path, error_text(ret))
			      : ret;
}

static char *expected_own(const char *const *values, size_t count)
{
	size_t i, size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (count)
		fprintf(out, "\n%d\n", count > 1);
	for (i = 0; i < count; i++)
		fprintf(out, "%s\n", values[i]);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static int refuse_intricate(const char *path, const char *key, struct error *error)
{
	error_set(error, -EINVAL, "'%s' is written in a way that hides where '%s' ends", path, key);
	error_hint(error, "change it by hand, as lines like 'key: value'; then: telprobe config "
			  "check");
	return -EINVAL;
}

/* @count 0: the key must be gone */
static int check_result(const char *before, const char *after, const char *path, const char *key,
			const char *const *values, size_t count, struct error *error)
{
	struct texts was = { 0 }, is = { 0 };
	char *wanted = expected_own(values, count);
	int ret;

	ret = summarize(before, path, key, &was, error);
	if (!ret && summarize(after, path, key, &is, error))
		ret = refuse_intricate(path, key, error);
	if (!ret && !wanted)
		ret = error_set(error, -ENOMEM, "cannot change '%s': %s", path,
				error_text(-ENOMEM));
	if (!ret && (strcmp(was.others, is.others) != 0 || strcmp(is.own, wanted) != 0))
		ret = refuse_intricate(path, key, error);
	free(wanted);
	free(was.others);
	free(was.own);
	free(is.others);
	free(is.own);
	return ret;
}

/* --- the text ------------------------------------------------------------------------------- */

static const char *line_end_of(const char *text)
{
	const char *end = strchr(text, '\n');

	return end && end > text && end[-1] == '\r' ? "\r\n" : "\n";
}

static void append(FILE *out, const char *text, const char *key, const char *const *values,
		   size_t count)
{
	size_t size = strlen(text);

	fputs(text, out);
	if (size && text[size - 1] != '\n')
		fputs(line_end_of(text), out);
	fprintf(out, "%s: ", key);
	print_values(out, values, count);
	fputs(line_end_of(text), out);
}

static void replace(FILE *out, const char *text, const struct found *found,
		    const char *const *values, size_t count)
{
	const char *begin, *end, *value;

	extent(text, found, &begin, &end);
	value = behind_key(begin, found->key);
	fwrite(text, 1, (size_t)(begin - text), out);
	if (value)
		fwrite(begin, 1, (size_t)(value - begin), out);
	putc(' ', out);
	print_values(out, values, count);
	if (value && found->line == found->last_line && !found->is_list &&
	    end == line_at(text, found->line + 1))
		fputs(comment_of(value), out); /* and all that follows */
	else
		fprintf(out, "%s%s", line_end_of(text), end);
}

static void leave_out(FILE *out, const char *text, const struct found *found)
{
	const char *begin, *end;

	extent(text, found, &begin, &end);
	if (begin == text && !*end) /* a file without a byte is taken for one cut short */
		fputs("# nothing is said here: 'telprobe config explain' lists what can be\n", out);
	fwrite(text, 1, (size_t)(begin - text), out);
	fputs(end, out);
}

static int edit(const char *text, size_t size, const char *path, const char *key,
		const char *const *values, size_t count, char **out, struct error *error)
{
	struct found found = { .key = key };
	char *edited = NULL;
	size_t bytes;
	FILE *to;
	int ret;

	ret = config_yaml_each(text, size, path, find_entry, &found, error);
	if (ret)
		return ret;
	if (!count && !found.line) {
		error_set(error, -ENOENT, "'%s' says nothing of '%s'", path, key);
		return error_hint(error, "its default holds: 'telprobe config explain %s'", key);
	}
	to = open_memstream(&edited, &bytes);
	if (to && !found.line)
		append(to, text, key, values, count);
	else if (to && count)
		replace(to, text, &found, values, count);
	else if (to)
		leave_out(to, text, &found);
	if (!to || fclose(to)) {
		free(edited);
		return error_set(error, -ENOMEM, "cannot change '%s': %s", path,
				 error_text(-ENOMEM));
	}
	ret = check_result(text, edited, path, key, values, count, error);
	if (ret)
		free(edited);
	else
		*out = edited;
	return ret;
}

int config_edit_set(const char *text, size_t size, const char *path, const char *key,
		    const char *const *values, size_t count, char **out, struct error *error)
{
	int ret = refuse_controls(key, values, count, error);

	return ret ? ret : edit(text, size, path, key, values, count, out, error);
}

int config_edit_unset(const char *text, size_t size, const char *path, const char *key, char **out,
		      struct error *error)
{
	return edit(text, size, path, key, NULL, 0, out, error);
}
