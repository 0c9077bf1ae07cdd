/* SPDX-License-Identifier: GPL-2.0-only */
/* firewall.h - which strings may be stored. Default deny; a string is kept or replaced whole.
 * Remembers its verdict for each distinct (field, string), so the layers run once for each.
 * The layers are those of design.md section 6: provenance, shape, patterns, block; a string that both
 * shape and a pattern refuse is told as the pattern's, which knows what it is. */
#ifndef TELPROBE_PRIVACY_FIREWALL_H
#define TELPROBE_PRIVACY_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"
#include "privacy/firewall_options.h"

enum firewall_field {
	FIREWALL_APP,	  /* 1..64 bytes */
	FIREWALL_NAME,	  /* commands, tools, counters, features, tag keys: 1..63 bytes */
	FIREWALL_VALUE,	  /* tag values, profiles, sources, actions: 1..63 bytes */
	FIREWALL_VERSION, /* 1..32 bytes */
	FIREWALL_ERROR,	  /* categories and codes: 1..48 bytes */
	FIREWALL_FIELDS
};

enum firewall_provenance {
	FIREWALL_UNKNOWN,  /* made at run time and not declared; its text is not known here */
	FIREWALL_CONSTANT, /* a constant of the traced file */
	FIREWALL_PROGRAM,  /* the base name of a program that is a target */
	FIREWALL_DECLARED, /* one of the names its target declares */
	FIREWALL_PROVENANCES
};

enum firewall_layer {
	FIREWALL_PASSED,
	FIREWALL_PROVENANCE,
	FIREWALL_SHAPE,
	FIREWALL_PATTERN, /* expressions, words, names of this machine */
	FIREWALL_BLOCK,	  /* sensitive, and such events are dropped: block_sensitive */
	FIREWALL_IGNORE,  /* harmless, but the administrator wants no such events */
	FIREWALL_LAYERS
};

struct firewall_verdict {
	const char *text;	   /* what to store: the string or a placeholder */
	enum firewall_layer layer; /* FIREWALL_PASSED, or the layer that refused */
	const char *rule;	   /* which rule of it, NULL where it passed; lives as text does */
	bool is_kept;	  /* text lives as long as the firewall; else until its next check */
	bool hides_value; /* it names a sensitive field: a value under this name is refused */
};

struct firewall;

/** firewall_new() - @options: copied; NULL: the defaults, without names of this machine
 * Return: 0; -EINVAL for a bad expression in them; -ENOMEM. */
int firewall_new(const struct firewall_options *options, struct firewall **out,
		 struct error *error);
void firewall_free(struct firewall *firewall);

/** firewall_speed_up() - as patterns_speed_up(): strings that are new are judged some times faster.
 * Not in the collector, which may not make memory executable, and sees each string once. */
void firewall_speed_up(struct firewall *firewall);

/**
 * firewall_check() - judge one string
 * @text: NUL-terminated, any bytes; NULL means "could not be read": provenance refuses it
 * Memory is bounded: beyond 65,536 remembered verdicts, or without memory, new strings are judged each
 * time, and a text that passes is not kept.
 * Return: the verdict; its text is "[UNDECLARED]" from provenance, "[REDACTED]" from shape, else the
 * placeholder of the rule. */
struct firewall_verdict firewall_check(struct firewall *firewall, enum firewall_field field,
				       enum firewall_provenance provenance, const char *text);

/** firewall_has_shape() - the shape and the length a string of @field must have */
bool firewall_has_shape(enum firewall_field field, const char *text);
/** firewall_length_max() - bytes a string of @field may have */
size_t firewall_length_max(enum firewall_field field);
/** firewall_explain() - judge @length bytes, which may hold NULs, by shape and what follows it, as
 * firewall_check() would judge a constant, without remembering
 * Return: the verdict; where it passed its text is NULL. Of a text longer than DISGUISE_MAX only the
 * beginning is searched: its shape is wrong anyway. */
struct firewall_verdict firewall_explain(struct firewall *firewall, enum firewall_field field,
					 const char *text, size_t length);

/** firewall_refused() - strings refused so far by @layer, each time they were asked for. */
unsigned long long firewall_refused(const struct firewall *firewall, enum firewall_layer layer);

/** firewall_drops() - whether any verdict could be one that drops an event (BLOCK, IGNORE) */
bool firewall_drops(const struct firewall *firewall);

/** firewall_layer_name() - "shape", for people and JSON; "passed" for FIREWALL_PASSED */
const char *firewall_layer_name(enum firewall_layer layer);

#endif
