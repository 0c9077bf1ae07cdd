/* SPDX-License-Identifier: GPL-2.0-only */
/* inspector.h - the process that parses binaries, so that no privileged one does.
 * Owns a child that was forked before anything was opened: other uid (nobody when started by
 * root), no capability, no_new_privs, a seccomp filter that allows reading descriptors it is
 * handed and answering, nothing else. A file that kills it is reported as damaged; the next
 * question starts a new child, which is handed the kept descriptors again.
 * A file that took its reader over can make it lie about the files it reads later. So in the service
 * a reader serves files of one owner alone: there is one for each owner, INSPECTOR_READERS at a time,
 * the least recently used of which makes room for another; files that others than their owner may
 * write have a reader of their own. They are started by a nursery (inspector_nursery.h), under an
 * account of their own. In `telprobe run`, where all is done for one person, one child reads all.
 * Descriptors that are kept share the caller's open file: a lease (F_SETLEASE) on it ends only by
 * F_UNLCK or after inspector_drop(), not by the caller's close(). */
#ifndef TELPROBE_INSPECT_INSPECTOR_H
#define TELPROBE_INSPECT_INSPECTOR_H

#include "inspect/inspect.h"
#include "lib/passing.h"

struct inspector;

enum { INSPECTOR_READERS = 4 };

/** inspector_new() - start the child
 * Return: 0, -ENOMEM, -EAGAIN; or what confining it failed with: it never reads unconfined. */
int inspector_new(struct inspector **out, struct error *error);
/** inspector_new_at() - readers are started when they are needed, by the nursery at the other end of
 * @nursery, a socket that stays the caller's. Return: 0, -ENOMEM. */
int inspector_new_at(int nursery, struct inspector **out, struct error *error);
void inspector_free(struct inspector *inspector); /* NULL is fine; ends the child, reaps it */

/** inspector_nursery() - the peer who starts readers, for whoever ends it when it offends
 * Return: NULL where there is none */
struct passing_peer *inspector_nursery(struct inspector *inspector);

/**
 * inspector_look() - inspect_open() in the child
 * @fd: stays the caller's
 * Return: as inspect_open(); -EPIPE when the file made the child die, -ETIMEDOUT after 10 s, and for a
 * minute then -EAGAIN for every file of that owner, unless it is root: who has many that take so long
 * keeps others waiting for one. */
int inspector_look(struct inspector *inspector, int fd, struct inspection **out,
		   struct error *error);

/**
 * inspector_keep() - let the child keep @fd under the caller's number @object
 * @object: 1..TP_OBJECTS - 1; an earlier one of that number is closed. @fd stays the caller's. */
int inspector_keep(struct inspector *inspector, uint16_t object, int fd, struct error *error);
void inspector_drop(struct inspector *inspector, uint16_t object);

/**
 * inspector_text() - inspect_text() of a kept file
 * Return: as there; -ENOENT for no such object; -EPIPE as inspector_look(); -ETIMEDOUT after 2 s, and
 * for a minute then -EAGAIN for all files of that reader: whoever took it over keeps nobody waiting. */
int inspector_text(struct inspector *inspector, uint16_t object, uint32_t place,
		   char out[INSPECT_NAME]);

/**
 * inspector_find() - inspect_find() in a kept file
 * Return: as there; -ENOENT also for a text no constant can be (INSPECT_NAME bytes or more); -EPIPE,
 * -ETIMEDOUT as inspector_look(). */
int inspector_find(struct inspector *inspector, uint16_t object, const char *text);

/**
 * inspector_function() - inspect_function() in a kept file
 * Return: as there; -ENOENT: no such object; -E2BIG: no function is called by so long a name; -EPIPE,
 * -EAGAIN as inspector_look(), -ETIMEDOUT likewise after 3 s. */
int inspector_function(struct inspector *inspector, uint16_t object, const char *name,
		       struct inspect_function *out);

/**
 * inspector_symbol() - inspect_symbol() in a kept file
 * Return: as there and as inspector_function(). */
int inspector_symbol(struct inspector *inspector, uint16_t object, uint64_t file_offset,
		     struct inspect_symbol *out);

/**
 * inspector_names() - inspect_names() in a kept file
 * Return: as inspector_function(). The caller ends *out with inspect_names_clear(). */
int inspector_names(struct inspector *inspector, uint16_t object, const char *pattern,
		    struct inspect_names *out);

#endif
