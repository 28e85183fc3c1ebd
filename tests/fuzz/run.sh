#!/usr/bin/env bash
# Fuzzes each reader for SECONDS (60 by default) with libFuzzer, or those that are named; a finding ends it and is
# left in build-fuzz/. usage: run.sh [SECONDS [READER...]]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
read -ra only <<<"${*:2}"
mkdir -p build-fuzz
flags=(-std=gnu17 -g -O1 -Wno-format-zero-length -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Iinclude -Ireconcile/dbt)

read -ra packages <<<"$(sed -nE 's/^pkg_check_modules\(.* ([^ ]+)\)$/\1/p' CMakeLists.txt | tr '\n' ' ')"

fuzz() { # fuzz PROGRAM READER...
    local program=$1 what
    for what in "${@:2}"; do
        [[ ${#only[@]} -eq 0 || " ${only[*]} " == *" $what "* ]] || continue
        echo "== fuzzing $what for $seconds seconds"
        mkdir -p "build-fuzz/corpus-$what"
        FUZZ_WHAT=$what "build-fuzz/$program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
            -artifact_prefix="build-fuzz/$what-" "build-fuzz/corpus-$what" "tests/fuzz/corpus/$what" 2>&1 | tail -3
    done
}

# What a person writes or a pull request brings: the languages, and each file of a project.
# shellcheck disable=SC2046
clang-14 "${flags[@]}" -o build-fuzz/readers tests/fuzz/libfuzzer.c tests/fuzz/fuzz.c reconcile/*.c reconcile/*/*.c \
    $(pkg-config --cflags --libs "${packages[@]}") -lm
fuzz readers yaml config json sql jinja settings profiles schema model macro seed manifest toml plain_sql select

# The stand-in's: what it reads off a socket, and how it cuts and rewrites SQL.
cmake --preset default >/dev/null # for the list of its embedded SQL
cmake --build --preset default --target standin >/dev/null
# shellcheck disable=SC2046
clang-14 "${flags[@]}" -o build-fuzz/standin tests/fuzz/libfuzzer.c tests/fuzz/standin.c $(ls tests/standin/*.c | grep -vE '/(main|names)\.c$') \
    reconcile/base/*.c -D_GNU_SOURCE -Ibuild/generated $(pkg-config --cflags --libs "${packages[@]}") -lm -lpthread
fuzz standin statements wire
echo "no findings"
