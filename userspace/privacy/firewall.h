/* SPDX-License-Identifier: GPL-2.0-only */
/* firewall.h - which strings may be stored. Default deny; a string is kept or replaced whole.
 * Remembers its verdict for each distinct (field, string), so the layers run once for each.
 * Layers today: provenance and shape (design.md section 6); patterns come behind them. */
#ifndef TELPROBE_PRIVACY_FIREWALL_H
#define TELPROBE_PRIVACY_FIREWALL_H

#include <stddef.h>

#include "lib/error.h"

enum firewall_field {
	FIREWALL_APP,	  /* 1..64 bytes */
	FIREWALL_NAME,	  /* commands, tools, counters, features, tag keys: 1..63 bytes */
	FIREWALL_VALUE,	  /* tag values, profiles, sources, actions: 1..63 bytes */
	FIREWALL_VERSION, /* 1..32 bytes */
	FIREWALL_ERROR,	  /* categories and codes: 1..48 bytes */
	FIREWALL_FIELDS
};

enum firewall_provenance {
	FIREWALL_UNKNOWN,  /* read from memory or typed: must be declared; nothing is yet */
	FIREWALL_CONSTANT, /* a constant of the traced file */
	FIREWALL_PROGRAM,  /* the base name of a program that is a target */
};

enum firewall_layer { FIREWALL_PASSED, FIREWALL_PROVENANCE, FIREWALL_SHAPE, FIREWALL_LAYERS };

struct firewall_verdict {
	const char *
		text; /* what to store: the string or a placeholder; lives as long as the firewall */
	enum firewall_layer layer; /* FIREWALL_PASSED, or the layer that refused */
};

struct firewall;

int firewall_new(struct firewall **out, struct error *error);
void firewall_free(struct firewall *firewall);

/**
 * firewall_check() - judge one string
 * @text: NUL-terminated, any bytes; NULL means "could not be read": provenance refuses it
 * Memory is bounded: beyond 65,536 remembered verdicts new strings are judged each time and a
 * passed one that cannot be remembered is refused as [REFUSED] (counted as shape).
 * Return: the verdict; its text is "[UNDECLARED]" from provenance, "[REDACTED]" from shape. */
struct firewall_verdict firewall_check(struct firewall *firewall, enum firewall_field field,
				       enum firewall_provenance provenance, const char *text);

/** firewall_refused() - strings refused so far by @layer, each time they were asked for. */
unsigned long long firewall_refused(const struct firewall *firewall, enum firewall_layer layer);

#endif
