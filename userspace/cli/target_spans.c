/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/target_spans.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/target_probes.h"
#include "service/config_spans.h"

#define HINT "'telprobe probes PROGRAM' lists USDT probes, with 'function:PATTERN' functions"

const char *target_spans_asked(const struct cli *cli)
{
	if (cli_option(cli, "usdt"))
		return "usdt";
	return cli_option(cli, "function") ? "function" : NULL;
}

/* What a span is called that begins at query__start, or in _ZN5queryEv: nothing that is stored begins
 * with another character than a letter or digit. */
static void call(struct config_span *span)
{
	static const char *const endings[] = { "__start", "__begin", "__entry", "_start",
					       "_begin" };
	const char *from = span->begin.name + strspn(span->begin.name, "_");
	size_t length = strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789_.");
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (length > ending && !strncmp(from + length - ending, endings[i], ending)) {
			length -= ending;
			break;
		}
	}
	snprintf(span->name, sizeof(span->name), "%.*s", (int)length, length ? from : "");
	if (!span->name[0])
		snprintf(span->name, sizeof(span->name), "span");
}

/* The next of "P:BEGIN,P:END"; *text: behind it, NULL: there is no more. */
static int take_usdt(const char **text, struct config_probe *out)
{
	char one[16 + 2 * INSPECT_NAME];
	size_t length = strcspn(*text, ",");

	if (snprintf(one, sizeof(one), "usdt:%.*s", (int)length, *text) >= (int)sizeof(one))
		return -EINVAL;
	*text = (*text)[length] ? *text + length + 1 : NULL;
	return config_probe_parse(one, out);
}

static int parse_usdt(const char *text, struct config_span *out)
{
	int ret = take_usdt(&text, &out->begin);

	if (!ret)
		ret = text ? take_usdt(&text, &out->end) : -EINVAL;
	if (!ret && text)
		ret = take_usdt(&text, &out->failed);
	return ret ? ret : text ? -EINVAL : 0;
}

int target_spans_parse(const struct cli *cli, struct config_span *out, struct error *error)
{
	const char *usdt = cli_option(cli, "usdt"), *function = cli_option(cli, "function");
	char text[INSPECT_SYMBOL + 16];
	int ret;

	memset(out, 0, sizeof(*out));
	if (usdt) {
		ret = parse_usdt(usdt, out);
	} else {
		snprintf(text, sizeof(text), "function:%s", function);
		ret = config_probe_parse(text, &out->begin);
		out->end.kind = CONFIG_PROBE_RETURN;
		out->bytes = sizeof(int);
		out->may_be_dear = true;
	}
	call(out);
	if (!ret)
		return 0;
	error_set(error, ret, "'%s' does not tell where a span begins and ends",
		  usdt ? usdt : function);
	error_hint(error, usdt ? "write PROVIDER:BEGIN,PROVIDER:END and, if there is one, "
				 ",PROVIDER:FAILED; " HINT
			       : HINT);
	return ret;
}

struct reason {
	char text[768];
};

static void keep_first(void *data, const char *text)
{
	struct reason *reason = data;

	if (!reason->text[0])
		snprintf(reason->text, sizeof(reason->text), "%s", text);
}

static void pass_by(void *data, const char *text)
{
	(void)data;
	(void)text;
}

int target_spans_check(const struct config_span *span, const char *const *paths, size_t count,
		       struct error *error)
{
	struct config_span copy = *span;
	struct config_target target = {
		.paths = (char **)paths, .path_count = count, .spans = &copy, .span_count = 1
	};
	struct reason reason = { "" };
	const struct target_probes_listener listener = { keep_first, pass_by, &reason };
	int ret = target_probes_check(&target, false, &listener, error);

	if (ret || !reason.text[0])
		return ret;
	error_set(error, -ENODATA, "%s", reason.text);
	return error_hint(error, "%s; --force adds it all the same", HINT);
}

static void print_probe(FILE *out, const char *key, const struct config_probe *probe)
{
	if (probe->kind == CONFIG_PROBE_USDT)
		fprintf(out, "    %s: usdt:%s:%s\n", key, probe->provider, probe->name);
	else if (probe->kind == CONFIG_PROBE_FUNCTION)
		fprintf(out, "    %s: 'function:%s'\n", key, probe->name);
	else if (probe->kind == CONFIG_PROBE_RETURN)
		fprintf(out, "    %s: return\n", key);
}

char *target_spans_text(const struct config_span *span)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "spans:\n  - name: %s\n", span->name);
	print_probe(out, "begin", &span->begin);
	print_probe(out, "end", &span->end);
	print_probe(out, "failed", &span->failed);
	if (span->may_be_dear)
		fputs("    dear: true\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
