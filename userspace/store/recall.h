/* SPDX-License-Identifier: GPL-2.0-only */
/* recall.h - what events refer to, read once and remembered while a walk lasts.
 * Owns the texts it hands out: they are good until recall_bound() or recall_clear(). An id that
 * leads nowhere is -EBADMSG: something else has written to the file. */
#ifndef TELPROBE_STORE_RECALL_H
#define TELPROBE_STORE_RECALL_H

#include "lib/table.h"
#include "store/handle.h"

struct known_series {
	const char *app;
	const char *name[5];
	int32_t code;
	uint8_t type, kind, outcome, flags;
};

struct known_session {
	int64_t started_us;
	int64_t events; /* so far: the sequence */
	const char *version;
	char public_id[17];
};

struct recall {
	struct store *store; /* both set by the user before each use */
	struct error *error;
	struct table names;    /* id to char * */
	struct table series;   /* id to struct known_series */
	struct table sessions; /* id to struct known_session */
	struct table contexts; /* id to id of the session */
	size_t kept;	       /* how many of them all, sessions apart, recall_bound() leaves */
};

void recall_init(struct recall *recall, size_t kept);
void recall_clear(struct recall *recall);

/** recall_bound() - forget texts once they are many; sessions keep their count. */
void recall_bound(struct recall *recall);

/** recall_forget() - rows were removed: their ids may mean something else now. A session that is
 * still the same one keeps its count. */
void recall_forget(struct recall *recall);

/* Return: 0, -EBADMSG, -ENOMEM, -EIO. A pointer is good until the next call of its function. */
int recall_series(struct recall *recall, int64_t id, const struct known_series **out);
int recall_context(struct recall *recall, int64_t id, int64_t *out_session);
int recall_session(struct recall *recall, int64_t id, struct known_session **out);

#endif
