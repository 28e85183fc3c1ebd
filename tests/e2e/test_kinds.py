"""What was just applied leaves nothing to plan: for every kind of object that a project can declare, when it is new,
when it has changed, and when it has gone."""
import sys
import traceback

from lab import Lab, cutover_yaml, template

VIEW = "{{ config(materialized='view', schema='s0'%s) }}\nselect id, x from {{ source('raw', 'orders') }}\n"
MATERIALIZED = "{{ config(materialized='materialized_view', schema='s0', cluster='c0'%s) }}\nselect id, x from {{ source('raw', 'orders') }}\n"
ANCHOR = {"models/anchor.sql": "{{ config(materialized='view', schema='s0') }}\nselect 1 as id\n"}
AUCTION = "{{ config(materialized='source', schema='s1', cluster='c1') }}\nFROM LOAD GENERATOR AUCTION (TICK INTERVAL '1s')\n"
BIDS = "{{ config(materialized='source_table', schema='s1') }}\nFROM SOURCE {{ ref('auction') }} (REFERENCE \"auction\".\"bids\")\n"


def docs(kind, name, text):
    return "version: 2\n%ss: [{name: %s, description: '%s', config: {persist_docs: {relation: true, columns: true}}, columns: [{name: id, description: key}]}]\n" % (
        kind, name, text)


# kind: files when it is new, files when it has changed (None: it stays for ever)
KINDS = {
    "view": ({"models/v.sql": VIEW % ""}, {"models/v.sql": VIEW % "" + "where x > 0\n"}),
    "materialized view": ({"models/m.sql": MATERIALIZED % ""}, {"models/m.sql": MATERIALIZED % "" + "where x > 0\n"}),
    "table": ({"models/t.sql": (MATERIALIZED % "").replace("materialized_view", "table")},
              {"models/t.sql": (MATERIALIZED % "").replace("materialized_view", "table") + "where x > 0\n"}),
    "materialized view with options": ({"models/m.sql": MATERIALIZED % ", refresh_interval={'every': '1 day'}"},
                                       {"models/m.sql": MATERIALIZED % ", refresh_interval={'every': '2 days'}"}),
    "ephemeral": ({"models/e.sql": (VIEW % "").replace("'view'", "'ephemeral'"),
                   "models/v.sql": "{{ config(materialized='view', schema='s0') }}\nselect id from {{ ref('e') }}\n"},
                  {"models/e.sql": (VIEW % "").replace("'view'", "'ephemeral'") + "where x > 0\n",
                   "models/v.sql": "{{ config(materialized='view', schema='s0') }}\nselect id from {{ ref('e') }}\n"}),
    "seed": ({"seeds/regions.csv": "id,name\n1,north\n", "seeds/schema.yml": "version: 2\nseeds: [{name: regions, config: {schema: s0}}]\n"},
             {"seeds/regions.csv": "id,name\n1,north\n2,south\n", "seeds/schema.yml": "version: 2\nseeds: [{name: regions, config: {schema: s0}}]\n"}),
    "index": ({"models/v.sql": VIEW % ", indexes=[{'columns': ['id'], 'cluster': 'c0'}]"},
              {"models/v.sql": VIEW % ", indexes=[{'columns': ['id', 'x'], 'cluster': 'c0'}]"}),
    "index with a name": ({"models/v.sql": VIEW % ", indexes=[{'columns': ['id'], 'name': 'some_idx', 'cluster': 'c0'}]"},
                          {"models/v.sql": VIEW % ", indexes=[{'columns': ['x'], 'name': 'some_idx', 'cluster': 'c0'}]"}),
    "default index": ({"models/v.sql": VIEW % ", indexes=[{'default': True, 'cluster': 'c0'}]"},
                      {"models/v.sql": VIEW % ", indexes=[{'columns': ['id'], 'cluster': 'c0'}]"}),
    "index on a source's table": ({"models/v.sql": VIEW % ", post_hook=\"create index orders_idx in cluster c0 on {{ source('raw', 'orders') }} (id)\""},
                                  {"models/v.sql": VIEW % ", post_hook=\"create index orders_idx in cluster c0 on {{ source('raw', 'orders') }} (x)\""}),
    "source": ({"models/auction.sql": AUCTION}, None),
    "table from a source": ({"models/auction.sql": AUCTION, "models/bids.sql": BIDS}, None),
    "grant": ({"models/v.sql": VIEW % ", grants={'select': ['reader']}"}, {"models/v.sql": VIEW % ", grants={'select': ['reader', 'writer']}"}),
    "grant by a hook": ({"models/v.sql": VIEW % ", post_hook='grant select on {{ this }} to reader'"},
                        {"models/v.sql": VIEW % ", post_hook=['grant select on {{ this }} to reader', 'grant select on {{ this }} to writer']"}),
    "description": ({"models/v.sql": VIEW % "", "models/docs.yml": docs("model", "v", "of orders")},
                    {"models/v.sql": VIEW % "", "models/docs.yml": docs("model", "v", "of all orders")}),
    "comment by a hook": ({"models/v.sql": VIEW % ", post_hook='comment on view {{ this }} is $$of orders$$'".replace("$$", "\\'")},
                          {"models/v.sql": VIEW % ", post_hook='comment on view {{ this }} is $$of all$$'".replace("$$", "\\'")}),
}


def deploy(lab, files, message):
    used = {c for c in ("c0", "c1") if any("'%s'" % c in text or "cluster %s " % c in text for text in files.values())}
    lab.replace_project({"cutover.yaml": cutover_yaml(used), **ANCHOR, **files}, message)
    before = lab.outcome()
    lab.apply()
    marker = lab.marker()
    assert lab.outcome() == "nothing", lab.cutover("plan", expect=(0, 2, 3))
    lab.apply()
    assert lab.marker() == marker, "what is applied must not be applied again"
    return before


def tell(lab, kind):
    new, changed = KINDS[kind]
    assert deploy(lab, new, "%s is new" % kind) == "changes"
    if changed:
        assert deploy(lab, changed, "%s has changed" % kind) == "changes"
        assert deploy(lab, {}, "%s has gone" % kind) == "changes"
    lab.empty()


def main(names):
    begin_with = template()
    lab, failed = None, 0
    chosen = [k for k in KINDS if not names or k in names]
    for kind in chosen:
        if not lab:
            lab = Lab(begin_with)
            lab.ask("CREATE ROLE reader")
            lab.ask("CREATE ROLE writer")
        try:
            tell(lab, kind)
            print("ok      %s" % kind, flush=True)
        except Exception:
            failed += 1
            print("FAILED  %s\n%s" % (kind, traceback.format_exc()), flush=True)
            lab.close()
            lab = None
    if lab:
        lab.close()
    begin_with.close()
    print("%d passed, %d failed" % (len(chosen) - failed, failed))
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
