/*
 * What to do next: one readable table from facts to an action. Pure: facts are values, the clock is the
 * server's, chance comes from a seed. The first row that matches is taken; every phase ends in a row that
 * waits, so there is always one.
 */
#ifndef CUTOVER_DECIDE_H
#define CUTOVER_DECIDE_H

#include "cutover/phase.h"

#include <stddef.h>

typedef enum Action {
    ACTION_WAIT,         /* nothing to do now */
    ACTION_BLOCK,        /* a person must act */
    ACTION_MAKE_RECORD,  /* schema and table of the record */
    ACTION_MAKE_MARKER,  /* the first marker, g0 */
    ACTION_BEGIN,        /* record that a deployment exists, with its plan */
    ACTION_INTEND,       /* record the intent, before the first CREATE */
    ACTION_CLAIM,        /* record what exists but is not recorded yet */
    ACTION_CLEAR_STALE,  /* drop green objects that do not fit this commit */
    ACTION_BUILD,        /* create what is missing */
    ACTION_REHEARSE,     /* the cutover's message with ROLLBACK */
    ACTION_CHECK,        /* run the next tests and checks */
    ACTION_MOVE,         /* only the transition itself is recorded */
    ACTION_REPOINT,      /* one step for one sink, now that the names have moved */
    ACTION_ALTER,        /* one change to production where it is */
    ACTION_APPLY,        /* a replacement takes its view's place, now that the marker has moved */
    ACTION_PREPARE,      /* record the list of names, then the phase of no return */
    ACTION_CUT_OVER,     /* the one transaction */
    ACTION_PREPARE_BACK, /* the same for the way back */
    ACTION_ROLL_BACK,
    ACTION_NOTE_PROOF,     /* record that the proof began to hold, or was lost */
    ACTION_DROP_BLUE,      /* drop some of the old side */
    ACTION_DROP_GREEN,     /* drop some of a green that is not wanted any more */
    ACTION_REFUSE_REQUEST, /* record that a request came too late or cannot be done */
    ACTION_NOTE_WHOLE, /* record that what was adopted or repaired in part lacks nothing any more */
    ACTION_TELL_DRIFT, /* tell people that live differs from what was deployed, or does no more */
    ACTION_ANSWER,     /* record the answer to a request that needs nothing done */
    ACTION_RESTORE,    /* record that the commit before the live one is wanted again */
    ACTION_ADMIT,      /* let roles in to read green in the canary, or shut them out again */
    ACTION_PRUNE,      /* delete rows of the record that are older than the retention */
    ACTION_COUNT,
} Action;

/* A fact that a row may ask for; what a row does not mention is any. */
typedef enum Tri { ANY, NO, YES } Tri;

typedef struct Facts {
    Tri record;         /* the log table exists */
    Tri marker;         /* a marker of this environment exists */
    Tri markers_agree;  /* exactly one, and the record knows its generation */
    Tri compiles;       /* the wanted commit's project has no errors */
    Tri wanted_is_live; /* the wanted commit is what made the live generation */
    Tri aged;           /* enough rows of the record are older than the retention */
    Tri whole;          /* live was adopted or repaired in part, and nothing is left to do */
    Tri drift_news;     /* drift is not as people were last told */
    Tri restore_asked;  /* a person wants the generation before, whose side is gone */
    Tri heal;           /* live has drifted, and all of that is to be healed */
    Tri denied;         /* the wanted commit failed or was rolled back */
    Tri unanswered;     /* a request needs nothing done, or cannot be granted */
    Tri held;           /* a person stopped this environment */
    Tri refused;        /* the plan is */
    Tri changes;        /* the plan has any */
    Tri superseded;     /* the deployment is of another commit than the wanted one */
    Tri in_place_only;  /* nothing goes green */
    Tri problem;        /* something permanent was found: the reason is in the observation */
    Tri expired;        /* the phase's deadline has passed */
    Tri intended;       /* the recorded intent fits the plan */
    Tri unrecorded;     /* objects of ours exist that the record does not know */
    Tri stale;          /* green holds objects that do not fit */
    Tri fresh;          /* and some of them another process may have made just now, and note yet */
    Tri missing;        /* something is still to be created, granted, commented */
    Tri rehearsed;
    Tri proved;      /* hydrated and fresh at this moment */
    Tri proof_noted; /* the record says that the proof holds */
    Tri settled;     /* it has held for long enough */
    Tri checks_left;
    Tri checks_failed;
    Tri alterations;   /* something is still to be changed in production where it is */
    Tri altering;      /* the server is still carrying such a change out */
    Tri abort_asked;   /* a person wants the deployment to end before its cutover */
    Tri promote_asked; /* a person wants the wait of this phase to end */
    Tri intact; /* nothing happened to green, its plan and its results since they were proved */
    Tri canary_over;   /* it lasted long enough, or there is none */
    Tri admits;        /* roles must be let in to read green, or shut out again */
    Tri approved;      /* by as many people as must */
    Tri window_open;   /* one may cut over now */
    Tri window_missed; /* it is closed, and one does not wait for the next */
    Tri names_hold;    /* all names of the cutover still have the recorded ids */
    Tri holds;         /* the decision to cut over: its window is open yet, nobody said hold */
    Tri happened;      /* the marker says that this deployment has cut over (or rolled back) */
    Tri overtaken;     /* the marker says that another has */
    Tri soaking;       /* another deployment soaks or cleans */
    Tri soak_over;
    Tri rollback_asked;
    Tri can_go_back; /* blue is there, and proved */
    Tri readers;     /* somebody still reads the old side */
    Tri drained;     /* they have had their time */
    Tri follow_up;   /* of what follows: any of replacement, lost, sinks, alterations, altering */
    Tri replacement; /* made, and not applied */
    Tri lost;        /* it is gone, and was not applied */
    Tri sinks;       /* something is still to be done for a sink */
    Tri blue;        /* something of the old side is left */
    Tri undecided; /* nothing but what the newest commit may declare again, which does not compile */
    Tri green;     /* something of an unwanted green is left */
    Tri kept_long_enough; /* green of a failed deployment */
} Facts;

typedef struct Rule {
    int pos; /* stable number, shown in logs */
    Phase from;
    Facts when;
    Action action;
    Phase to;          /* PHASE_NONE: stays */
    const char *event; /* told to people when the row was carried out, or NULL */
    const char *why;
} Rule;

/* The table and its number of rows. */
const Rule *decide_rules(size_t *count);

/* The first row of phase FROM that FACTS match; never NULL. */
const Rule *decide(Phase from, const Facts *facts);

/* "cut_over" */
const char *action_name(Action action);

#endif
