-- What the shop's database would send, as plain tables, and a role that reads the reports.
CREATE ROLE reader;
CREATE TABLE public.customers (id integer NOT NULL, name text NOT NULL, country text NOT NULL);
CREATE TABLE public.items (id integer NOT NULL, name text NOT NULL, price_cents integer NOT NULL);
CREATE TABLE public.orders (id integer NOT NULL, customer_id integer, status text NOT NULL, ordered_at timestamp NOT NULL);
CREATE TABLE public.lines (order_id integer NOT NULL, item_id integer NOT NULL, quantity integer NOT NULL);
INSERT INTO public.customers VALUES
    (1, 'Ana', 'PT'), (2, 'Bruno', 'BR'), (3, 'Chiyo', 'JP'), (4, 'Dora', 'DE'), (5, 'Eve', 'US'), (6, 'Fleur', 'FR');
INSERT INTO public.items VALUES (1, 'tea', 450), (2, 'coffee', 700), (3, 'cup', 1250), (4, 'kettle', 3900);
INSERT INTO public.orders VALUES
    (1, 1, 'placed', '2026-11-20 09:15:00'), (2, 2, 'shipped', '2026-11-20 11:02:00'), (3, 1, ' Shipped', '2026-11-20 17:40:00'),
    (4, 3, 'refunded', '2026-11-21 08:30:00'), (5, 4, 'placed', '2026-11-21 12:00:00'), (6, NULL, 'placed', '2026-11-21 12:05:00'),
    (7, 5, 'cancelled', '2026-11-22 19:20:00'), (8, 1, 'placed', '2026-11-22 20:10:00'), (9, 6, 'PLACED', '2026-11-22 21:45:00');
INSERT INTO public.lines VALUES
    (1, 1, 2), (1, 3, 1), (2, 2, 3), (3, 4, 1), (4, 3, 2), (5, 1, 5), (5, 2, 1), (6, 1, 1), (7, 4, 1), (8, 2, 2), (9, 1, 1), (9, 4, 1);
