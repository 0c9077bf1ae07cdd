/* SPDX-License-Identifier: GPL-2.0-only */
/* telprobe.yaml(5) and the sample of telprobe.yaml, from the table of keys. */
#include <string.h>

#include "mdoc.h"
#include "reference.h"
#include "service/config.h"

static const char description[] =
	"What the service of telprobe does on this machine is said in two kinds of files "
	"below\n" CONFIG_DIRECTORY ", both in YAML.\n\n"
	"telprobe.yaml holds what is true for the whole machine. Without it every key has its "
	"default.\n\n"
	"targets.d/NAME.yaml names programs that are watched, for one target called NAME. A "
	"package "
	"may\n"
	"put one there for its own programs. NAME is what people give to telprobe enable.\n\n"
	"Whatever is written here, nobody's use of a program is recorded unless the policy of the "
	"target\n"
	"and the person's own decision allow it.";

static const char rules[] =
	"A file is a mapping of keys to values; a list may be written in both ways YAML has. A key "
	"that\n"
	"is not in this page, or a value of another type, is an error told with file and line: "
	"telprobe.yaml\n"
	"is then refused as a whole, and the service goes on with what it had; a file of targets.d "
	"is left\n"
	"out, and the others are used. Files are regular, of at most 64 KiB, and nobody but root "
	"may "
	"write\n"
	"them or a directory above them. Symbolic links are not followed.\n\n"
	"The service reads them when it starts and on SIGHUP.";

static const char target_examples[] = "# " CONFIG_DIRECTORY "/targets.d/backup.yaml\n"
				      "paths: /usr/local/bin/backup";

static const char list_example[] = "# " CONFIG_DIRECTORY "/targets.d/beta.yaml\n"
				   "paths:\n"
				   "  - /opt/beta/*/bin/beta\n"
				   "  - /opt/beta/lib/libbeta.so.2\n"
				   "policy: opt-out\n"
				   "level: basic";

static const char main_example[] = "# " CONFIG_DIRECTORY "/telprobe.yaml\n"
				   "level_max: enhanced";

/* The help of a key is lower case without a full stop: here it is a paragraph. */
static void print_help(FILE *file, const char *help)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s.", help);
	if (*text >= 'a' && *text <= 'z' && strcspn(text, ":") > strcspn(text, " "))
		*text = (char)(*text - 'a' + 'A');
	mdoc_text(file, text);
}

static void print_keys(FILE *file, bool is_of_target)
{
	const struct config_key *key;
	char text[256];

	fputs(".Bl -tag -width Ds\n", file);
	for (key = config_keys(); key->name; key++) {
		if (key->is_of_target != is_of_target)
			continue;
		fprintf(file, ".It Ic %s\n", key->name);
		snprintf(text, sizeof(text), "Value: %s. %s%s.", key->type,
			 key->default_text ? "Default: " : "It must be given",
			 key->default_text ? key->default_text : "");
		mdoc_text(file, text);
		fputs(".Pp\n", file);
		print_help(file, key->help);
	}
	fputs(".El\n", file);
}

void man_config(FILE *file, const char *date)
{
	mdoc_head(file, date, "telprobe.yaml", 5,
		  "what the service of telprobe watches, and how much");
	fputs(".Sh SYNOPSIS\n.Pa " CONFIG_DIRECTORY "/telprobe.yaml\n.Pp\n"
	      ".Pa " CONFIG_DIRECTORY "/targets.d/NAME.yaml\n.Sh DESCRIPTION\n",
	      file);
	mdoc_text(file, description);
	fputs(".Ss Rules of both\n", file);
	mdoc_text(file, rules);
	fputs(".Ss Keys of telprobe.yaml\n", file);
	print_keys(file, false);
	fputs(".Ss Keys of a target file\n", file);
	print_keys(file, true);
	fputs(".Sh EXAMPLES\nOne program is a target:\n", file);
	mdoc_literal(file, target_examples);
	fputs(".Pp\nA beta version, on until a person says no, counted only:\n", file);
	mdoc_literal(file, list_example);
	fputs(".Pp\nNobody on this machine gets more than level enhanced:\n", file);
	mdoc_literal(file, main_example);
	fputs(".Pp\nWhat is wrong with the files, and what one of the keys does:\n", file);
	mdoc_literal(file, "telprobe config check\ntelprobe config explain policy");
	fputs(".Sh SEE ALSO\n.Xr telprobe-config 1 ,\n.Xr telprobe-enable 1 ,\n"
	      ".Xr telprobe-targets 1 ,\n.Xr telprobe.service 8\n",
	      file);
}

static void print_comment(FILE *file, const char *text)
{
	enum { WIDTH = 96 };
	size_t used = 0, length;

	for (; *text; text += length + strspn(text + length, " ")) {
		length = strcspn(text, " ");
		if (used && used + 1 + length > WIDTH) {
			fputc('\n', file);
			used = 0;
		}
		fprintf(file, "%s%.*s", used ? " " : "# ", (int)length, text);
		used += length + (used ? 1 : 2);
	}
	fputc('\n', file);
}

void sample_config(FILE *file)
{
	const struct config_key *key;
	char text[1280];

	fputs("# telprobe.yaml - a sample of " CONFIG_DIRECTORY
	      "/telprobe.yaml, with each key and its default.\n"
	      "# telprobe.yaml(5) explains the files, `telprobe config check` finds mistakes.\n",
	      file);
	for (key = config_keys(); key->name; key++) {
		if (key->is_of_target)
			continue;
		fputc('\n', file);
		snprintf(text, sizeof(text), "%s (%s).", key->help, key->type);
		print_comment(file, text);
		fprintf(file, "#%s: %s\n", key->name, key->default_text ? key->default_text : "");
	}
}
