#!/usr/bin/env bash
# Rules of the tree that a machine can see: layout, sizes, one door for each third-party header, the
# direction of includes, a core that reaches for nothing outside, no debris.
set -u
cd "$(dirname "$0")/../.."
passed=0 failed=0

rule() { # rule TEXT OUTPUT: holds when OUTPUT is empty
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s\n' "$1" "$2"
    fi
}

for tool in clang-format-19 pmccabe; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: ./dev check installs it"; exit 1; }
done

sources() { git ls-files -co --exclude-standard -- "$@"; }

rule "clang-format decides the layout (clang-format-19 -i FILE)" \
    "$(sources '*.c' '*.h' | xargs clang-format-19 --dry-run -Werror 2>&1 | sed -nE 's/^([^:]+):[0-9]+:.* error: .*/  \1/p' | sort -u)"
rule "no file over 700 lines" \
    "$(sources '*.c' '*.h' | xargs wc -l | awk '$2 != "total" && $1 > 700 {print "  " $1 " " $2}')"
rule "no function over 80 lines" \
    "$(sources '*.c' | xargs pmccabe 2>/dev/null | awk '$5 > 80 {print "  " $5 " lines: " $NF " " $6}')"
rule "each third-party header has one door" \
    "$(sources '*.c' '*.h' | grep -v '^tests/' | xargs grep -HoE '^#include <(libpq-fe|git2|curl/curl|pcre2|yaml|jansson|microhttpd)\.h>' |
        awk -F: '{n[$2]++; f[$2] = f[$2] " " $1} END {for (h in n) if (n[h] > 1) print "  " h ":" f[h]}')"
rule "the pure core reaches for nothing outside" \
    "$(sources 'reconcile/*' | xargs grep -HnE '\b(time|clock_gettime|getenv|fopen|open|socket|printf|pthread_[a-z]+)\(' | sed 's/^/  /')"

layer() { # layer FOLDER HEADERS-IT-MUST-NOT-INCLUDE
    sources "$1/*" | xargs grep -HnE "#include \"cutover/($2)\.h\"" | sed 's/^/  /'
}
deploy_headers='pg|snapshot|journal|statement|pass'
controller_headers='cli|clock|commands?|files_disk|git|git_https|http_client|http_server|log|loop|metrics|notify|settings|slack|status|status_json|stop'
rule "reconcile includes nothing of deploy or controller" "$(layer reconcile "$deploy_headers|$controller_headers")"
rule "deploy includes nothing of controller" "$(layer deploy "$controller_headers")"
rule "base includes nothing of the rest" \
    "$(layer reconcile/base 'catalog|config|dbt|decide|desired|jinja|phase|plan|proof|record|record_write|build|yaml|decode')"
rule "every test that docs/hazards.md names exists" \
    "$(grep -oE '`[a-z_]{12,}`' docs/hazards.md | tr -d '\140' | sort -u | while read -r name; do
        grep -rqE "(static void|def) $name\(" tests/unit tests/e2e || echo "  $name"; done)"
rule "no unfinished marks" \
    "$(sources '*.c' '*.h' '*.py' '*.sql' | grep -v '^tests/check/' | xargs grep -HnE '\b(TODO|FIXME|XXX|HACK)\b' | grep -v 'XX000' | sed 's/^/  /')"
rule "CASCADE is never sent" \
    "$(sources 'deploy/*' 'controller/*' 'reconcile/*' | grep -E '\.(c|sql)$' | xargs grep -HnE '"[^"]*\bCASCADE\b' | sed 's/^/  /')"
for script in dev .ci/run; do
    rule "$script is valid shell" "$(bash -n "$script" 2>&1)"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
