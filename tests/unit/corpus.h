/* Runs the fuzzers' readers over their corpora: nothing that was found once comes back. */
#ifndef TESTS_CORPUS_H
#define TESTS_CORPUS_H

#include "check.h"

#include "../fuzz/fuzz.h"

#include "cutover/buf.h"

#include <dirent.h>
#include <stdio.h>

static inline size_t run_file(const FuzzTarget *target, const char *path)
{
    Arena *arena = arena_new();
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    Buf text = buf_new(arena, 1 << 20);
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;) {
        buf_add(&text, chunk, n);
    }
    fclose(file);
    target->read(arena, text.data, text.length);
    arena_free(arena);
    return 1;
}

static inline void every_reader_survives_its_corpus(void **state)
{
    Arena *arena = *state;
    for (const FuzzTarget *target = fuzz_targets; target->name; target++) {
        const char *folder = arena_printf(arena, "%s/fuzz/corpus/%s", TEST_DATA, target->name);
        DIR *dir = opendir(folder);
        size_t files = 0;
        assert_non_null(dir);
        for (struct dirent *entry; (entry = readdir(dir));) {
            if (entry->d_name[0] != '.') {
                files += run_file(target, arena_printf(arena, "%s/%s", folder, entry->d_name));
            }
        }
        closedir(dir);
        CHECK(files > 0);
    }
}

#endif
