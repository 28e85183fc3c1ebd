-- The wall clock of zone $1 at $2.
SELECT timezone($1::text, $2::timestamptz)::text
