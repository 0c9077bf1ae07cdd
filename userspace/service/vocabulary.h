/* SPDX-License-Identifier: GPL-2.0-only */
/* vocabulary.h - from a place in a file to the id of its name in the store.
 * Reads a place's text once, has the firewall judge it once, and remembers the verdict and the id.
 * Keeps 65,536 places; beyond that it begins anew. A target whose budget of names is used up gets no
 * new ones into the store: they are [OTHER], while those the file has already stay what they are. */
#ifndef TELPROBE_SERVICE_VOCABULARY_H
#define TELPROBE_SERVICE_VOCABULARY_H

#include "lib/table.h"
#include "service/collector.h"

struct vocabulary {
	struct firewall *firewall;
	struct collector_source source;
	struct store *store;
	struct table places;
};

struct vocabulary_name {
	int64_t id;	  /* of the text or its placeholder; 0 for an absent name */
	bool is_refused;  /* a placeholder stands for it */
	bool is_unknown;  /* since it is neither a constant nor declared */
	bool is_other;	  /* [OTHER] does: its target has too many names */
	bool hides_value; /* it names a sensitive field */
};

void vocabulary_init(struct vocabulary *vocabulary, struct store *store, struct firewall *firewall,
		     const struct collector_source *source);
void vocabulary_clear(struct vocabulary *vocabulary);

/** vocabulary_forget_ids() - as store_generation() wants; verdicts stay. */
void vocabulary_forget_ids(struct vocabulary *vocabulary);

/** vocabulary_forget() - the places of files whose numbers will mean other files. @is_gone: by object */
void vocabulary_forget(struct vocabulary *vocabulary, const bool is_gone[TP_OBJECTS]);

/** vocabulary_find() - the name at a place of a file, or the declared name a place stands for. Return: 0, or as store_name(). */
int vocabulary_find(struct vocabulary *vocabulary, uint16_t object, uint32_t place,
		    enum firewall_field field, struct vocabulary_name *out, struct error *error);

/** vocabulary_program() - the name of a program's file, as the name of an app. */
int vocabulary_program(struct vocabulary *vocabulary, uint16_t object, struct vocabulary_name *out,
		       struct error *error);

/** vocabulary_hidden() - what stands for a value whose field's name hides it. Return: as store_name(). */
int vocabulary_hidden(struct vocabulary *vocabulary, struct vocabulary_name *out,
		      struct error *error);

/** vocabulary_other() - [OTHER]: what stands for what found no room. Return: as store_name(). */
int vocabulary_other(struct vocabulary *vocabulary, int64_t *out_id, struct error *error);

enum { VOCABULARY_VERSION = 64 };  /* bytes of one, or of what stands for it, with the NUL */
enum { VOCABULARY_GROUPS = 1000 }; /* of crashes of a target in a store */

/** vocabulary_group() - what a group of crashes is called: made of positions in code, it is no text the
 * firewall has to judge. Who crashes at so many places crashes at random: the rest is [OTHER]. Counted apart
 * from the target's names. Return: as store_name(). */
int vocabulary_group(struct vocabulary *vocabulary, uint16_t object, const char *group,
		     struct vocabulary_name *out, struct error *error);

/** vocabulary_version() - what the firewall lets of the version of the file @object, told by its note
 * @text: "": none. @out: what may be stored, "" none */
void vocabulary_version(struct vocabulary *vocabulary, uint16_t object, const char *text,
			char out[VOCABULARY_VERSION]);

/** vocabulary_judged() - of what vocabulary_version() returned, now or for an earlier version, or of a word of
 * our own. @text: "": an absent name. Return: as store_name(). */
int vocabulary_judged(struct vocabulary *vocabulary, const char *text, int64_t *out_id,
		      struct error *error);

/** vocabulary_layer(), vocabulary_program_layer() - what the firewall says of the name, without a
 * word to the store: FIREWALL_PASSED for an absent one */
enum firewall_layer vocabulary_layer(struct vocabulary *vocabulary, uint16_t object, uint32_t place,
				     enum firewall_field field);
enum firewall_layer vocabulary_program_layer(struct vocabulary *vocabulary, uint16_t object);

/** vocabulary_judge_by() - another firewall from here on; what the earlier one said is forgotten */
void vocabulary_judge_by(struct vocabulary *vocabulary, struct firewall *firewall);

#endif
