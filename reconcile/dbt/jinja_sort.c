/* A stable merge sort that can stop: comparing may fail, and costs steps. */
#include "jinja_run.h"

#include <string.h>

typedef struct Sortable {
    PyValue item, key;
} Sortable;

typedef struct Sorter {
    JinjaRun *run;
    Sortable *from, *to;
    bool backwards;
} Sorter;

static bool merge(Sorter *sorter, size_t start, size_t middle, size_t end)
{
    size_t left = start, right = middle;
    for (size_t at = start; at < end; at++) {
        bool take_right = left == middle;
        if (left < middle && right < end) {
            int order;
            if (!jinja_order(sorter->run, sorter->from[right].key, sorter->from[left].key,
                             &order)) {
                return false;
            }
            take_right = sorter->backwards ? order > 0 : order < 0;
        }
        sorter->to[at] = sorter->from[take_right ? right++ : left++];
    }
    return true;
}

static bool sort(Sorter *sorter, size_t count)
{
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += width * 2) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = middle + width < count ? middle + width : count;
            if (!merge(sorter, start, middle, end)) {
                return false;
            }
        }
        Sortable *swap = sorter->from;
        sorter->from = sorter->to;
        sorter->to = swap;
    }
    return true;
}

bool jinja_sort_by(JinjaRun *run, PyValue *to, const PyValue *from, const PyValue *keys,
                   size_t count, bool backwards)
{
    Sorter sorter = {.run = run, .backwards = backwards};
    sorter.from = arena_array(run->arena, count + 1, sizeof *sorter.from);
    sorter.to = arena_array(run->arena, count + 1, sizeof *sorter.to);
    for (size_t i = 0; i < count; i++) {
        sorter.from[i] = (Sortable){.item = from[i], .key = keys[i]};
    }
    if (!jinja_charge(run, count) || !sort(&sorter, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        to[i] = sorter.from[i].item;
    }
    return true;
}

bool jinja_sort(JinjaRun *run, PyValue *to, const PyValue *from, size_t count, bool backwards)
{
    return jinja_sort_by(run, to, from, from, count, backwards);
}
