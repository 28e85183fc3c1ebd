/* The codes of all that Cutover can say about what a person wrote or a server answered: one table. */
#ifndef CUTOVER_CODES_H
#define CUTOVER_CODES_H

#include <stddef.h>

typedef struct Code {
    const char *code;    /* "CO3012" */
    const char *meaning; /* what is wrong, without the names of the case */
    const char *example; /* a message as it is printed */
    const char *remedy;  /* what a person does about it */
} Code;

/* All of them, in the order of their numbers; COUNT may be NULL. Static. */
const Code *codes_all(size_t *count);

/* The entry of CODE, or NULL. */
const Code *codes_find(const char *code);

#endif
