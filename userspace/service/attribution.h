/* SPDX-License-Identifier: GPL-2.0-only */
/* attribution.h - whose an event is: its process, that one's app, and the session it goes on in.
 * Remembers 65,536 processes, and the sessions open now; what is forgotten is looked up again. The
 * last moment of a session is kept here and written by attribution_write(), once a batch. */
#ifndef TELPROBE_SERVICE_ATTRIBUTION_H
#define TELPROBE_SERVICE_ATTRIBUTION_H

#include "lib/table.h"
#include "service/decode.h"
#include "service/vocabulary.h"

struct attribution {
	struct store *store;
	struct vocabulary *vocabulary;
	struct table processes; /* number to struct process */
	struct table sessions;	/* app and version to struct open_session * */
	uint64_t clock;		/* counts the events, to tell which process was quiet longest */
};

struct attributed {  /* what attribution_find() tells of an event */
	int64_t app; /* name id */
	int64_t context;
	int64_t session;
	bool is_app_refused; /* a placeholder stands for the app's name */
	bool is_name_other;  /* it or the version was over the budget of names */
};

void attribution_init(struct attribution *attribution, struct store *store,
		      struct vocabulary *vocabulary);
void attribution_clear(struct attribution *attribution);

/** attribution_forget_ids() - as store_generation() wants. What a process named itself stays. */
void attribution_forget_ids(struct attribution *attribution);

/**
 * attribution_find() - the app and context of an event, with an open batch
 * A TP_SESSION_BEGIN names its process first and is attributed to that name.
 * Return: 0, or as store_session(). */
int attribution_find(struct attribution *attribution, const union record *record, int64_t time_us,
		     struct attributed *out, struct error *error);

/**
 * attribution_is_told() - whether the session that goes on at @time_us had an event after @since_us
 * With an open batch. Of one not heard of here yet nothing is known: false. Return: 0, or as
 * vocabulary_find(). */
int attribution_is_told(struct attribution *attribution, const union record *record,
			int64_t time_us, int64_t since_us, bool *out, struct error *error);

/**
 * attribution_inherit() - the process @number was forked by @parent, and goes by the same name
 * Where @parent is not known any more, by that of its program. Return: 0 or -ENOMEM. */
int attribution_inherit(struct attribution *attribution, uint32_t number, uint32_t parent,
			struct error *error);

/** attribution_forget() - files whose numbers will mean other files. @is_gone: by object */
void attribution_forget(struct attribution *attribution, const bool is_gone[TP_OBJECTS]);

/** attribution_end() - nothing more will come from this process. */
void attribution_end(struct attribution *attribution, uint32_t process);

/** attribution_write() - the last moments of the sessions that went on in this batch. */
int attribution_write(struct attribution *attribution, struct error *error);

#endif
