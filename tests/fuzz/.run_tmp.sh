#!/usr/bin/env bash
# Fuzzes each reader for SECONDS (60 by default) with libFuzzer; a finding ends it and is left in build-fuzz/.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
mkdir -p build-fuzz
flags=(-std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Iinclude -Ireconcile/dbt)

fuzz() { # fuzz WHAT FILES-AND-LIBRARIES...
    local what=$1
    echo "== fuzzing $what for $seconds seconds"
    clang-14 "${flags[@]}" -DFUZZ_WHAT="\"$what\"" -o "build-fuzz/$what" tests/fuzz/libfuzzer.c "${@:2}"
    mkdir -p "build-fuzz/corpus-$what"
    "build-fuzz/$what" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -artifact_prefix=build-fuzz/ \
        "build-fuzz/corpus-$what" "tests/fuzz/corpus/$what" 2>&1 | tail -3
}

# shellcheck disable=SC2046
for what in ; do
    fuzz "$what" tests/fuzz/fuzz.c reconcile/base/*.c reconcile/decode.c reconcile/config.c reconcile/dbt/yaml.c reconcile/dbt/jinja*.c \
        reconcile/dbt/py*.c $(pkg-config --cflags --libs yaml-0.1 jansson libcrypto) -lm
done

# The stand-in's: what it reads off a socket, and how it cuts and rewrites SQL.
cmake --preset default >/dev/null # for the list of its embedded SQL
cmake --build --preset default --target standin >/dev/null
# shellcheck disable=SC2046
for what in statements wire; do
    fuzz "$what" tests/fuzz/standin.c $(ls tests/standin/*.c | grep -vE '/(main|names)\.c$') reconcile/base/*.c -D_GNU_SOURCE -Ibuild/generated \
        $(pkg-config --cflags --libs libpq jansson libcrypto) -lm -lpthread
done
echo "no findings"
