/* The way back from a cutover: needs the configured patterns, and so stands apart from the fold. */
#include "cutover/config.h"
#include "cutover/record.h"

RecordNames record_inverse(Arena *arena, const RecordNames *names, const char *blue_pattern,
                           int64_t generation)
{
    RecordNames back = {0};
    vec_each (RecordName, it, names) {
        RecordName name = *it;
        name.from = it->to;
        name.to = it->retired ? it->from : config_pattern(arena, blue_pattern, it->to, generation);
        name.retired = !it->retired;
        vec_push(arena, &back, name);
    }
    return back;
}
