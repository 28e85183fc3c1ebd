
-- depends_on: "materialize"."public"."kafka_orders"
FROM SOURCE "materialize"."public"."kafka_orders" (REFERENCE "orders")