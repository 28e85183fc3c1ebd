/*
 * The findings of the dbt reader. Codes are stable: a code that is no longer used is never given to
 * something else.
 */
#ifndef DBT_CODES_H
#define DBT_CODES_H

#define P_YAML "CO3001"            /* a YAML file of the project cannot be read */
#define P_NO_PROJECT "CO3002"      /* dbt_project.yml is missing or empty */
#define P_KEY "CO3003"             /* a key that must be there is missing, or has the wrong type */
#define P_PROFILE "CO3004"         /* profile, target or profiles.yml not found */
#define P_ADAPTER "CO3005"         /* the profile is not of type materialize */
#define P_HOOK_RUN "CO3006"        /* on-run-start and on-run-end are not supported */
#define P_DUPLICATE_MACRO "CO3007" /* two macros of one name in a package */
#define P_DUPLICATE_NODE "CO3008"  /* two models, seeds or tests of one name */
#define P_DUPLICATE_REL "CO3009"   /* two nodes make the same relation */
#define P_VAR "CO3010"             /* var() without value and default */
#define P_ENV_VAR "CO3011"         /* env_var() without value and default */
#define P_REF "CO3012"             /* ref() of something that is not there */
#define P_SOURCE "CO3013"          /* source() of something that is not declared */
#define P_REF_DISABLED "CO3014"    /* ref() or source() of something disabled */
#define P_REF_LATE "CO3015"        /* ref() that only shows when rendering, so no edge was seen */
#define P_REF_AMBIGUOUS "CO3016"   /* ref() that several packages could mean */
#define P_CYCLE "CO3017"           /* models that depend on each other */
#define P_BY_HAND "CO3018"         /* a relation of the project written without ref() */
#define P_MATERIALIZED "CO3020"    /* a materialization that is not supported */
#define P_SNAPSHOT "CO3021"        /* snapshots are not supported */
#define P_PYTHON "CO3022"          /* Python models are not supported */
#define P_CONTRACT "CO3023"        /* an enforced contract that cannot be kept */
#define P_CONFIG "CO3024"         /* a config of the wrong type or with a value that is not known */
#define P_PRE_HOOK "CO3025"       /* pre-hooks are not supported */
#define P_INDEX "CO3026"          /* an index that cannot be understood */
#define P_SQL "CO3027"            /* SQL that cannot be read: an unterminated quote or comment */
#define P_EMPTY_SQL "CO3028"      /* a model without a query */
#define P_CLUSTER "CO3029"        /* something needs a cluster and none is given */
#define P_DEPLOY_VAR "CO3030"     /* var deploy: dbt-materialize's own blue/green */
#define P_TEST "CO3031"           /* a test that is written wrongly */
#define P_TEST_UNKNOWN "CO3032"   /* a test that no macro defines */
#define P_TEST_CONFIG "CO3033"    /* a test's config of the wrong type */
#define P_SEED "CO3034"           /* a seed that cannot be read */
#define P_PATCH "CO3035"          /* schema.yml describes something that is not there (warning) */
#define P_GENERATED_NAME "CO3036" /* generate_*_name gives no name */
#define P_VERSIONS "CO3037"       /* versions of a model that are written wrongly */
#define P_LEGACY_BODY "CO3038"    /* an old CREATE SOURCE or SINK header was taken off (warning) */
#define P_GRANTS "CO3039"         /* grants of a form that is not supported */
#define P_UNIT_TEST "CO3040"      /* unit tests are not run (warning) */
#define P_DEPENDENCY "CO3041"     /* a package is declared but not in dbt_packages/ */
#define P_OVERRIDE "CO3042"     /* a macro or materialization that would change what dbt creates */
#define P_DOCS "CO3043"         /* doc() of a block that is not there, or a block without end */
#define P_UNKNOWN_KEY "CO3044"  /* a key that dbt does not know where it refuses that */
#define P_DBT_VERSION "CO3045"  /* require-dbt-version that dbt 1.10 does not meet */
#define P_PACKAGE_NAME "CO3046" /* two packages of one name, or of the name of dbt's own */
#define P_ACCESS "CO3047"       /* ref() of a model that is private, or protected, to others */
#define P_GROUP "CO3048"        /* a group that is not declared */
#define P_MANIFEST "CO3060"     /* manifest.json is missing, broken, or of another version */
#define P_NOT_COMPILED "CO3061" /* manifest.json holds no compiled SQL */
#define P_STALE "CO3062"     /* manifest.json was made from other sources, or for another target */
#define P_TOML "CO3063"      /* project.toml cannot be read */
#define P_STATEMENT "CO3064" /* a statement of a plain SQL project that is not understood */
#define P_MISPLACED "CO3065" /* a file of a plain SQL project that is not where its name belongs */
#define P_SELECT "CO3070"    /* a selector that cannot be read */
#define P_SELECT_METHOD "CO3071"  /* a selector method that does not exist */
#define P_SELECT_MISSING "CO3072" /* a selector method that is not supported */
#define P_SELECT_NONE "CO3073"    /* a selector that matches nothing (warning) */
#define P_SELECTORS "CO3074"      /* selectors.yml is written wrongly */
#define P_SELECTOR_NAME "CO3075"  /* a selector that selectors.yml does not define */
#define P_SELECT_STATE "CO3076"   /* state: where nothing is known of what is live */
#define P_LIVE "CO2051"           /* Jinja that needs the database, the clock or the network */
#define P_ASKED "CO2055"          /* the database did not answer what a template asked */
#define P_WRITES "CO2056"         /* a template would change the database */
#define P_RAISED "CO2050"         /* exceptions.raise_compiler_error of the project itself */
#define P_DISPATCH "CO2052"       /* adapter.dispatch finds no macro */
#define P_NO_MACRO "CO2054"       /* package.macro() that is not there */
#define P_UNSUPPORTED "CO2053" /* a function, attribute or keyword of dbt that is not supported */

#endif
