/* The stand-in's fuzzers over their corpora, as a test. */
#include "../unit/corpus.h"

#include "standin.c"

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(every_reader_survives_its_corpus)};
    return cmocka_run_group_tests_name("standin corpus", tests, NULL, NULL);
}
