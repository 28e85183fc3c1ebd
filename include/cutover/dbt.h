/*
 * Reading a project. There are three front ends to one desired state: an ordinary dbt project, read without
 * Python; dbt's own manifest.json; and plain SQL files below a project.toml. What is not supported is a
 * finding with file, line, column and the construct's name; never a guess.
 */
#ifndef CUTOVER_DBT_H
#define CUTOVER_DBT_H

#include "cutover/answers.h"
#include "cutover/desired.h"
#include "cutover/diag.h"
#include "cutover/files.h"
#include "cutover/pyvalue.h"
#include "cutover/select.h"
#include "cutover/yaml.h"

typedef struct DbtOptions {
    const FileSet
        *files; /* the project's folder: dbt_project.yml at its root, packages in dbt_packages/ */
    const char *target;      /* output in profiles.yml; NULL: dbt's own rules */
    const Yaml *vars;        /* map that wins over dbt_project.yml (dbt's --vars), or NULL */
    const Map *env;          /* what env_var() sees: name to text */
    const FileSet *profiles; /* where profiles.yml lies when it is not in FILES, or NULL */
    const NameMap *names;    /* NULL: production names */
    const char
        *manifest; /* dbt's manifest.json among FILES, read instead of the sources; or NULL */
    const SelectWanted *select; /* NULL: everything */
    const Database *database;   /* what templates may ask; NULL: nothing, without a connection */
    bool analyses;              /* read them as well: nothing is deployed of them */
    bool only_list;             /* fill `selected` alone: nothing is compiled */
    bool table;                 /* fill the node table */
    Halves *halves;             /* how work is shared; NULL: halves_here() */
    int64_t steps;              /* limit of Jinja steps for the whole project; 0: 50,000,000 */
} DbtOptions;

/* One rendered file as `dbt compile` writes it. */
typedef struct DbtCompiled {
    const char *id;   /* unique id */
    const char *path; /* below target/compiled: "shop/models/shop/daily.sql" */
    const char *text;
} DbtCompiled;

/* A model, seed or test as dbt's manifest has it. */
typedef struct DbtNode {
    const char *id, *resource;   /* "model.shop.daily"; "model", "seed", "test" */
    const char *relation, *code; /* quoted name, compiled SQL; NULL where there is none */
    StrVec fqn, tags;
    StrVec depends;       /* ids of what it names by ref() and source(), ephemeral models too */
    const PyDict *config; /* in the end, with what dbt fills in */
} DbtNode;

/* Something that is selected, as `dbt ls` prints it: "shop.marts.daily", "source:shop.raw.orders". */
typedef struct DbtListed {
    const char *id, *type, *text;
} DbtListed;

typedef struct DbtProject {
    Desired *desired;
    VEC(DbtCompiled) compiled; /* models and tests, ephemeral ones too */
    VEC(DbtListed) selected;   /* by id; filled when OPTIONS.select is there */
    VEC(DbtNode) table;        /* every enabled node, inputs first; filled when OPTIONS.table */
} DbtProject;

/* Reads and renders the project, by the front end that fits what OPTIONS.files hold: a manifest when one is
 * named, dbt's sources, or plain SQL (project.toml). Findings go to DIAGS; when one of them is an error the
 * result is NULL. */
DbtProject *dbt_read(Arena *arena, const DbtOptions *options, Diags *diags);

/* Renders one SQL text (a check of cutover.yaml) as a model of the project would be, where ref() and
 * source() work. FILE and LINE say where it was written. NULL and findings when it does not render. */
const char *dbt_render_check(Arena *arena, const DbtOptions *options, const Desired *desired,
                             const char *sql, const char *file, int line, StrVec *depends,
                             Diags *diags);

#endif
