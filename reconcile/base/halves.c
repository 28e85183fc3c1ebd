#include "cutover/halves.h"

void halves_here(size_t count, HalfWork *work, void *first, void *second)
{
    work(first, 0, count / 2);
    work(second, count / 2, count);
}
