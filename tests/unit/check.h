/*
 * cmocka with asserts that print what they saw, and an arena for each test in *state.
 * CHECK_STR(got, wanted), CHECK_INT(got, wanted), CHECK(condition).
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include "cutover/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CHECK(condition) assert_true(condition)
#define CHECK_STR(got, wanted)                                                                     \
    do {                                                                                           \
        const char *got_text_ = (got);                                                             \
        assert_non_null(got_text_);                                                                \
        assert_string_equal(got_text_, (wanted));                                                  \
    } while (0)
#define CHECK_INT(got, wanted) assert_int_equal((long long)(got), (long long)(wanted))

static inline int check_setup(void **state)
{
    *state = arena_new();
    return 0;
}

static inline int check_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, check_setup, check_teardown)

#endif
