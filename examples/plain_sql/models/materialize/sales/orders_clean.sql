-- orders that count
CREATE VIEW orders_clean AS
SELECT id, customer_id, ordered_at, status
FROM public.orders
WHERE status <> 'cancelled';

CREATE INDEX orders_clean_id IN CLUSTER compute ON orders_clean (id);
COMMENT ON VIEW orders_clean IS 'Orders without those that were cancelled.';
