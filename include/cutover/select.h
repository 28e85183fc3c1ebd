/*
 * dbt's selection language: a text such as "tag:nightly,path:models/shop+ daily" as a tree of set operations.
 * What the criteria mean is decided when a project is read (dbt.h): here nothing is known but the text.
 *
 * White space unites, commas intersect, several texts unite. One criterion is
 *     @? (N? +)? (method(.argument)* :)? value (+ N?)?
 */
#ifndef CUTOVER_SELECT_H
#define CUTOVER_SELECT_H

#include "cutover/diag.h"
#include "cutover/map.h"
#include "cutover/vec.h"

typedef enum SelectMethod {
    SELECT_FQN,
    SELECT_TAG,
    SELECT_GROUP,
    SELECT_ACCESS,
    SELECT_SOURCE,
    SELECT_EXPOSURE,
    SELECT_PATH,
    SELECT_FILE,
    SELECT_PACKAGE,
    SELECT_CONFIG,
    SELECT_TEST_NAME,
    SELECT_TEST_TYPE,
    SELECT_RESOURCE_TYPE,
    SELECT_VERSION,
    SELECT_STATE,    /* compares with what is live, not with an older manifest */
    SELECT_SELECTOR, /* what selectors.yml calls so */
    SELECT_METHODS,
} SelectMethod;

/* Whether a test is chosen when only some of what it reads is. */
typedef enum SelectIndirect {
    SELECT_EAGER,     /* any */
    SELECT_CAUTIOUS,  /* all */
    SELECT_BUILDABLE, /* all, or what those read that are */
    SELECT_EMPTY,     /* never: only tests that are named themselves */
} SelectIndirect;

typedef enum SelectOp {
    SELECT_CRITERION,
    SELECT_UNION,
    SELECT_INTERSECTION,
    SELECT_DIFFERENCE
} SelectOp;

/* A text as a person wrote it, and where. */
typedef struct SelectText {
    const char *text;
    const char *file;   /* for findings: "cutover.yaml", "--select" */
    int line, column;   /* of TEXT in FILE, 1-based */
    const char *source; /* the whole FILE, for excerpts; or NULL */
    size_t source_length;
} SelectText;

typedef VEC(SelectText) SelectTexts;

typedef struct Selection Selection;
struct Selection {
    SelectOp op;
    VEC(const Selection *)
    parts; /* of the set operations; of a difference: what is taken, then what goes */
    /* of a criterion */
    SelectMethod method;
    StrVec arguments; /* "meta", "owner" of config.meta.owner */
    const char *value;
    bool typed;                /* VALUE is a boolean or number of YAML, not a text */
    bool ring;                 /* @: what reads it, and all that these read */
    int64_t parents, children; /* steps to go; 0: none, SELECT_FAR: all */
    /* of all */
    SelectIndirect indirect;
    bool must_match;  /* warn when nothing does */
    SelectText where; /* of this part alone */
};

#define SELECT_FAR INT64_MAX

/* For `state:`: ids of nodes that differ from what is live, and of those that are not live at all. */
typedef struct SelectState {
    Map modified, created;
} SelectState;

/* Which part of a project is read. */
typedef struct SelectWanted {
    SelectTexts include, exclude; /* none: everything; nothing */
    SelectTexts tests;            /* which of the tests that this holds; none: all */
    bool all_tests;       /* every test of what is chosen comes, whatever else is said of it */
    const char *selector; /* a name of selectors.yml, instead of INCLUDE; or NULL */
    bool
        standard; /* without any of these the default selector of selectors.yml counts, as for dbt */
    SelectIndirect indirect;
    const SelectState *state; /* for state:; NULL: not known */
} SelectWanted;

/* The union of TEXTS. NULL: DIAGS say why, each with its place within the text. */
const Selection *select_parse(Arena *arena, const SelectTexts *texts, SelectIndirect indirect,
                              Diags *diags);

/* A single criterion, as selectors.yml writes them; white space and commas belong to the value. */
const Selection *select_parse_one(Arena *arena, const SelectText *text, SelectIndirect indirect,
                                  Diags *diags);

/* Sets method and arguments of CRITERION from "config.materialized", and checks its value. */
bool select_set_method(Arena *arena, Selection *criterion, const char *method, Diags *diags);

/* Adds TEXT, which was given as FLAG; nothing when it is NULL. */
void select_flag(Arena *arena, SelectTexts *texts, const char *text, const char *flag);

/* An empty set operation, or a criterion, to be filled. */
Selection *select_group(Arena *arena, SelectOp op, SelectText where, SelectIndirect indirect);

/* INCLUDED without EXCLUDED, either of which may be NULL: everything, or nothing. */
const Selection *select_without(Arena *arena, const Selection *included, const Selection *excluded);

/* "eager", "cautious", "buildable", "empty" */
bool select_indirect(const char *word, SelectIndirect *indirect);

/* A finding about WHERE, LENGTH bytes of it at OFFSET. */
Diag *select_finding(Diags *diags, DiagSeverity severity, const char *code, const SelectText *where,
                     size_t offset, size_t length, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

#endif
