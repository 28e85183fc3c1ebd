/*
 * The few macros of dbt itself that projects call, override or reach by dispatch: names, the four
 * tests, small helpers. What they print is what dbt's own print, white space included, since
 * compiled files are compared with dbt's.
 */
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

static const char names_text[] =
    "{% macro generate_schema_name(custom_schema_name, node) -%}\n"
    "  {{ return(adapter.dispatch('generate_schema_name', 'dbt')(custom_schema_name, node)) }}\n"
    "{%- endmacro %}\n"
    "{% macro default__generate_schema_name(custom_schema_name, node) -%}\n"
    "  {%- if custom_schema_name is none -%}{{ target.schema }}\n"
    "  {%- else -%}{{ target.schema }}_{{ custom_schema_name | trim }}{%- endif -%}\n"
    "{%- endmacro %}\n"
    "{% macro generate_schema_name_for_env(custom_schema_name, node) -%}\n"
    "  {%- if target.name == 'prod' and custom_schema_name is not none -%}\n"
    "  {{ custom_schema_name | trim }}{%- else -%}{{ target.schema }}{%- endif -%}\n"
    "{%- endmacro %}\n"
    "{% macro generate_database_name(custom_database_name=none, node=none) -%}\n"
    "  {{ return(adapter.dispatch('generate_database_name', 'dbt')(custom_database_name, node)) "
    "}}\n"
    "{%- endmacro %}\n"
    "{% macro default__generate_database_name(custom_database_name=none, node=none) -%}\n"
    "  {{ target.database if custom_database_name is none else custom_database_name }}\n"
    "{%- endmacro %}\n"
    "{% macro generate_alias_name(custom_alias_name=none, node=none) -%}\n"
    "  {{ return(adapter.dispatch('generate_alias_name', 'dbt')(custom_alias_name, node)) }}\n"
    "{%- endmacro %}\n"
    "{% macro default__generate_alias_name(custom_alias_name=none, node=none) -%}\n"
    "  {%- if custom_alias_name -%}{{ custom_alias_name | trim }}\n"
    "  {%- elif node.version -%}\n"
    "    {{ return(node.name ~ '_v' ~ (node.version | replace('.', '_'))) }}\n"
    "  {%- else -%}{{ node.name }}{%- endif -%}\n"
    "{%- endmacro %}\n";

static const char helpers_text[] =
    "{% macro is_incremental() %}{{ return(False) }}{% endmacro %}\n"
    "{% macro should_full_refresh() %}{{ return(False) }}{% endmacro %}\n"
    "{% macro make_hook_metadata(sql, inside_transaction) %}\n"
    "  {{ return(tojson({'sql': sql, 'transaction': inside_transaction})) }}\n"
    "{% endmacro %}\n"
    "{% macro before_begin(sql) %}{{ return(make_hook_metadata(sql, False)) }}{% endmacro %}\n"
    "{% macro in_transaction(sql) %}{{ return(make_hook_metadata(sql, True)) }}{% endmacro %}\n"
    "{% macro after_commit(sql) %}{{ return(make_hook_metadata(sql, False)) }}{% endmacro %}\n"
    "{% macro should_store_failures() %}\n"
    "  {{ return(config.get('store_failures', False)) }}\n"
    "{% endmacro %}\n"
    "{% macro get_where_subquery(relation) -%}\n"
    "  {{ return(adapter.dispatch('get_where_subquery', 'dbt')(relation)) }}\n"
    "{%- endmacro %}\n"
    "{% macro default__get_where_subquery(relation) -%}\n"
    "  {% set condition = config.get('where', '') %}\n"
    "  {{ return('(select * from ' ~ relation ~ ' where ' ~ condition ~ ') dbt_subquery'\n"
    "     if condition else relation) }}\n"
    "{%- endmacro %}\n";

static const char tests_text[] =
    "{% test unique(model, column_name) %}\n"
    "    {% set found = adapter.dispatch('test_unique', 'dbt') %}\n"
    "    {{ found(model, column_name) }}\n"
    "{% endtest %}\n"
    "{% test not_null(model, column_name) %}\n"
    "    {% set found = adapter.dispatch('test_not_null', 'dbt') %}\n"
    "    {{ found(model, column_name) }}\n"
    "{% endtest %}\n"
    "{% test accepted_values(model, column_name, values, quote=True) %}\n"
    "    {% set found = adapter.dispatch('test_accepted_values', 'dbt') %}\n"
    "    {{ found(model, column_name, values, quote) }}\n"
    "{% endtest %}\n"
    "{% test relationships(model, column_name, to, field) %}\n"
    "    {% set found = adapter.dispatch('test_relationships', 'dbt') %}\n"
    "    {{ found(model, column_name, to, field) }}\n"
    "{% endtest %}\n"
    "{% macro default__test_unique(model, column_name) %}\n"
    "\nselect\n    {{ column_name }} as unique_field,\n    count(*) as n_records\n"
    "\nfrom {{ model }}\nwhere {{ column_name }} is not null\n"
    "group by {{ column_name }}\nhaving count(*) > 1\n\n{% endmacro %}\n"
    "{% macro default__test_not_null(model, column_name) %}\n"
    "\n{% set columns = '*' if should_store_failures() else column_name %}\n"
    "\nselect {{ columns }}\nfrom {{ model }}\nwhere {{ column_name }} is null\n\n{% endmacro %}\n"
    "{% macro default__test_accepted_values(model, column_name, values, quote=True) %}\n"
    "\nwith all_values as (\n\n    select\n        {{ column_name }} as value_field,\n"
    "        count(*) as n_records\n\n    from {{ model }}\n    group by {{ column_name }}\n"
    "\n)\n\nselect *\nfrom all_values\nwhere value_field not in (\n    "
    "{% for value in values %}{{ '' if loop.first else ',' }}{{ \"'\" ~ value ~ \"'\" if quote "
    "else value }}{% endfor %}\n)\n\n{% endmacro %}\n"
    "{% macro default__test_relationships(model, column_name, to, field) %}\n"
    "\nwith child as (\n    select {{ column_name }} as from_field\n    from {{ model }}\n"
    "    where {{ column_name }} is not null\n),\n\nparent as (\n"
    "    select {{ field }} as to_field\n    from {{ to }}\n)\n"
    "\nselect\n    from_field\n\nfrom child\nleft join parent\n"
    "    on child.from_field = parent.to_field\n\nwhere parent.to_field is null\n\n"
    "{% endmacro %}\n";

static bool add_text(Reader *r, const char *text)
{
    JinjaSource source = {.name = "dbt", .text = text, .length = strlen(text), .owner = r->builtin};
    const JinjaTemplate *template = jinja_parse(r->arena, &source, r->diags);
    for (size_t i = 0; template && i < template->macros.count; i++) {
        const JinjaMacro *jinja = template->macros.items[i];
        Macro *macro = arena_make(r->arena, Macro);
        *macro = (Macro){jinja, r->builtin, jinja_macro(r->arena, jinja)};
        const char *key = jinja->kind == JINJA_TEST ? arena_printf(r->arena, "test_%s", jinja->name)
                                                    : jinja->name;
        map_put(r->arena, &r->builtin->macros, key, macro);
    }
    return template;
}

bool add_builtin_macros(Reader *r)
{
    r->builtin = arena_make(r->arena, Package);
    r->builtin->name = "dbt";
    r->builtin->file = r->builtin->root = "";
    map_put(r->arena, &r->package_by_name, "dbt", r->builtin);
    return add_text(r, names_text) && add_text(r, helpers_text) && add_text(r, tests_text) &&
           add_text(r, cross_db_text(r->arena));
}
