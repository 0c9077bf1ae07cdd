/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/explanation.h"

#include <errno.h>
#include <inttypes.h>

#include "privacy/categories.h"
#include "privacy/consent.h"
#include "report/event_types.h"
#include "report/grid.h"
#include "report/text.h"

static const char *const never[] = {
	"arguments, but for words the administrator declares for a program without markers; typed "
	"text, file contents, messages of errors, environment values",
	"paths, user names, host names, addresses, hardware ids, process ids, ids the program "
	"gives",
	"anything of a program without markers beside that it ran, how it ended, where in its code "
	"it crashed, and those words",
	"anything where DO_NOT_TRACK or TELPROBE_ENABLED=0 is set when you type the command",
	"anything a process does after it asked for silence, and what it executes",
	"anything of programs outside the command you ran or the targets that are on for you",
};

static const char *const kept[] = {
	"Names are constants of the program's own file and are read there, not in its memory. What "
	"is no such constant is kept as [UNDECLARED], unread. Where a target declares names, for "
	"scripts, what is no constant is looked up among them in the kernel, and only the number "
	"of "
	"one that is found leaves it.",
	"Where a target wants the runs of programs without markers told, the first argument and "
	"the options of a run are looked up in the kernel likewise, among those it declares, and "
	"the kind of shell that started it is told.",
	"Names look like identifiers; any other text is kept as [REDACTED]. What looks like an "
	"address, a number of a person, a key or a password is kept as its kind, such as [EMAIL]; "
	"'telprobe redact' tries it.",
	"A measure is kept as the bucket it falls into, 16 buckets for each doubling.",
	"Of a crash the kernel tells where in its code the program was, as build ids of files and "
	"offsets in them: of the instruction, and of what the stack says called it. No memory, no "
	"arguments; what is no address within a file is not told.",
	"At level basic the kernel adds up what you do, and what leaves it is sums: for each "
	"program, "
	"command, subcommand, profile, way it ended and error category how many there were, how "
	"long "
	"they took together, and how many fell into which bucket. Of when, the day is kept "
	"(UTC); of sessions, processes and order nothing.",
	"Events stand in the file you name with --db, or in one of your own that the service keeps "
	"('telprobe retention': how long); of other people only root can read it. They leave it by "
	"export alone. Telprobe opens no network connection.",
	"That something was deleted is kept, too: whose it was, when, by whom, how many events and "
	"bytes, and nothing of what they were ('telprobe delete --list').",
	"A session is what you do in one program until 30 minutes of quiet or midnight UTC; its id "
	"is random. The file itself belongs to you: who holds it knows that its events are yours.",
};

static const char *const collects[] = {
	[TP_LEVEL_OFF] = "nothing",
	[TP_LEVEL_BASIC] =
		"no single events: how many commands there were a day, how they ended and "
		"how long they took, added up",
	[TP_LEVEL_ENHANCED] =
		"commands, errors, features, decisions, counters, tags, sessions, that "
		"processes run, how they ended and where in a program's code a crash happened",
	[TP_LEVEL_FULL] =
		"the same, with the spans inside commands, measures, and the processor time, "
		"memory and i/o of processes",
};

static const char never_heading[] = "Never collected, whatever the level";

enum {
	NEVER_COUNT = sizeof(never) / sizeof(never[0]),
	KEPT_COUNT = sizeof(kept) / sizeof(kept[0]),
	LEVEL_COUNT = sizeof(collects) / sizeof(collects[0]),
};
enum { LEVEL, COLLECTS, LEVEL_COLUMNS };

static const struct grid_column level_columns[] = {
	[LEVEL] = { "level", "level", GRID_TEXT },
	[COLLECTS] = { "collects", "collects", GRID_TEXT },
};

static struct grid *level_grid(void)
{
	struct grid *grid = grid_new(level_columns, LEVEL_COLUMNS);
	size_t i;

	for (i = 0; grid && i < LEVEL_COUNT; i++) {
		grid_row(grid);
		grid_text(grid, LEVEL, consent_level_name((enum tp_level)i));
		grid_text(grid, COLLECTS, collects[i]);
	}
	return grid;
}

static int print_grid(FILE *out, struct grid *grid)
{
	int ret = grid ? grid_print(grid, out) : -ENOMEM;

	grid_free(grid);
	return ret;
}

static void print_heading(FILE *out, const char *heading)
{
	fprintf(out, "%s%s%s\n", text_style(out, TEXT_HEADING), heading,
		text_style(out, TEXT_PLAIN));
}

void explanation_print_never(FILE *out)
{
	size_t i;

	print_heading(out, never_heading);
	for (i = 0; i < NEVER_COUNT; i++)
		fprintf(out, "- %s\n", never[i]);
	putc('\n', out);
}

int explanation_print_levels(FILE *out)
{
	return print_grid(out, level_grid());
}

const char *explanation_never_at(size_t index)
{
	return index < NEVER_COUNT ? never[index] : NULL;
}

const char *explanation_kept_at(size_t index)
{
	return index < KEPT_COUNT ? kept[index] : NULL;
}

const char *explanation_level_says(int level)
{
	return level >= 0 && level < LEVEL_COUNT ? collects[level] : NULL;
}

void explanation_print_categories(FILE *out)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = category_name(i)); i++)
		text_wrap(out, category_what(i), fprintf(out, "%-13s", name), 13);
}

const char *explanation_category(const struct event_type *type)
{
	const enum tp_category category = event_type_category(type);
	unsigned int i = 0;

	while (category != (enum tp_category)(1u << i))
		i++;
	return category_name(i);
}

const char *explanation_where(enum purpose_part part)
{
	static const char *const where[PURPOSE_PARTS] = {
		[PURPOSE_EVENT] = "your own database: the service's, or the file of --db",
		[PURPOSE_PAYLOAD] = "your own database: the service's, or the file of --db",
		[PURPOSE_TOTALS] = "added up in the kernel, then your own database",
		[PURPOSE_SHOWN] = "nowhere: made when it is shown",
		[PURPOSE_DECISION] = "the service's list of your decisions; 'telprobe consent'",
	};

	return where[part];
}

const char *explanation_for_whom(void)
{
	return "yourself ('telprobe metrics', 'show', 'last'), and whoever you hand an export to, "
	       "such as who makes the program; root can read it";
}

static void say_days(const struct explanation_keeping *keeping, char *out, size_t bytes)
{
	bool is_own = keeping->own_days && keeping->days == keeping->own_days;
	const char *why = !keeping->is_in_force ? "the default"
			  : is_own		? "as you chose"
						: "the machine's limit";

	if (keeping->days)
		snprintf(out, bytes, "%" PRId64 " day%s, %s", keeping->days, text_s(keeping->days),
			 why);
	else
		snprintf(out, bytes, "for ever, %s", why);
}

void explanation_kept(enum purpose_part part, const struct explanation_keeping *keeping,
		      char out[160])
{
	char days[64];

	say_days(keeping, days, sizeof(days));
	if (part == PURPOSE_SHOWN)
		snprintf(out, 160, "not kept");
	else if (part == PURPOSE_DECISION)
		snprintf(out, 160, "as long as the service's files, also after 'telprobe delete'");
	else
		snprintf(out, 160, "%s; in a file of --db until 'telprobe delete'", days);
}

void explanation_print_list(FILE *out, const char *heading, const char *(*at)(size_t index))
{
	const char *line;
	size_t i;

	print_heading(out, heading);
	for (i = 0; (line = at(i)); i++)
		text_wrap(out, line, fprintf(out, "- "), 2);
}

static void print_levels(FILE *out)
{
	int i;

	print_heading(out, "Levels");
	for (i = TP_LEVEL_OFF; i < LEVEL_COUNT; i++)
		text_wrap(out, collects[i],
			  fprintf(out, "%-10s", consent_level_name((enum tp_level)i)), 10);
}

/* The lowest level of the events of @kind. */
static int level_of_kind(const struct purpose_kind *kind)
{
	int lowest = TP_LEVEL_FULL, level;
	struct event_type type;
	size_t i;

	for (i = 0; (type = event_types_at(i)).name; i++) {
		if (purpose_kind_of(type.name) != kind)
			continue;
		level = event_field_level(NULL, &type);
		if (level < lowest)
			lowest = level;
	}
	return lowest;
}

static void print_kinds(FILE *out)
{
	const struct purpose_kind *kind;
	size_t i;
	int at;

	print_heading(out, "What it tells");
	at = fprintf(out, "%-14s%-10s", "totals", consent_level_name(TP_LEVEL_BASIC));
	text_wrap(out, "of each command, by day: how often, how long, how it ended; no event", at,
		  24);
	for (i = 0; (kind = purpose_kinds_at(i)); i++) {
		at = fprintf(out, "%-14s%-10s", kind->name,
			     consent_level_name(level_of_kind(kind)));
		text_wrap(out, kind->what, at, 24);
	}
}

static void print_keeping(FILE *out, const struct explanation_keeping *keeping)
{
	char text[160], size[24];

	print_heading(out, "Kept");
	explanation_kept(PURPOSE_PAYLOAD, keeping, text);
	text_wrap(out, text, fprintf(out, "%-10s", "how long"), 10);
	if (keeping->max_bytes) {
		text_bytes((double)keeping->max_bytes, size);
		fprintf(out, "%-10sbeyond %s the oldest go first\n", "", size);
	}
	text_wrap(out, explanation_where(PURPOSE_PAYLOAD), fprintf(out, "%-10s", "where"), 10);
	text_wrap(out, explanation_for_whom(), fprintf(out, "%-10s", "for whom"), 10);
}

int explanation_print(FILE *out, const struct explanation_keeping *keeping)
{
	explanation_print_list(out, never_heading, explanation_never_at);
	putc('\n', out);
	print_levels(out);
	putc('\n', out);
	print_heading(out, "Categories: each can be left out (telprobe enable --without)");
	explanation_print_categories(out);
	putc('\n', out);
	print_kinds(out);
	putc('\n', out);
	print_keeping(out, keeping);
	putc('\n', out);
	text_wrap(out,
		  "'telprobe explain KIND' tells all of a kind, an event such as crash_detected, a "
		  "field or a level: each field with an example and what it is good for. "
		  "'telprobe explain kept' says how, 'event' what every event has, 'database' all "
		  "columns that are stored.",
		  0, 0);
	return 0;
}
