/* The catalog model: finding things by name and id. */
#include "check.h"

#include "cutover/catalog.h"

static Catalog *a_catalog(Arena *arena)
{
    Catalog *catalog = arena_make(arena, Catalog);
    vec_push(arena, &catalog->schemas,
             (CatalogSchema){.id = "u3", .database = "db", .name = "shop"});
    vec_push(arena, &catalog->schemas,
             (CatalogSchema){.id = "u4", .database = "other", .name = "shop"});
    vec_push(arena, &catalog->clusters, (CatalogCluster){.id = "u3", .name = "compute"});
    vec_push(arena, &catalog->objects,
             (CatalogObject){.id = "u7", .kind = "view", .rel = {"db", "shop", "daily"}});
    vec_push(arena, &catalog->objects,
             (CatalogObject){
                 .id = "u8", .kind = "index", .rel = {"db", "shop", "daily_idx"}, .on_id = "u7"});
    catalog_seal(arena, catalog);
    return catalog;
}

static void schemas_of_two_databases_may_share_a_name(void **state)
{
    Catalog *catalog = a_catalog(*state);
    CHECK_STR(catalog_schema(catalog, "db", "shop")->id, "u3");
    CHECK_STR(catalog_schema(catalog, "other", "shop")->id, "u4");
    CHECK(!catalog_schema(catalog, "third", "shop"));
}

static void a_cluster_and_a_schema_may_share_an_id(void **state)
{
    Catalog *catalog = a_catalog(*state);
    CHECK_STR(catalog_cluster_by_id(catalog, "u3")->name, "compute");
    CHECK_STR(catalog_cluster(catalog, "compute")->id, "u3");
    CHECK(!catalog_cluster(catalog, "shop"));
    CHECK(!catalog_cluster_by_id(catalog, NULL));
}

static void an_index_is_found_by_name_like_a_relation(void **state)
{
    Catalog *catalog = a_catalog(*state);
    CHECK_STR(catalog_object(catalog, (RelName){"db", "shop", "daily"})->id, "u7");
    CHECK_STR(catalog_object(catalog, (RelName){"db", "shop", "daily_idx"})->id, "u8");
    CHECK(!catalog_index(catalog, (RelName){"db", "shop", "daily"}));
    CHECK(!catalog_object(catalog, (RelName){"db", "shop", "weekly"}));
    CHECK_STR(catalog_index(catalog, (RelName){"db", "shop", "daily_idx"})->on_id, "u7");
    CHECK_STR(catalog_object_by_id(catalog, "u8")->kind, "index");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(schemas_of_two_databases_may_share_a_name),
        TEST(a_cluster_and_a_schema_may_share_an_id),
        TEST(an_index_is_found_by_name_like_a_relation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
