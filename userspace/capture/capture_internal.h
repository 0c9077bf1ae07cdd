/* SPDX-License-Identifier: GPL-2.0-only */
/* capture_internal.h - what the files of this room share: the capture side's state. */
#ifndef TELPROBE_CAPTURE_INTERNAL_H
#define TELPROBE_CAPTURE_INTERNAL_H

#include "capture/capture.h"
#include "capture/link.h"
#include "telprobe.skel.h"

enum {
	CAPTURE_CRASHES = 4, /* where the kernel has what it needs */
	CAPTURE_BEATS,	     /* is run by capture_beat() */
	CAPTURE_PROCESS_LINKS
};

struct declared_parts {	  /* what declared_loader.c loads; -1: is not loaded */
	int program_fd;	  /* for markers */
	int arguments_fd; /* for command lines */
	int arguments_link_fd;
	int map_fd;	  /* of the names */
	int loader_fd;	  /* who is asked for them; -1: this process loads itself */
	int learned_fd;	  /* names that were not among them */
	uint32_t learner; /* whose */
	bool is_learning;
};

struct object { /* a file that was given a number */
	char *path;
	int fd;				     /* holds the lease; -1 when given up */
	struct error lease_error;	     /* why there is no lease */
	struct tp_executable_key executable; /* as stat() tells */
	struct tp_executable_key mapped;     /* what a probe sits on: mapped.h */
	struct tp_executable_key as_met; /* as the kernel told: not the same on some file systems */
	struct link_site *sites;	 /* what is attached, for capture_resume() */
	int site_count;
	struct timespec changed; /* ctime at capture_hold() */
	int64_t bytes;
	uint32_t generation; /* under which the programs knew it while it was attached */
	uint32_t target;     /* key of consent */
	uint16_t runs;	     /* enum tp_runs */
	uint16_t sampling;   /* key of the map `samplings` */
	struct links links;
	struct link_site *foreign; /* probes that are no markers, attached likewise */
	int foreign_count;
	uint32_t *alias_places; /* keys of it in the map `aliases` */
	size_t alias_count;
	bool is_described; /* the programs know of it: a record may name its number */
	bool reads_names;  /* attached to the program of declared.c */
	bool is_attached;
	bool was_attached; /* once: the ring may hold places of it */
	bool is_paused;
	bool is_resting; /* detached for a while: rest.c */
	bool is_wanted;	 /* by a writer, and capture_wanted() told of it */
	bool is_leaving; /* given up, its number not yet free */
};

struct leaving; /* leaving.c */

struct capture {
	struct telprobe_bpf *programs;
	struct declared_parts declared;
	struct bpf_link *process_links[CAPTURE_PROCESS_LINKS];
	struct tp_lease *lease;
	struct tp_reader *reader;
	const struct tp_totals *totals; /* both halves */
	const struct tp_totals_state *totals_state;
	struct ring *ring;
	struct capture_facts facts;
	struct link_way way;
	struct links trial;		       /* on our own trial function */
	struct object *objects;		       /* [0] is unused */
	uint16_t *generations;		       /* of each number, as the programs have it */
	uint16_t *foreign;		       /* file of each span in the map `foreign`; 0: none */
	uint32_t room;			       /* entries of objects */
	uint16_t last;			       /* highest number given out */
	struct leaving *leaving;	       /* files on their way out */
	int left_fd;			       /* eventfd: some of them have left */
	struct tp_counters retained[TP_KINDS]; /* of files that are gone */
	uint32_t ring_bytes;
	int lease_fd;
	bool reads_environment;
	bool asks_mapped;
	enum capture_attach attach; /* as asked for */
};

/** declared_load() - fill in what is -1; declared_unload() - close it again */
int declared_load(struct capture *capture, struct error *error);
void declared_unload(struct capture *capture);

/** capture_remove_all() - detach every file, give up the leases, free the names */
void capture_remove_all(struct capture *capture);
void capture_object_clear(struct object *object);
/** capture_free_number() - the same, and another file may have it */
void capture_free_number(struct capture *capture, uint16_t number);
/** capture_attach_sites() - to all that were found in the file, nothing being attached yet
 * Return: 0 or -errno; then nothing is. */
int capture_attach_sites(struct capture *capture, struct object *object);
/** object_describe_again() - to the programs, what of it may be told at any time: runs, sampling */
void object_describe_again(struct capture *capture, uint16_t object);
/** foreign_forget() - the numbers of the file's spans are free, nothing being attached any more */
void foreign_forget(struct capture *capture, uint16_t object);
/** capture_program_for() - descriptor of the program the file's markers are attached to */
int capture_program_for(const struct capture *capture, const struct object *object);
/** capture_set_whole() - false: hits of the file are refused */
void capture_set_whole(struct capture *capture, uint16_t object, bool is_whole);
/** capture_forget_executable() - who executes the file from now on is not known by it */
void capture_forget_executable(struct capture *capture, const struct object *object);
/** capture_next_generation() - what the programs remember under @number means nothing from here on.
 * Return: the generation to tell them. */
uint32_t capture_next_generation(struct capture *capture, uint16_t number);
/** leaving_end() - wait for the threads that close links */
void leaving_end(struct capture *capture);
/** totals_map() - and begin the first half; totals_unmap(); totals_hide() - as ring_hide() */
int totals_map(struct capture *capture, struct error *error);
void totals_unmap(struct capture *capture);
int totals_hide(struct capture *capture);
/** accounts_retain() - the counts of @object join those of files that are gone, and begin at 0 again */
void accounts_retain(struct capture *capture, uint16_t object);

#endif
