/* What the parts of build.c share. */
#ifndef RECONCILE_BUILD_INTERNAL_H
#define RECONCILE_BUILD_INTERNAL_H

#include "cutover/build.h"

typedef struct Comparison {
    Arena *arena;
    const BuildInput *in;
    Build *build;
    Map created;   /* "<kind>:<id>" of what our role created since build_ours_since() */
    Map stale_ids; /* id of a stale object */
    Map beside;    /* relname_key() of relations that are built beside, under their green names */
    Map seen;      /* "<kind>:<id>" that was already listed */
    VEC(Step) owners; /* changes of owner, which come last */
    bool late;        /* the deployment has noted what guests keep */
} Comparison;

/* OBJECT does not fit, and is to be made anew. */
void build_add_stale(Comparison *c, const CatalogObject *object);

/* Fills `created`. */
void build_find_ours(Comparison *c);
/* It has cut over, and has come to its end. */
bool build_is_over(const RecordDeployment *d);
Map build_created_by_us(Arena *arena, const Catalog *catalog, const Record *record);

/* Of what CREATED holds as KIND and ID: the newest intent before it. NULL: there is none. */
const RecordDeployment *build_maker(Arena *arena, const Map *created, const Record *record,
                                    const char *kind, const char *id);

/* The newest intent before what CREATED holds as KIND and ID, unrecorded, is for what DESIRED declares. */
bool build_intended_by(Arena *arena, const Map *created, const Record *record, const char *kind,
                       const char *id, const Desired *desired);

/* And it was made by that intent's own statement. Where a statement of another commit may have come late, only the one who
 * got the answer knows, and notes it (BUILD_MADE); all else is in doubt, and is made anew: it is ours by either reading. */
bool build_made_from(Arena *arena, const Map *created, const Catalog *catalog, const Record *record,
                     const char *kind, const char *id, const Desired *desired);

/* Made from what is declared now: recorded with the same DIGEST, or, unrecorded, made by a commit that declares the same. What
 * a commit made before it failed may be unrecorded: it is not what the next one declares. */
bool build_same_declaration(const Comparison *c, const CatalogObject *object, const char *digest);

/* It runs on CLUSTER, a name of green's side that may not be there yet, or on none. */
bool build_on_right_cluster(const Comparison *c, const CatalogObject *object, const char *cluster);

/* The relation that is built beside production under the green name REL, or NULL. */
const PlanBeside *build_beside(Comparison *c, RelName rel);

/* Recorded, or created by our role since the oldest intent. */
bool build_is_ours(const Comparison *c, const char *kind, const char *id);

/* The newest transaction which names it made it production, or left it so, whatever name somebody has given it; or it was taken over, and none names it. */
bool build_went_live(const Record *record, const char *kind, const char *id);

/* It took it out of service. */
bool build_is_retired(const Record *record, const char *kind, const char *id);

/* It bears the name that it was made for, or somebody gave it another when it was live. A green name of another time may be
 * declared by now: what lies there is production. */
bool build_is_production(const Catalog *catalog, const Record *record, const char *kind,
                         const char *id, RelName name);

/* Likewise OBJECT of CATALOG. The index of a green relation may bear its production name: it is production with its relation. */
bool build_object_is_production(const Catalog *catalog, const Record *record,
                                const CatalogObject *object);

/* A newer commit declares again what DROP was to drop. */
bool build_is_kept_after_all(const Desired *wanted, const RecordPlace *drop);

/* True the second time it is asked for one thing. */
bool build_seen(Comparison *c, const char *kind, const char *id);

/* The digest of the production index NAME of node ID; NULL when there is none. */
const char *build_index_digest(const Comparison *c, const char *id, const char *name);

/* Adds OBJECT to the claims when the record does not know it. */
void build_claim(Comparison *c, RecordObject object);

/* Finds what lies in green and does not fit, to a fixed point, and what is a stranger's. */
void build_find_stale(Comparison *c);

/* After everything is compared: what else runs on a green cluster, in whatever schema and whoever made it. The swap would take it
 * along, and the cutover is not begun while it is there (names_bring_strangers). */
void build_find_brought_along(Comparison *c);

/* Missing nodes and indexes of green; claims. */
void build_compare_nodes(Comparison *c);
void build_compare_beside_indexes(Comparison *c);

/* Grants, comments and owners. */
void build_compare_traits(Comparison *c);

/* Who may do what with LIVE, without what Git gave and does not any more: green, which NODE declares, gets them. */
const CatalogGrants *build_live_grants(const Comparison *c, const CatalogObject *live,
                                       const DesiredNode *node);

/* PRIVILEGE is one that green is given when production gives it on a KIND. */
bool build_fits_kind(const char *kind, const char *privilege);

bool build_has_grant(const CatalogGrants *grants, const char *grantee, const char *privilege);

/* OBJECT, that another commit made, has a grant or a description that GREEN does not declare and production does not have:
 * what was never live would go live with it. */
bool build_brings_more(const Comparison *c, const CatalogObject *object, const DesiredNode *green);

/* Who may read green in the canary, and no longer. */
void build_compare_canary(Comparison *c);

bool build_has_default(const Catalog *catalog, const CatalogDefault *wanted, const char *schema);

/* The relation that INDEX of an external belongs to, or NULL. */
const RelName *build_external_of(const Desired *desired, const DesiredIndex *index);

/* Sorts so that what reads others comes before them; indexes first of all. */
void build_order_drops(Arena *arena, const CatalogObject **objects, size_t count);

#endif
