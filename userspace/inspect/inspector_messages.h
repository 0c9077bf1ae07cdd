/* SPDX-License-Identifier: GPL-2.0-only */
/* inspector_messages.h - what the inspector and its child say to each other.
 * Fixed-size messages over a SOCK_SEQPACKET pair, one question at a time. A question is answered by
 * one struct inspector_answer; one to ASK_LOOK is followed by its sites, then its aliases, one to
 * ASK_NAMES by the names, in parts that are full but for the last. The child may have been taken over by a file it read: its parent
 * believes no byte of it unchecked. */
#ifndef TELPROBE_INSPECT_INSPECTOR_MESSAGES_H
#define TELPROBE_INSPECT_INSPECTOR_MESSAGES_H

#include "inspect/inspect.h"

enum inspector_ask {
	ASK_READY, /* not asked: the child's first answer, once it is confined */
	ASK_LOOK,  /* with a descriptor, which the child closes */
	ASK_KEEP,  /* with a descriptor, which the child keeps as object */
	ASK_DROP,
	ASK_TEXT,
	ASK_FIND,     /* with text */
	ASK_FUNCTION, /* with text */
	ASK_NAMES,    /* with text */
	ASK_SYMBOL,   /* with offset */
};

enum { SITES_A_PART = 32, ALIASES_A_PART = 1024, NAMES_A_PART = 32 };

struct inspector_question {
	uint32_t number; /* comes back in the answer */
	uint32_t ask;
	uint32_t object;
	uint32_t place;
	uint64_t offset;
	char text[INSPECT_SYMBOL]; /* NUL-terminated */
};

struct inspector_answer {
	uint32_t number;
	int32_t code; /* 0 or a negative errno */
	char what[sizeof(((struct error *)0)->what)];
	char text[INSPECT_NAME];
	struct inspect_function function;
	struct inspect_symbol symbol;
	uint32_t name_count, name_total;
	struct inspection file; /* its pointers mean nothing here */
};

struct inspector_part { /* of what follows an answer; as long as one that is full */
	uint32_t number;
	uint32_t count;
	union {
		struct inspect_site sites[SITES_A_PART];
		struct inspect_alias aliases[ALIASES_A_PART];
		char names[NAMES_A_PART][INSPECT_SYMBOL];
	} items;
};

struct inspector_items { /* of one sort */
	size_t bytes;	 /* each */
	uint32_t a_part; /* so many */
};

#define INSPECTOR_SITES	  ((struct inspector_items){ sizeof(struct inspect_site), SITES_A_PART })
#define INSPECTOR_ALIASES ((struct inspector_items){ sizeof(struct inspect_alias), ALIASES_A_PART })
#define INSPECTOR_NAMES	  ((struct inspector_items){ INSPECT_SYMBOL, NAMES_A_PART })

static inline size_t inspector_part_bytes(struct inspector_items sort)
{
	return offsetof(struct inspector_part, items) + sort.bytes * sort.a_part;
}

#endif
