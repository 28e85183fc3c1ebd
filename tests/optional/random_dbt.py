"""Random dbt projects within what Cutover reads natively: every spelling that real projects use has its chance."""
import random

WORDS = ["orders", "daily", "customer", "it's", "a b", "Ünï", "x-1", "100%", "", "tab\\tbed"]
COLUMNS = ["id", "amount", "status", "day", "customer_id"]


class Expressions:
    """Jinja expressions by the type of their value. SCOPE: names that are set, by type."""

    def __init__(self, chance):
        self.chance = chance
        self.scope = {"str": [], "int": [], "list": []}

    def pick(self, *choices):
        return self.chance.choice(choices)

    def quoted(self, text):
        quote = self.pick("'", '"') if "'" not in text else '"'
        return quote + text + quote

    def string(self, depth=0):
        simple = depth > 2 or self.chance.random() < 0.4
        if simple:
            return self.pick(*([self.quoted(self.pick(*WORDS))] + self.scope["str"] + ["target.schema", "target.name", "this.name", "var('plain')"]))
        s, t, n, l = (lambda: self.string(depth + 1)), (lambda: self.string(depth + 1)), (lambda: self.integer(depth + 1)), (lambda: self.array(depth + 1))
        return self.pick(
            lambda: "%s ~ %s" % (s(), n()), lambda: "(%s) | upper" % s(), lambda: "(%s) | replace('a', '%s')" % (s(), self.pick("b", "")),
            lambda: "(%s) | join(', ')" % l(), lambda: "(%s).upper()" % s(), lambda: "(%s).strip()" % s(), lambda: "(%s) | trim" % s(),
            lambda: "(%s if %s else %s)" % (s(), self.boolean(depth + 1), t()), lambda: "(%s) | title" % s(), lambda: "(%s).split('a') | join('-')" % s(),
            lambda: "'%%s_%%s' | format(%s, %s)" % (s(), n()), lambda: "'%%05d' %% (%s)" % n(), lambda: "'{}-{}'.format(%s, %s)" % (s(), n()),
            lambda: "(%s) | default('none', true)" % s(), lambda: "(%s)[:3]" % s(), lambda: "(%s).replace('e', 'E')" % s(), lambda: "(%s) | string" % n(),
            lambda: "(%s) | tojson" % l(), lambda: "(%s) | capitalize" % s(), lambda: "quoted(%s)" % s(), lambda: "named(%s, style=%s)" % (s(), self.pick("'wide'", "none")),
            lambda: "var('missing', %s)" % s(), lambda: "(%s) | first" % self.nonempty(depth), lambda: "{'k': %s}['k']" % s(), lambda: "(%s).lstrip('o')" % s(),
            lambda: "(%s) | lower | e" % s(), lambda: "(%s) | truncate(5, true, '')" % s(), lambda: "(%s) | indent(2)" % s())()

    def integer(self, depth=0):
        if depth > 2 or self.chance.random() < 0.4:
            return self.pick(*([str(self.chance.randrange(0, 50))] + self.scope["int"] + ["var('number')"]))
        n, l, s = (lambda: self.integer(depth + 1)), (lambda: self.array(depth + 1)), (lambda: self.string(depth + 1))
        return self.pick(
            lambda: "(%s + %s)" % (n(), n()), lambda: "(%s * 3)" % n(), lambda: "(%s - 7)" % n(), lambda: "(%s // 4)" % n(), lambda: "(%s %% 5)" % n(),
            lambda: "(%s) | length" % l(), lambda: "(%s) | length" % s(), lambda: "(%s) | abs" % n(), lambda: "'12' | int", lambda: "((%s) | map('length') | sum)" % l(),
            lambda: "[%s, %s] | max" % (n(), n()), lambda: "(%s).count('a')" % s(), lambda: "(2 ** 5)", lambda: "-%s" % n().replace("-", ""),
            lambda: "namespace(v=%s).v" % n(), lambda: "fib(%d)" % self.chance.randrange(0, 8))()

    def nonempty(self, depth=0):
        return "[%s]" % ", ".join(self.string(depth + 1) for _ in range(self.chance.randrange(1, 4)))

    def array(self, depth=0):
        if depth > 2 or self.chance.random() < 0.4:
            return self.pick(*([self.nonempty(depth), "var('names')"] + self.scope["list"]))
        l = lambda: self.array(depth + 1)
        return self.pick(
            lambda: "(%s) | sort" % l(), lambda: "(%s) | unique | list" % l(), lambda: "(%s + %s)" % (l(), l()), lambda: "(%s) | map('upper') | list" % l(),
            lambda: "(%s) | reject('equalto', 'a b') | list" % l(), lambda: "(%s) | reverse | list" % l(), lambda: "(%s).split(' ')" % self.string(depth + 1),
            lambda: "(%s)[1:]" % l(), lambda: "(%s) | select('string') | list" % l(), lambda: "['a', 'b', 'c'] | batch(2) | map('first') | list",
            lambda: "{'b': 1, 'a': 2}.keys() | list", lambda: "(dict(a='x', b='y').values() | list)", lambda: "listed(%s)" % self.integer(depth + 1),
            lambda: "[{'n': 'q'}, {'n': 'p'}] | map(attribute='n') | sort")()

    def boolean(self, depth=0):
        s, n, l = (lambda: self.string(depth + 2)), (lambda: self.integer(depth + 2)), (lambda: self.array(depth + 2))
        return self.pick(
            lambda: "%s > %s" % (n(), n()), lambda: "%s == %s" % (s(), s()), lambda: "%s in %s" % (s(), l()), lambda: "'a' not in %s" % s(), lambda: "execute",
            lambda: "not (%s)" % self.boolean(depth + 2) if depth < 3 else "true", lambda: "(%s) is divisibleby 2" % n(), lambda: "nothing is defined",
            lambda: "(%s) is none" % s(), lambda: "%s is string and %s is number" % (s(), n()), lambda: "(%s) | length >= 2 or false" % l(),
            lambda: "var('flag')", lambda: "target.name == 'prod'", lambda: "(%s) is even" % n(), lambda: "1 < %s <= 9" % n())()


class Text(Expressions):
    """Pieces of a model: what stands in comments does not matter to SQL, only to Jinja."""

    def open(self, kind):
        left, right = {"{{": ("{{", "}}"), "{%": ("{%", "%}")}[kind]
        return left + self.pick("", "", "", "-", "+" if kind == "{%" else ""), self.pick("", "", "", "-") + right

    def output(self, expression):
        left, right = self.open("{{")
        return "%s %s %s" % (left, expression, right)

    def tag(self, words):
        left, right = self.open("{%")
        return "%s %s %s" % (left, words, right)

    def piece(self, depth=0):
        kind = self.chance.randrange(0, 12 if depth < 2 else 5)
        if kind == 0:
            return "/* %s */" % self.output(self.string())
        if kind == 1:
            return "/* %s */\n" % self.output(self.integer())
        if kind == 2:
            return "{# a %s comment #}" % self.pick("short", "{{ hidden }}", "\n long \n")
        if kind == 3:
            name, kind_of = "v%d" % self.chance.randrange(0, 5), self.pick("str", "int", "list")
            text = self.tag("set %s = %s" % (name, {"str": self.string, "int": self.integer, "list": self.array}[kind_of]()))
            if depth == 0:
                for names in self.scope.values():
                    if name in names:
                        names.remove(name)
                self.scope[kind_of].append(name)
            return text + self.pick("\n", "")
        if kind == 4:
            return "\n" + " " * self.chance.randrange(0, 4)
        if kind in (5, 6):
            return "%s%s%s%s%s" % (self.tag("if " + self.boolean()), self.some(depth + 1), self.pick("", self.tag("elif " + self.boolean()) + self.some(depth + 1)),
                                   self.pick("", self.tag("else") + self.some(depth + 1)), self.tag("endif"))
        if kind in (7, 8):
            over, body = self.array(), self.some(depth + 1)
            inner = self.pick("item", "loop.index ~ item", "loop.last", "loop.first ~ loop.length", "loop.index0", "loop.cycle('a', 'b')", "loop.revindex")
            return "%s/* %s %s */%s%s%s" % (self.tag("for item in %s" % over + self.pick("", " if item is string", " if item != 'a b'")), self.output(inner),
                                           self.pick("", "{% if not loop.last %},{% endif %}"), body, self.pick("", self.tag("else") + "/* none */"), self.tag("endfor"))
        if kind == 9:
            return "%s %s\n%s/* %s */" % (self.tag("set block"), self.output(self.string()), self.tag("endset"), self.output("block | trim | length"))
        if kind == 10:
            return "%s in %s\n%s" % (self.tag("call wrapped(%s)" % self.string()), self.output(self.integer()), self.tag("endcall"))
        return "{% raw %}/* {{ raw }} */\n{% endraw %}"

    def some(self, depth=0):
        return "".join(self.piece(depth) for _ in range(self.chance.randrange(0, 4 if depth else 6)))


MACROS = """{% macro quoted(text) %}"{{ text }}"{% endmacro %}

{%- macro named(text, style='plain', n=2) -%}
  {%- if style == 'wide' -%} << {{ text }} >> {%- elif style is none -%} {{ text | length }} {%- else -%} {{ text ~ n }} {%- endif -%}
{%- endmacro -%}

{% macro fib(n) %}{% if n < 2 %}{{ return(n) }}{% endif %}{{ return(fib(n - 1) + fib(n - 2)) }}{% endmacro %}

{% macro listed(n) %}
  {% set found = [] %}
  {% for i in range(n % 4) %}{% do found.append('e' ~ i) %}{% endfor %}
  {{ return(found) }}
{% endmacro %}

{% macro wrapped(text) %}/* {{ text }} [
{{ caller() }} ] */
{% endmacro %}

{% macro columns_of(names, prefix='') %}{% for n in names %}{{ prefix }}{{ n }}{{ ", " if not loop.last }}{% endfor %}{% endmacro %}

{% macro default__flavour() %}'default'{% endmacro %}
{% macro materialize__flavour() %}'materialize'{% endmacro %}
{% macro flavour() %}{{ return(adapter.dispatch('flavour')()) }}{% endmacro %}
"""
SCHEMA_NAME = """{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}{{ target.schema }}{%- else -%}{{ custom_schema_name | trim }}{%- endif -%}
{%- endmacro %}
"""
GENERIC = """{% test bigger_than(model, column_name, least=0) %}
select * from {{ model }} where {{ column_name }} <= {{ least }}
{% endtest %}
"""


class RandomProject:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.models = {}  # name to materialization
        self.versions = []  # of the model "ver"
        self.files = {}
        self.project()
        self.data()
        count, when = self.chance.randrange(3, 12), self.chance.randrange(0, 24)
        for i in range(count):
            if i == when:
                self.versioned()
            self.model("m%d" % i)
        self.tests()

    def pick(self, *choices):
        return self.chance.choice(choices)

    def project(self):
        self.files["dbt_project.yml"] = """name: shop
version: "1.0"
config-version: 2
profile: shop
model-paths: ["models"]
vars:
  plain: text
  number: 7
  flag: %s
  names: [a, b b, 'c']
  shop:
    scoped: inner
models:
  shop:
    +tags: [all]
    one:
      +schema: %s
      two:
        +materialized: %s
        %smeta: {owner: me}
seeds:
  shop:
    +schema: seeds
""" % (self.pick("true", "false"), self.pick("first", "second"), self.pick("view", "materialized_view", "ephemeral"), self.pick("+", ""))
        self.files["profiles.yml"] = """shop:
  target: prod
  outputs:
    prod: {type: materialize, host: localhost, port: 1, user: u, pass: p, database: materialize, schema: base, cluster: quickstart, threads: 1}
"""
        self.files["macros/all.sql"] = MACROS
        self.files["macros/tests/generic.sql"] = GENERIC
        if self.chance.random() < 0.5:
            self.files["macros/names.sql"] = SCHEMA_NAME

    def data(self):
        self.files["seeds/codes.csv"] = "code,name,n\n1,one,%d\n2,two,3\n" % self.chance.randrange(9)
        self.files["models/sources.yml"] = """version: 2
sources:
  - name: raw
    %s
    tables:
      - name: orders
      - name: customers
        identifier: %s
  - name: other
    database: elsewhere
    schema: "{{ var('plain') }}"
    tables: [{name: t}]
""" % (self.pick("schema: landing", "description: plain", "schema: \"{{ target.schema }}_in\""), self.pick("Customers", "cust_2"))

    def versioned(self):
        """A model with versions: each reads what was there before, later models read one of them."""
        numbers = list(self.pick([1, 2], [2, 1, 3], ["old", "new"], [1, 1.5], [10, 9]))
        latest = self.chance.choice(numbers)
        lines = ["version: 2", "models:", "  - name: ver", "    latest_version: %s" % latest, "    config: {tags: [base], meta: {a: 1, b: {c: 2}}}",
                 "    columns:", "      - {name: id, tests: [not_null]}", "      - {name: name, description: of all, tests: [unique]}", "    versions:"]
        for number in numbers:
            name = self.pick("ver_v%s" % number, "ver_v%s" % number, "elsewhere_%s" % str(number).replace(".", "_"))
            lines.append("      - v: %s" % number)
            if name.startswith("elsewhere"):
                lines.append("        defined_in: " + name)
            elif number == latest:
                name = self.pick("ver", name)
            lines += self.pick([], ["        description: of this one"]) + self.pick([], [], ["        tests: []"], ["        data_tests: [{bigger_than: {column_name: id}}]"])
            lines += self.pick([], ["        config: {tags: [own], meta: {b: {d: 3}}}"], ["        config: {materialized: %s}" % self.pick("view", "ephemeral", "materialized_view")],
                               ["        config: {alias: ver_renamed_%s, schema: own}" % str(number).replace(".", "_")])
            lines += self.pick([], ["        columns: [{include: all, exclude: [name]}]"], ["        columns: [{include: [name]}, {name: more, tests: [not_null]}]"],
                               ["        columns: [{include: '*'}, {name: more}]"])
            self.files["models/%s%s.sql" % (self.pick("", "one/", "one/two/"), name)] = "select {{ model.version }} as n, '{{ this.name }}' as t from %s" % self.input()
        self.files["models/versions.yml"] = "\n".join(lines) + "\n"
        self.versions = numbers

    def input(self):
        if self.versions and self.chance.random() < 0.3:
            number = self.chance.choice(self.versions)
            return self.pick("{{ ref('ver') }}", "{{ ref('shop', 'ver') }}", "{{ ref('ver', v=%r) }}" % number, "{{ ref('ver', version='%s') }}" % number)
        if self.models and self.chance.random() < 0.7:
            name = self.chance.choice(list(self.models))
            return self.pick("{{ ref('%s') }}", '{{ref("%s")}}', "{{ ref('shop', '%s') }}", "{{- ref('%s') -}}") % name
        return self.pick("{{ source('raw', 'orders') }}", "{{ source('raw','customers') }}", "{{ ref('codes') }}", "{{ source('other', 't') }}")

    def model(self, name):
        text = Text(self.chance)
        text.scope = {"str": [], "int": [], "list": []}
        folder = self.pick("", "one/", "one/two/", "one/two/three/")
        kind = self.pick("view", "materialized_view", "table", "ephemeral", None, None)
        config = []
        if kind:
            config.append("materialized='%s'" % kind)
        if self.chance.random() < 0.3:
            config.append("schema=%s" % self.pick("'mart'", "'m_' ~ target.name", "var('plain')"))
        if self.chance.random() < 0.2:
            config.append("alias='%s_alias'" % name)
        if self.chance.random() < 0.3:
            config.append("tags=%s" % self.pick("['x', 'y']", "'single'"))
        head = "{{ config(%s) }}" % ", ".join(config) + self.pick("\n", "\n\n", "") if config else ""
        body = text.some()
        inputs = [self.input() for _ in range(self.chance.randrange(1, 3))]
        if self.chance.random() < 0.3:
            body += "with base as (select * from %s)%sselect %s from base" % (inputs[0], self.pick("\n", " "), self.pick("*", "{{ columns_of(%s) }}" % COLUMNS[:2]))
        elif len(inputs) > 1:
            body += "select * from %s\nunion all\nselect * from %s" % tuple(inputs)
        else:
            body += "select {{ flavour() }} as f, {{ columns_of(%s, 'a.') }} from %s a" % (COLUMNS[1:3], inputs[0])
        self.files["models/%s%s.sql" % (folder, name)] = head + body + self.pick("", "\n", "\n\n", "  \n") + text.piece()
        self.models[name] = kind

    def tests(self):
        lines = ["version: 2", "models:"]
        for name in self.models:
            if self.chance.random() < 0.6:
                lines += ["  - name: " + name, "    description: \"{{ 1 + 1 }} of %s\"" % name, "    columns:", "      - name: " + self.pick(*COLUMNS), "        %s:" % self.pick("tests", "data_tests")]
                lines += ["          - " + self.pick(
                    "unique", "not_null", "unique: {config: {where: \"id > {{ var('number') }}\"}}", "accepted_values: {values: ['a', 'b c', b]}",
                    "accepted_values: {values: [1, 2], quote: false}", "relationships: {to: ref('codes'), field: code}", "bigger_than: {least: 5}",
                    "not_null: {severity: warn, name: renamed_%s}" % name, "unique: {config: {severity: error, error_if: '>5', limit: 3}}", "bigger_than")]
        if len(lines) > 2:
            self.files["models/schema.yml"] = "\n".join(lines) + "\n"
        for i in range(self.chance.randrange(0, 3)):
            self.files["tests/single_%d.sql" % i] = "select * from %s where {{ %s }} > 3" % (self.input(), Text(self.chance).integer())

    def write(self, folder):
        for path, text in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
