/* SPDX-License-Identifier: GPL-2.0-only */
/* follower.h - what comes to a database, looked at again and again: each event once.
 * Owns a cursor (store.h) for each person and the lines of a look, which are told by time; what
 * comes late is told when it comes. The database is opened anew for each look, so that a service
 * may end and start and a file may be replaced in between. */
#ifndef TELPROBE_CLI_FOLLOWER_H
#define TELPROBE_CLI_FOLLOWER_H

#include <stdbool.h>
#include <stdio.h>

#include "report/choice.h"
#include "store/store.h"

struct follower_choice {
	int64_t limit;	      /* of the first look: the newest so many; 0: all */
	struct choice events; /* its since_us is of the first look, until_us is not looked at */
	bool has_people;      /* tell whose each is */
	bool is_json;
};

struct follower;

struct follower *follower_new(const struct follower_choice *choice); /* NULL: no memory */
void follower_free(struct follower *follower);

/**
 * follower_look() - print to @out what came since
 * @notes: where it is said that events were deleted or came too fast
 * Return: 0; -EPIPE: nobody reads @out any more; negative: the database cannot be read just now. */
int follower_look(struct follower *follower, struct store *store, FILE *out, FILE *notes,
		  struct error *error);

/** follower_has_told() - whether any event was printed so far */
bool follower_has_told(const struct follower *follower);

/** follower_missing() - there is no file any more: what was followed is gone. */
void follower_missing(struct follower *follower, FILE *notes);

#endif
