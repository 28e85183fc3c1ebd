CREATE MATERIALIZED VIEW daily IN CLUSTER compute AS
WITH amounts AS (
    SELECT l.order_id, sum(l.quantity * i.price_cents) AS cents
    FROM public.lines l
    JOIN public.items i ON i.id = l.item_id
    GROUP BY l.order_id
)
SELECT o.ordered_at::date AS day, count(*) AS orders, sum(a.cents) AS cents
FROM orders_clean o
JOIN amounts a ON a.order_id = o.id
WHERE a.cents > :smallest
GROUP BY o.ordered_at::date;

CREATE DEFAULT INDEX IN CLUSTER compute ON daily;
COMMENT ON COLUMN daily.cents IS 'without cancelled orders';
