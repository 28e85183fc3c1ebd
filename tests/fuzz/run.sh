#!/usr/bin/env bash
# Fuzzes each reader for SECONDS (60 by default) with libFuzzer; a finding ends it and is left in build-fuzz/.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
mkdir -p build-fuzz
flags=(-std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Iinclude -Ireconcile/dbt)
libraries=$(pkg-config --cflags --libs yaml-0.1 jansson libcrypto)
for what in yaml config json sql jinja; do
    echo "== fuzzing $what for $seconds seconds"
    # shellcheck disable=SC2086
    clang-14 "${flags[@]}" -DFUZZ_WHAT="\"$what\"" -o "build-fuzz/$what" tests/fuzz/fuzz.c \
        reconcile/base/*.c reconcile/decode.c reconcile/config.c reconcile/dbt/yaml.c reconcile/dbt/jinja*.c reconcile/dbt/py*.c $libraries -lm
    mkdir -p "build-fuzz/corpus-$what"
    "build-fuzz/$what" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -artifact_prefix=build-fuzz/ \
        "build-fuzz/corpus-$what" $( [ -d "tests/fuzz/corpus/$what" ] && echo "tests/fuzz/corpus/$what" ) 2>&1 | tail -3
done
echo "no findings"
