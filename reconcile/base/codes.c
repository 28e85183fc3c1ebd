#include "cutover/codes.h"

#include "cutover/str.h"

static const Code codes[] = {
#define CODE(code, meaning, example, remedy) {code, meaning, example, remedy},
#include "codes.def"
#undef CODE
};

enum { CODES = sizeof codes / sizeof *codes };

const Code *codes_all(size_t *count)
{
    if (count) {
        *count = CODES;
    }
    return codes;
}

const Code *codes_find(const char *code)
{
    for (size_t i = 0; i < CODES; i++) {
        if (str_eq(code, codes[i].code)) {
            return &codes[i];
        }
    }
    return NULL;
}
