/* The corpora of the front ends' fuzzers as an ordinary test. */
#include "corpus.h"

#include "../fuzz/fronts.c"

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(every_reader_survives_its_corpus)};
    return cmocka_run_group_tests_name("corpus of the front ends", tests, NULL, NULL);
}
