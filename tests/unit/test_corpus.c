/* The fuzzers' corpora as an ordinary test. */
#include "corpus.h"

#include "../fuzz/fuzz.c"

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(every_reader_survives_its_corpus)};
    return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
