/* SPDX-License-Identifier: GPL-2.0-only */
/* consents.c - the decisions of all people in memory, as the files have them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "privacy/consent_file.h"
#include "privacy/consents_internal.h"

#define DAMAGED ".damaged"

/* The first whose uid is not below @uid. */
static size_t position_of(const struct consents *consents, uint32_t uid)
{
	size_t low = 0, high = consents->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (consents->people[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct person *consents_find(const struct consents *consents, uint32_t uid)
{
	size_t at = position_of(consents, uid);

	return at < consents->count && consents->people[at].uid == uid ? &consents->people[at]
								       : NULL;
}

/* Return: 0, -ENOMEM, -ENOSPC. */
static int find_or_add(struct consents *consents, uint32_t uid, struct person **out)
{
	size_t at = position_of(consents, uid), room;
	struct person *people;

	*out = consents_find(consents, uid);
	if (*out)
		return 0;
	if (consents->count == CONSENT_PEOPLE)
		return -ENOSPC;
	if (consents->count == consents->room) {
		room = consents->room ? consents->room * 2 : 16;
		people = realloc(consents->people, room * sizeof(*people));
		if (!people)
			return -ENOMEM;
		consents->people = people;
		consents->room = room;
	}
	memmove(&consents->people[at + 1], &consents->people[at],
		(consents->count - at) * sizeof(*consents->people));
	consents->count++;
	consents->people[at] = (struct person){ .uid = uid };
	*out = &consents->people[at];
	return 0;
}

/* A list of its own size in place of the one there was. Return: 0, -ENOMEM. */
static int keep(struct person *person, const struct consent_decision *decisions, size_t count)
{
	struct consent_decision *copy = malloc(count * sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, decisions, count * sizeof(*copy));
	free(person->decisions);
	person->decisions = copy;
	person->count = count;
	person->is_damaged = false;
	return 0;
}

/* A no for everything, which needs no memory. */
static void forget(struct person *person)
{
	free(person->decisions);
	person->decisions = NULL;
	person->count = 0;
	person->is_damaged = true;
	person->has_lost = true;
}

/* "1000" or "1000.damaged". Return: false: the name of neither. */
static bool parse_name(const char *name, uint32_t *out_uid, bool *out_is_damaged)
{
	char again[CONSENT_FILE_NAME];
	unsigned long long number;
	char *end;

	if (name[0] < '0' || name[0] > '9')
		return false;
	errno = 0;
	number = strtoull(name, &end, 10);
	if (errno || number >= UINT32_MAX)
		return false;
	*out_is_damaged = !strcmp(end, DAMAGED);
	snprintf(again, sizeof(again), "%llu%s", number, *out_is_damaged ? DAMAGED : "");
	if (strcmp(again, name) != 0)
		return false;
	*out_uid = (uint32_t)number;
	return true;
}

/* Return: 0 if it is out of the way. */
static int set_aside(const struct consents *consents, uint32_t uid, const char *name,
		     const char *why, struct error *error)
{
	char aside[CONSENT_FILE_NAME];

	snprintf(aside, sizeof(aside), "%" PRIu32 DAMAGED, uid);
	if (renameat(consents->directory, name, consents->directory, aside) ||
	    fsync(consents->directory))
		return error_set(error, -errno, "cannot set '%s/%s' aside, which is damaged: %s",
				 consents->path, name, error_text(errno));
	error_set(error, -EBADMSG, "'%s/%s' is damaged: %s; this counts as a no of uid %" PRIu32,
		  consents->path, name, why, uid);
	error_hint(error, "it was set aside as '%s/%s'; ask that person to decide again",
		   consents->path, aside);
	return 0;
}

/* Return: 0; -EBADMSG: it was damaged and is dealt with. */
static int load_file(struct consents *consents, uint32_t uid, const char *name, struct error *error)
{
	static struct consent_decision decisions[CONSENT_DECISIONS];
	struct person *person;
	const char *why;
	size_t count;
	int ret;

	ret = find_or_add(consents, uid, &person);
	if (ret)
		return error_set(error, ret, "cannot keep the decisions of uid %" PRIu32 ": %s",
				 uid, error_text(ret));
	ret = consent_file_read(consents->directory, name, decisions, &count, &why);
	if (ret == -EBADMSG) {
		person->is_damaged = person->has_lost = true;
		ret = set_aside(consents, uid, name, why, error);
		return ret ? ret : -EBADMSG;
	}
	if (!ret)
		ret = keep(person, decisions, count);
	return ret ? error_set(error, ret, "cannot read '%s/%s': %s", consents->path, name,
			       error_text(ret))
		   : 0;
}

static int load_entry(struct consents *consents, const char *name, struct error *error)
{
	struct person *person;
	bool is_damaged;
	uint32_t uid;
	int ret;

	if (!parse_name(name, &uid, &is_damaged))
		return 0;
	if (!is_damaged)
		return load_file(consents, uid, name, error);
	ret = find_or_add(consents, uid, &person);
	if (ret)
		return error_set(error, ret, "cannot keep the decisions of uid %" PRIu32 ": %s",
				 uid, error_text(ret));
	person->is_damaged = person->has_lost = !person->count;
	return 0;
}

/* Every entry; the first that was damaged is what @error tells. Return: 0, -EBADMSG, ... */
static int load(struct consents *consents, DIR *listing, struct error *error)
{
	struct error problem = { 0 };
	bool is_damaged = false;
	struct dirent *entry;
	int ret;

	for (;;) {
		errno = 0;
		entry = readdir(listing);
		if (!entry)
			break;
		ret = load_entry(consents, entry->d_name, &problem);
		if (ret && (ret != -EBADMSG || !is_damaged) && error)
			*error = problem;
		if (ret && ret != -EBADMSG)
			return ret;
		is_damaged |= ret == -EBADMSG;
	}
	if (errno)
		return error_set(error, -errno, "cannot read '%s': %s", consents->path,
				 error_text(errno));
	return is_damaged ? -EBADMSG : 0;
}

static int open_directory(const char *path, int *out, struct error *error)
{
	struct stat status;
	int fd, ret;

	if (mkdir(path, 0700) && errno != EEXIST)
		return error_set(error, -errno, "cannot create '%s': %s", path, error_text(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno; /* of a symbolic link -ENOTDIR */
		return error_set(error, ret, "cannot open '%s': %s", path, error_text(ret));
	}
	if (fstat(fd, &status)) {
		ret = error_set(error, -errno, "cannot look at '%s': %s", path, error_text(errno));
		goto close;
	}
	if ((geteuid() && status.st_uid != geteuid()) || status.st_mode & 077) {
		ret = error_set(error, -EACCES, "'%s' is open to others (uid %u, mode %03o)", path,
				status.st_uid, status.st_mode & 0777);
		error_hint(error,
			   "decisions may be forged there; make it the service's alone: "
			   "chown telprobe '%s'; chmod 700 '%s'",
			   path, path);
		goto close;
	}
	*out = fd;
	return 0;
close:
	close(fd);
	return ret;
}

static int list_and_load(struct consents *consents, struct error *error)
{
	int fd = openat(consents->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);

	if (!listing) {
		ret = error_set(error, -errno, "cannot read '%s': %s", consents->path,
				error_text(errno));
		if (fd >= 0)
			close(fd);
		return ret;
	}
	ret = load(consents, listing, error);
	closedir(listing);
	return ret;
}

int consents_open(const char *directory, struct consents **out, struct error *error)
{
	struct consents *consents = calloc(1, sizeof(*consents));
	int ret;

	if (consents) {
		consents->directory = -1;
		consents->path = strdup(directory);
	}
	if (!consents || !consents->path) {
		ret = error_set(error, -ENOMEM, "cannot read '%s': %s", directory,
				error_text(-ENOMEM));
		goto close;
	}
	ret = open_directory(directory, &consents->directory, error);
	if (ret)
		goto close;
	ret = list_and_load(consents, error);
	if (ret && ret != -EBADMSG)
		goto close;
	*out = consents;
	return ret;
close:
	consents_close(consents);
	return ret;
}

void consents_close(struct consents *consents)
{
	size_t i;

	if (!consents)
		return;
	for (i = 0; i < consents->count; i++)
		free(consents->people[i].decisions);
	free(consents->people);
	free(consents->path);
	if (consents->directory >= 0)
		close(consents->directory);
	free(consents);
}

/* Room for one more at the end of a full list. Return: 0, -E2BIG: every one is needed. */
static int drop_replaced(struct consent_decision *decisions, size_t *count)
{
	size_t i;

	for (i = 0; i < *count; i++) {
		/* one that runs is in force; what one that is over collected is yet to be deleted */
		if (consent_is_in_force(decisions, *count, i) || decisions[i].term == CONSENT_OVER)
			continue;
		memmove(&decisions[i], &decisions[i + 1], (*count - i - 1) * sizeof(*decisions));
		(*count)--;
		return 0;
	}
	return -E2BIG;
}

/* @decisions with room for one more than CONSENT_DECISIONS and the no of who lost his decisions. */
static int append(const struct person *person, struct consent_decision *decisions,
		  size_t *out_count, const struct consent_decision *decision)
{
	size_t count = person->count;

	if (count)
		memcpy(decisions, person->decisions, count * sizeof(*decisions));
	consents_end_earlier(decisions, count, decision);
	if (person->is_damaged && decision->target[0]) { /* what was lost stays a no elsewhere */
		decisions[count] = *decision;
		decisions[count].target[0] = '\0';
		decisions[count].without = 0;
		decisions[count].term = CONSENT_LASTING;
		decisions[count++].level = TP_LEVEL_OFF;
	}
	decisions[count++] = *decision;
	while (count > CONSENT_DECISIONS)
		if (drop_replaced(decisions, &count))
			return -E2BIG;
	*out_count = count;
	return 0;
}

/* Return: @code, also where nobody wants to know. */
static int tell(struct error *error, int code, const struct consents *consents, uint32_t uid,
		const char *target, bool is_no)
{
	if (code == -E2BIG) {
		error_set(error, code, "you decided about %d targets one by one, no more fit",
			  CONSENT_DECISIONS);
		error_hint(error, "decide for all at once: telprobe disable, then telprobe enable");
		return code;
	}
	error_set(error, code, "cannot keep what uid %" PRIu32 " decided for %s in '%s': %s", uid,
		  target[0] ? target : "all targets", consents->path, error_text(code));
	error_hint(error, "%s",
		   is_no ? "it is off now, but only until the service ends; free some space "
			   "and say no again"
			 : "nothing has changed; free some space and try again");
	return code;
}

static int decision_set(struct consent_decision *out, const struct consent_wish *wish,
			const struct consent_now *now, struct error *error)
{
	const char *target = wish->target ? wish->target : "";

	if (*target && !consent_target_is_valid(target))
		return error_set(error, -EINVAL, "'%s' cannot be the name of a target", target);
	if (wish->for_us < 0 || wish->for_us > CONSENT_FOR_MAX_US ||
	    (wish->for_us && wish->level == TP_LEVEL_OFF))
		return error_set(error, -EINVAL, "a yes is for ten years at most, a no for ever");
	*out = (struct consent_decision){ .level = wish->level,
					  .text_version = CONSENT_TEXT_VERSION,
					  .decided_us = now->utc_us > 0 ? now->utc_us : 0 };
	snprintf(out->target, sizeof(out->target), "%s", target);
	out->without = wish->level == TP_LEVEL_OFF ? 0 : wish->without;
	if (wish->for_us)
		consents_begin_end(out, wish->for_us, now);
	return 0;
}

static int replace(struct consents *consents, struct person *person,
		   const struct consent_decision *decision, struct error *error)
{
	struct consent_decision decisions[CONSENT_DECISIONS + 2];
	bool is_seen = false, is_no = decision->level == TP_LEVEL_OFF;
	uint32_t uid = person->uid;
	size_t count;
	int ret, kept;

	ret = append(person, decisions, &count, decision);
	if (ret)
		return tell(error, ret, consents, uid, decision->target, false);
	ret = consent_file_write(consents->directory, uid, decisions, count, &is_seen);
	if (is_seen || is_no) {
		kept = keep(person, decisions, count);
		if (kept && is_no)
			forget(person);
		ret = ret ? ret : kept;
	}
	return ret ? tell(error, ret, consents, uid, decision->target, is_no) : 0;
}

int consents_decide(struct consents *consents, uint32_t uid, const struct consent_wish *wish,
		    const struct consent_now *now, struct error *error)
{
	struct consent_decision decision;
	struct person *person;
	int ret = decision_set(&decision, wish, now, error);

	if (ret)
		return ret;
	ret = find_or_add(consents, uid, &person);
	if (ret)
		return tell(error, ret, consents, uid, decision.target, false);
	ret = consents_may_decide(person, &decision, error);
	return ret ? ret : replace(consents, person, &decision, error);
}

enum tp_level consents_level(const struct consents *consents, uint32_t uid,
			     const struct consent_target *target, enum consent_reason *out_reason)
{
	static const struct person nobody;
	const struct person *person = consents_find(consents, uid);

	if (!person)
		person = &nobody;
	return consent_level(person->decisions, person->count, person->is_damaged, target,
			     out_reason);
}

uint8_t consents_without(const struct consents *consents, uint32_t uid,
			 const struct consent_target *target)
{
	const struct person *person = consents_find(consents, uid);

	return person ? consent_without(person->decisions, person->count, target) : target->without;
}

bool consents_has_decided(const struct consents *consents, uint32_t uid, const char *target)
{
	const struct person *person = consents_find(consents, uid);
	size_t i;

	for (i = 0; person && i < person->count; i++)
		if (!target || !person->decisions[i].target[0] ||
		    !strcmp(person->decisions[i].target, target))
			return true;
	return false;
}

int consents_each_uid(const struct consents *consents, int (*each)(uint32_t uid, void *data),
		      void *data)
{
	size_t i;
	int ret;

	for (i = 0; i < consents->count; i++) {
		if (!consents->people[i].count && !consents->people[i].is_damaged)
			continue; /* his first decision could not be kept */
		ret = each(consents->people[i].uid, data);
		if (ret)
			return ret;
	}
	return 0;
}

int consents_each(const struct consents *consents, uint32_t uid,
		  int (*each)(const struct consent_decision *decision, void *data), void *data)
{
	const struct person *person = consents_find(consents, uid);
	size_t i;
	int ret;

	for (i = 0; person && i < person->count; i++) {
		ret = each(&person->decisions[i], data);
		if (ret)
			return ret;
	}
	return 0;
}
