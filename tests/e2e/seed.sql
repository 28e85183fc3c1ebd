CREATE TABLE public.orders (id int NOT NULL, customer_id int, amount numeric, day text);
CREATE TABLE public.customers (id int NOT NULL, name text, region_id int);
INSERT INTO public.orders VALUES (1, 1, 10.5, '2026-11-01'), (2, 1, 3, '2026-11-01'), (3, 2, 7, '2026-11-02'), (4, 2, -1, '2026-11-02');
INSERT INTO public.customers VALUES (1, 'Ada', 1), (2, 'Bob', 2);
