/*
 * What the parts of the dbt reader share: the project under construction. The order of work stands in
 * dbt.c; each part is one .c file, named in front of its functions.
 */
#ifndef DBT_READER_H
#define DBT_READER_H

#include "codes.h"

#include "cutover/dbt.h"
#include "cutover/jinja.h"
#include "cutover/sqltok.h"

/* Where something was written; a zero line means the file as a whole. */
typedef struct Place {
    const char *file;
    int line, column, length;
} Place;

typedef struct ConfigValue {
    PyValue value;
    Place place;
} ConfigValue;

/* `models:`, `seeds:`, `tests:` of dbt_project.yml: settings of a folder, and folders in it. */
typedef struct ConfigTree ConfigTree;
struct ConfigTree {
    Map settings; /* key without '+' to ConfigValue * */
    Map folders;  /* name to ConfigTree * */
};

typedef struct Macro Macro;

/* The parts of a node's name, each given by a macro that a project may replace. */
typedef enum NamePart { NAME_DATABASE, NAME_SCHEMA, NAME_ALIAS, NAME_PARTS } NamePart;

typedef struct Namer {
    const Macro *macro;
    bool is_dbts;    /* down to the macro that it dispatches to */
    bool reads_node; /* its second parameter: or nobody sees what it is given */
} Namer;

typedef struct Package {
    const char *name;
    const char *root; /* "" or "dbt_packages/x/", in front of all its files */
    const char *file; /* its dbt_project.yml */
    const Yaml *yaml;
    StrVec model_paths, seed_paths, test_paths, macro_paths, analysis_paths;
    ConfigTree *models, *seeds, *tests, *sources, *exposures;
    Map macros;               /* name to Macro *; a test as test_<name> */
    Namer namers[NAME_PARTS]; /* for its nodes */
    bool filters_as_dbt;      /* get_where_subquery() of its tests is dbt's own */
} Package;

struct Macro {
    const JinjaMacro *jinja;
    const Package *package;
    PyValue value;
};

typedef struct Target {
    const char *profile, *name, *schema, *database, *cluster;
    PyDict *values; /* what `target` holds in Jinja */
    StrVec unknown; /* what it would hold besides, if profiles.yml said it */
} Target;

/* Which parts of names SQL writes without quotes: database, schema, identifier (`quoting:`). */
typedef struct Quoting {
    bool off[3];
} Quoting;

/* Of nodes; and sources, which are none but have configs. */
typedef enum Resource { RES_MODEL, RES_SEED, RES_TEST, RES_ANALYSIS, RES_SOURCE } Resource;

typedef struct Node Node;

typedef struct Source {
    const char *id, *group, *name; /* source('group', 'name') */
    const char *description;
    RelName rel;
    Quoting quoting;
    const Package *package;
    PyValue tags;           /* of the source and the table: its tests have them too */
    PyDict *config;         /* resolved; NULL: none is known */
    const Yaml *entries[2]; /* its group's and its own in schema.yml; or NULL */
    bool enabled;
    Place place;
} Source;

typedef struct Exposure {
    const char *id, *name;
    const Package *package;
    const char *file;
    const Yaml *yaml; /* NULL: of a manifest */
    StrVec fqn, tags;
    StrVec reads; /* ids of nodes and sources */
    bool enabled;
} Exposure;

/* ref('name') or ref('package', 'name'), as the parse pass met it; with a version the name is "name.v2". */
typedef struct RefCall {
    const char *package, *name;
    Place place;
} RefCall;

typedef struct SourceCall {
    const char *group, *name;
    Place place;
} SourceCall;

typedef struct Constraint {
    const char *type; /* "not_null" */
    const char *to;   /* of a foreign key, as written: "ref('customers')" */
    Place place;
} Constraint;

typedef VEC(Constraint) Constraints;

typedef struct ContractColumn {
    const char *name, *type; /* as written; NULL: not */
    Constraints constraints;
    Place place, type_place;
} ContractColumn;

/* What yml says of a model's columns, for its contract. */
typedef struct Contract {
    VEC(ContractColumn) columns;
    Constraints constraints; /* of the model */
    Place place;
} Contract;

/* One key of a config() call. */
typedef struct CalledConfig {
    const char *key;
    PyValue value;
    Place place;
} CalledConfig;

/* A test of schema.yml; a singular test has none. */
typedef struct GenericTest {
    const char *macro;     /* "test_unique" */
    const char *namespace; /* package in front of it, or NULL */
    PyDict *args;          /* as written: texts may hold Jinja; with `model` and `column_name` */
    const char *column;
    const char *relation; /* what `model` says where nothing is filtered: "{{ ref('daily') }}" */
    Node *on;             /* the node it was written for; NULL: a source */
} GenericTest;

/* One of a model's versions. */
typedef struct ModelVersion {
    const char *text; /* "2": what `v:` says, as Python prints it */
    PyValue value, latest;
    int age; /* 0: the latest; negative: older; positive: a prerelease */
} ModelVersion;

/* What is to be known of one compiled text, so that it is cut into tokens once for all. */
typedef struct SqlShape {
    bool known;
    bool several; /* statements */
    size_t words; /* tokens before the closing semicolons */
    size_t end;   /* where those begin */
} SqlShape;

struct Node {
    Resource resource;
    const Package *package;
    const char *id;              /* "model.shop.daily"; with a version "model.shop.daily.v2" */
    const char *name;            /* "daily" */
    const ModelVersion *version; /* NULL: none */
    const char *path;            /* below the package: "models/shop/daily.sql" */
    const char *below;           /* below its folder of dbt_project.yml: "shop/daily.sql" */
    const char *compiled_path;
    const File *file;
    Place place; /* of its first line, or of the test in schema.yml */
    StrVec fqn;
    const JinjaTemplate *template; /* NULL for seeds and generic tests */
    const GenericTest *generic;

    /* from schema.yml */
    const Yaml *patch;
    const Package *patch_package; /* whose schema.yml that is: not always its own */
    const char *patch_file, *description;
    const Contract *contract; /* when it does not stand in `patch` */

    VEC(CalledConfig) called; /* what config() was given in the parse pass, in order; */
    size_t written;           /* so many of them, the first ones, by the yml of a test */
    PyDict *config;           /* resolved */
    const PyDict *named_by;   /* the part of it that its names are made of; NULL: all */
    Map config_places;        /* key to Place * */
    StrVec inherited;         /* tags that are no config: a test's, of its column and source;
                                 a node's, from before another package described it */
    bool doubtful;            /* a config is perhaps not of the type that it must have */
    bool enabled, ephemeral;
    bool outside; /* of what is selected: read where it is live */

    RelName production; /* its relation without, */
    RelName rel;        /* and with the NameMap */
    VEC(RefCall) refs;
    VEC(SourceCall) source_calls;
    VEC(Node *) depends; /* resolved, no doubles */
    size_t by_hand;      /* how many of them, the last ones, no ref() names */
    VEC(Source *) sources;
    const char *compiled; /* as `dbt compile` writes it */
    const char *body;     /* before ephemeral models were put in front */
    SqlShape shape;       /* of `compiled` */
    StrVec hooks;         /* rendered post hooks that are no index, grant or comment */
    DesiredIndexes indexes;
    DesiredGrants grants;
    DesiredComments comments;
    bool asked;  /* the database, while it was rendered */
    bool failed; /* a finding says why: it is not looked at again */
    int mark;    /* of the walk under way */
    Diags found; /* by the work under way, until take_findings() */
};

typedef VEC(Node *) NodeVec;

/* An entry of schema.yml that belongs to no node and has Jinja in its description. */
typedef struct Described {
    const Package *package;
    const char *file;
    const Yaml *entry;
} Described;

typedef struct Reader {
    Arena *arena;
    const DbtOptions *options;
    Diags *diags;
    const FileSet *files;
    Halves *halves;
    Package *root, *builtin;
    Quoting quoting;         /* of the root project: for nodes, of all packages */
    VEC(Package *) packages; /* root first, without `builtin` */
    Map package_by_name;
    Target target;
    PyDict *presets[RES_SOURCE + 1];  /* of the config, by resource; made when first needed: all, */
    PyDict *defaults[RES_SOURCE + 1]; /* and those that every node has in its own */
    NodeVec nodes;                    /* in the order of files; disabled ones too */
    Map by_id, by_name;               /* id to Node *; name to NodeVec * (models and seeds) */
    VEC(Source *) sources;
    Map source_by_name; /* group, tab, name to Source * */
    Map by_production;  /* relname_key() to Node * */
    Map by_rel;         /* the same for the relations of this rendering */
    Map stored;         /* the same for what tests keep of what they find */
    Map said;           /* what first_at() was asked */
    Map groups;         /* name to Yaml * of schema.yml, */
    Map group_ids;      /* and PACKAGE.NAME to the same */
    Map docs;           /* package, tab, name of a docs block to its text */
    VEC(Described) described;
    VEC(Exposure *) exposures;
    Map exposure_ids;
    Map schemas;          /* names of schemas in which nodes lie */
    Map production_names; /* the NameMap the other way round; made when it is first needed */
    NodeVec order;        /* enabled models and seeds, inputs first */
    VEC(DesiredExternal *) externals;
    Map external_by_rel; /* relname_key() to DesiredExternal * */
    VEC(DbtListed) selected;
    Arena *spare; /* of a rendering that has ended, for the next one; or NULL */
    void *front;  /* what the front end in use keeps for itself */
} Reader;

/* Which of dbt's contexts a text is rendered in. */
typedef enum ScopeKind {
    SCOPE_PROFILE, /* env_var, vars of the command line */
    SCOPE_PROJECT, /* and target */
    SCOPE_YAML,    /* and all vars */
    SCOPE_NODE,    /* everything */
} ScopeKind;

typedef struct Scope {
    Reader *reader;
    ScopeKind kind;
    const Package *package;
    Node *node;     /* NULL outside of nodes */
    bool execute;   /* dbt's compile pass */
    bool naming;    /* inside generate_*_name */
    Arena *arena;   /* what a rendering makes; of a node's only what is copied out of it stays */
    PyDict *config; /* the node's config and `target` as this rendering sees and may change them: */
    PyDict *target; /* copies, made when they are first asked for */
    PyDict *results;  /* of statement(), by name; none once it was loaded */
    bool outlives_it; /* something kept could not be copied, so the arena stays as a whole */
} Scope;

/* --- dbt.c ---------------------------------------------------------------------------------- */

Reader *new_reader(Arena *arena, const DbtOptions *options, Diags *diags);

/* Indexes of config() for all of r->order, and names for those that have none. */
void declare_indexes(Reader *r);

/* A way to read a project into a Reader. */
typedef struct FrontEnd {
    bool (*begin)(Reader *r); /* root package, target and macros: what rendering a check needs */
    DbtProject *(*read)(Reader *r); /* the rest, not yet sealed; NULL after findings */
} FrontEnd;

extern const FrontEnd front_manifest; /* reconcile/manifest/manifest.c */
extern const FrontEnd front_sql;      /* reconcile/sqlproject/sqlproject.c */

/* The one that fits what the options name and the files hold. */
const FrontEnd *front_end(const Reader *r);

/* What a macro calls that stands for one of a file which cannot be read, and the code of the finding. */
#define STAND_IN "macro_that_cannot_be_read"
#define FOLLOWS "-"

/* --- finding.c ------------------------------------------------------------------------------ */

/* Adds a finding at PLACE, with the excerpt of its file. */
Diag *find_at(Reader *r, DiagSeverity severity, const char *code, Place place, const char *format,
              ...) __attribute__((format(printf, 5, 6)));
/* Whether WHAT was not yet found at PLACE, which may be that of many nodes: it is said once. */
bool first_at(Reader *r, Place place, const char *what);
void place_builtin_findings(Reader *r);
/* PLACE is that of all FOUND: of what a text of a yml file has in it. */
void place_found(const Reader *r, Diags *found, Place place);

/* Takes out what follows from macros that cannot be read. */
void drop_followers(Reader *r);
Place place_of(const char *file, const Yaml *yaml);
Place place_key(const char *file, const Yaml *map, const char *key);

/* `did you mean "x"?`, or NULL. */
const char *did_you_mean(Reader *r, const char *word, const StrVec *candidates);

/* --- yaml_value.c --------------------------------------------------------------------------- */

/* YAML as Python's values in ARENA, texts as they are. */
PyValue yaml_value(Arena *arena, const Yaml *yaml);

/* The same with a text for each date: what dbt renders has no other. */
PyValue yaml_value_without_dates(Arena *arena, const Yaml *yaml);

/* The same with Jinja rendered natively in SCOPE. False after a finding. */
bool yaml_render(const Scope *scope, const char *file, const Yaml *yaml, PyValue *out);

/* A rendered text, or NULL when YAML is NULL, null, or failed (then with a finding). */
const char *yaml_render_text(const Scope *scope, const char *file, const Yaml *yaml);

/* A date or a moment in ARENA when YAML is an unquoted one. */
bool yaml_date(Arena *arena, const Yaml *yaml, PyValue *out);

bool has_jinja(const char *text);

/* Whether rendering natively changes TEXT: even without braces Jinja takes one newline off the end. */
bool changes_rendered(const char *text);

/* The file PATH as YAML; NULL when there is none, it is empty or wrong (finding). */
const Yaml *read_yaml(Reader *r, const FileSet *files, const char *path);

/* --- scope.c -------------------------------------------------------------------------------- */

/* For the texts of project files, whose values are all kept. */
Scope file_scope(Reader *r, ScopeKind kind, const Package *package);

/* For rendering what belongs to NODE, with an arena of its own. */
Scope open_node_scope(Reader *r, Node *node, bool execute);

/* Frees what the rendering has made. */
void close_node_scope(Scope *scope);

/* VALUE for as long as the project: copied out of the rendering's arena. */
PyValue keep_value(Scope *scope, PyValue value);

/* The other way: KEPT as a dict of the rendering, which may change it. */
PyDict *own_dict(Scope *scope, PyDict *kept);

/* The environment for rendering in SCOPE, which must live as long as it is used. */
JinjaEnv scope_env(const Scope *scope);

/* The value of the variable NAME as var() of code in PACKAGE sees it; NULL: not set. */
const PyValue *var_value(Reader *r, const Scope *scope, const char *name);
const char *nearest_var(Reader *r, const Scope *scope, const char *name); /* did_you_mean() */

/* --- project.c, profile.c, macros.c --------------------------------------------------------- */

bool read_project(Reader *r);

/* dbt_project.yml below ROOT ("" or "dbt_packages/x/") as one more package; NULL after a finding. */
Package *read_package(Reader *r, const char *root);
bool read_target(Reader *r);
bool read_macros(Reader *r);
void add_macro(Reader *r, Package *package, const JinjaMacro *jinja);
bool add_builtin_macros(Reader *r);
const char *cross_db_text(Arena *arena); /* cross_db.c */

/* The macro NAME as code of PACKAGE finds it: own package, root project, dbt's own. */
const Macro *find_macro(const Reader *r, const Package *package, const char *name);

/* adapter.dispatch(NAME, NAMESPACE) as seen from PACKAGE, or NULL. */
const Macro *dispatch_macro(const Reader *r, Arena *scratch, const Package *package,
                            const char *name, const char *namespace);

/* --- docs.c ---------------------------------------------------------------------------------- */

void read_docs(Reader *r);

/* A description of schema.yml with doc() and variables rendered; NULL: none, or check_descriptions() says why. */
const char *description_text(Reader *r, const Node *node, const Yaml *yaml);

/* Lets check_descriptions() look at ENTRY, a test or macro, too. */
void note_description(Reader *r, const Package *package, const char *file, const Yaml *entry);

/* Findings for all that cannot be rendered: a docs block that is not there. */
void check_descriptions(Reader *r);

/* --- config_tree.c -------------------------------------------------------------------------- */

ConfigTree *config_tree(const Scope *scope, const char *file, const Yaml *yaml);

/* The setting KEY that rules the place FQN, or NULL. */
const ConfigValue *config_tree_get(const ConfigTree *tree, const StrVec *fqn, const char *key);

/* Fills node->config from all layers, weakest first. */
void resolve_config(Reader *r, Node *node);

/* The same of SOURCE, whose place in the tree is FQN; ENTRIES of FILE are the source's and its table's. */
void resolve_source_config(Reader *r, Source *source, const char *file, const StrVec *fqn,
                           const Yaml *const entries[2]);

/* What of it dbt_project.yml says, which is all that dbt knows while it parses the node. */
PyDict *project_config(Reader *r, const Node *node);

/* Keys of a node that may stand beside `config:` as well as in it; ends with NULL. */
extern const char *const config_top_keys[];

/* Its tags, of which CONFIG has most, in dbt's order. */
StrVec node_tags(Arena *arena, const Node *node, const PyDict *config);

/* CONFIG of NODE in ARENA, with what dbt fills in where nothing is set (node_table.c). */
PyDict *filled_config(Reader *r, Arena *arena, const Node *node, const PyDict *config);

const PyValue *config_get(const Node *node, const char *key); /* NULL: not set, or none */
const char *config_text(Reader *r, const Node *node, const char *key);
bool config_bool(Reader *r, const Node *node, const char *key, bool other);
Place config_place(const Node *node, const char *key);

/* --- nodes.c, patches.c, generic_tests.c ---------------------------------------------------- */

void find_nodes(Reader *r);
/* A model or a seed; nothing is made of the others. */
bool has_relation(const Node *node);
Node *add_node(Reader *r, const Package *package, Resource resource, const char *name);
void index_node(Reader *r, Node *node);           /* lets ref() find it by its names: */
StrVec ref_names(Arena *arena, const Node *node); /* "daily.v2", and "daily" of the latest */
void index_names(Reader *r, Node *node, const StrVec *names);
void unindex_node(Reader *r, Node *node);
StrVec fqn_of(Reader *r, const Package *package, const char *path, const char *base);
void check_doubles(Reader *r);
void read_patches(Reader *r);
/* False, with a finding: OWNER has tests, and data_tests as well. */
bool check_tests_key(Reader *r, const char *file, const Yaml *owner);
void add_generic_tests(Reader *r, const Package *package, const char *file, const Yaml *owner,
                       const char *column, Node *on, const Source *source);
Node *find_node(const Reader *r, const Package *from, const char *package, const char *name,
                bool *ambiguous);
Source *find_source(const Reader *r, const char *group, const char *name);

/* --- relation.c, node_value.c, config_object.c, adapter.c, context.c ------------------------ */

PyValue relation_value(Arena *arena, RelName rel, Quoting quoting, const Node *node);
bool relation_of(PyValue value, RelName *out);

/* What exists under the production name NAME; the project's own is given as this rendering names it. */
PyValue live_relation_value(const Scope *scope, RelName name, Quoting quoting, PyValue type);

/* `api`. */
PyValue relation_api(Arena *arena, const Quoting *quoting);
const char *relation_sql(Arena *arena, RelName rel, Quoting quoting);

/* Changes QUOTING as YAML, a `quoting:` of FILE or NULL, says. */
void read_quoting(const Scope *scope, const char *file, const Yaml *yaml, Quoting *quoting);

/* False after a finding at PLACE: without its quotes, REL of WHAT would name another relation. */
bool check_quoting(Reader *r, Place place, const char *what, RelName rel, Quoting quoting);
PyValue node_value(Scope *scope, const Node *node);
PyValue config_object(Scope *scope);
PyDict *config_of_scope(Scope *scope); /* of its node */
PyValue adapter_object(const Scope *scope);
bool context_value(Scope *scope, const char *name, PyValue *out);
void context_names(const Scope *scope, Arena *arena, StrVec *out); /* what it knows, for hints */
bool call_ref(JinjaCall *call, void *self, PyValue *out);
bool call_source(JinjaCall *call, void *self, PyValue *out);

/* --- in_halves.c ---------------------------------------------------------------------------- */

/* What is done for one node, with a reader whose findings are the node's. */
typedef void NodeWork(Reader *r, Node *node);

/* WORK for all NODES in two threads: it may change nothing but its node and what its reader's arena holds. */
void nodes_in_halves(Reader *r, const NodeVec *nodes, NodeWork *work);

/* The same one after the other, so that WORK may change everything. */
void nodes_in_turn(Reader *r, const NodeVec *nodes, NodeWork *work);

/* Adds what was found at NODES to R's findings, in their order. */
void take_findings(Reader *r, const NodeVec *nodes);

/* --- names.c, compile.c, order.c, cte.c ----------------------------------------------------- */

/* Finds who gives names in each package; before name_node(). */
void find_namers(Reader *r);
void generate_names(Reader *r, Node *node); /* as a work in halves: `production`, */
void claim_names(Reader *r, Node *node);    /* which is its own from here on */

/* Gives NODE the relation PRODUCTION, mapped; a finding when another node makes the same. */
void claim_relation(Reader *r, Node *node, RelName production);
void parse_nodes(Reader *r);
void resolve_edges(Reader *r);
bool order_nodes(Reader *r);
void compile_nodes(Reader *r);
const char *inject_ctes(Arena *arena, const char *sql, const StrVec *ctes);

/* --- select_apply.c ------------------------------------------------------------------------- */

/* Marks what the options do not select. False after a finding. */
bool apply_selection(Reader *r);

/* A project of which only `selected` is known. */
DbtProject *listed_project(Reader *r);

/* --- sqlscan.c, hooks.c, seeds.c, indexes.c, emit.c ----------------------------------------- */

/* Adds edges for relations of the project that SQL names by hand; with a NameMap that moves them: findings.
 */
void scan_sql(Reader *r, Node *node, const char *sql);

/* The same for what all nodes were compiled to, whose shapes are known from then on. */
void scan_nodes(Reader *r);

/* Where NODE's file has the bytes START to END of its SQL, if they stand there as they are; else its place. */
Place place_in_file(Arena *scratch, const Node *node, const char *sql, size_t start, size_t end);

SqlShape sql_shape(const SqlToks *toks, size_t length);

/* SQL that was compiled elsewhere: the relations of nodes that it names are edges, and go where the NameMap
 * sends them. NULL after a finding. */
const char *rewrite_sql(Reader *r, Node *node, const char *sql);

/* Renders the hooks that run after NODE; in the parse pass only to see their edges. */
void render_hooks(Reader *r, Node *node, bool execute);

/* Where a statement of a plain SQL file stands: it may be about that file's object alone. */
typedef struct Standing {
    Node *own;
    RelName written;    /* its name as SQL writes it, which other names are relative to */
    const char *suffix; /* behind the names of clusters */
} Standing;

/* Declares the CREATE INDEX, GRANT or COMMENT that begins at FIRST; false when it is none that is understood. */
bool declare_statement(Reader *r, const Standing *standing, const char *sql, const SqlTok *first,
                       Place place);

void read_indexes(Reader *r, Node *node);

/* Gives every index without a name the one that Materialize would give. */
void name_indexes(Reader *r);
const char *cluster_of(Reader *r, const Node *node, bool needed);
SeedData *read_seed(Reader *r, const Node *node);
const char *options_sql(Reader *r, Node *node, NodeKind kind);

/* contract.c: what an enforced contract adds to the options, and the test that compares the columns. */
/* What yml says of NODE's columns, enforced or not; NULL: nothing. */
const Contract *yml_contract(Reader *r, const Node *node);
void contract_options(Reader *r, const Node *node, NodeKind kind, StrVec *options);
void emit_contract(Reader *r, const Node *node, NodeKind kind, Desired *desired);
void emit_desired(Reader *r, DbtProject *project);
void emit_table(Reader *r, DbtProject *project); /* node_table.c */

#endif
