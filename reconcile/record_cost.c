/* What deployments took, and what they cost. */
#include "cutover/record.h"

#include <stdlib.h>

#define HYDRATIONS_KEPT 5

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

RecordHydration record_hydration(const Record *record)
{
    int64_t seconds[HYDRATIONS_KEPT];
    size_t count = 0;
    for (size_t i = record->deployments.count; i-- > 0 && count < HYDRATIONS_KEPT;) {
        if (record->deployments.items[i].hydrated_in > 0) {
            seconds[count++] = record->deployments.items[i].hydrated_in;
        }
    }
    if (!count) {
        return (RecordHydration){0};
    }
    qsort(seconds, count, sizeof *seconds, by_length);
    return (RecordHydration){seconds[0], seconds[count / 2], seconds[count - 1]};
}

double record_credits(const RecordDeployment *d, Moment now)
{
    if (!d->doubled_since) {
        return -1;
    }
    Moment end = phase_is_final(d->phase) ? d->phase_since : now;
    return d->credits_per_hour * (double)(end - d->doubled_since) / MOMENT_SECOND / 3600;
}
