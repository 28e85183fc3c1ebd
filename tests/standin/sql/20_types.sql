-- Types that Materialize has and PostgreSQL has not. Each is PostgreSQL's nearest under another name; the
-- server replaces their OIDs on the wire (standin.type_oids).
DO $$
DECLARE
    t record;
    other record;
BEGIN
    FOR t IN SELECT * FROM (VALUES ('uint2', 'int4'), ('uint4', 'int8'), ('uint8', 'int8'), ('mz_timestamp', 'int8')) v(name, base) LOOP
        EXECUTE format('CREATE TYPE mz_catalog.%I', t.name);
        EXECUTE format('CREATE FUNCTION mz_catalog.%I(cstring) RETURNS mz_catalog.%I LANGUAGE internal IMMUTABLE STRICT AS %L', t.name || '_in', t.name, t.base || 'in');
        EXECUTE format('CREATE FUNCTION mz_catalog.%I(mz_catalog.%I) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS %L', t.name || '_out', t.name, t.base || 'out');
        EXECUTE format('CREATE FUNCTION mz_catalog.%I(internal) RETURNS mz_catalog.%I LANGUAGE internal IMMUTABLE STRICT AS %L', t.name || '_recv', t.name, t.base || 'recv');
        EXECUTE format('CREATE FUNCTION mz_catalog.%I(mz_catalog.%I) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS %L', t.name || '_send', t.name, t.base || 'send');
        EXECUTE format('CREATE TYPE mz_catalog.%I (INPUT = mz_catalog.%I, OUTPUT = mz_catalog.%I, RECEIVE = mz_catalog.%I, SEND = mz_catalog.%I, LIKE = %s, CATEGORY = ''N'')',
                       t.name, t.name || '_in', t.name || '_out', t.name || '_recv', t.name || '_send', t.base);
        EXECUTE format('CREATE CAST (mz_catalog.%I AS %s) WITHOUT FUNCTION AS IMPLICIT', t.name, t.base);
        EXECUTE format('CREATE CAST (%s AS mz_catalog.%I) WITHOUT FUNCTION AS ASSIGNMENT', t.base, t.name);
        FOR other IN SELECT * FROM unnest(ARRAY['int2', 'int4', 'int8', 'numeric']) AS o(name) LOOP
            IF other.name <> t.base THEN
                EXECUTE format('CREATE CAST (%s AS mz_catalog.%I) WITH INOUT AS ASSIGNMENT', other.name, t.name);
            END IF;
        END LOOP;
    END LOOP;
END
$$;

-- Milliseconds since 1970, comparable with moments.
CREATE FUNCTION standin.mz_now() RETURNS mz_catalog.mz_timestamp LANGUAGE sql STABLE AS
$$ SELECT floor(extract(epoch FROM standin.now()) * 1000)::bigint::mz_catalog.mz_timestamp $$;
CREATE FUNCTION standin.ms_of(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT floor(extract(epoch FROM at) * 1000)::bigint $$;
CREATE FUNCTION standin.ms_of(at mz_catalog.mz_timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT at::bigint $$;
DO $$
DECLARE
    pair record;
    op record;
BEGIN
    FOR pair IN SELECT * FROM (VALUES ('a', 'timestamptz', 'mz_catalog.mz_timestamp'), ('b', 'mz_catalog.mz_timestamp', 'timestamptz'),
                                      ('c', 'mz_catalog.mz_timestamp', 'mz_catalog.mz_timestamp')) v(id, l, r) LOOP
        FOR op IN SELECT * FROM (VALUES ('lt', '<'), ('le', '<='), ('gt', '>'), ('ge', '>='), ('eq', '='), ('ne', '<>')) v(id, sign) LOOP
            EXECUTE format('CREATE FUNCTION standin.mz_timestamp_%s_%s(%s, %s) RETURNS boolean LANGUAGE sql IMMUTABLE AS $f$ SELECT standin.ms_of($1) %s standin.ms_of($2) $f$',
                           op.id, pair.id, pair.l, pair.r, op.sign);
            EXECUTE format('CREATE OPERATOR pg_catalog.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = standin.mz_timestamp_%s_%s)', op.sign, pair.l, pair.r, op.id, pair.id);
        END LOOP;
    END LOOP;
END
$$;

CREATE TYPE mz_catalog.mz_aclitem;
CREATE FUNCTION mz_catalog.mz_aclitem_in(cstring) RETURNS mz_catalog.mz_aclitem LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION mz_catalog.mz_aclitem_out(mz_catalog.mz_aclitem) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE mz_catalog.mz_aclitem (INPUT = mz_catalog.mz_aclitem_in, OUTPUT = mz_catalog.mz_aclitem_out, LIKE = text, CATEGORY = 'S');
CREATE CAST (text AS mz_catalog.mz_aclitem) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (mz_catalog.mz_aclitem AS text) WITHOUT FUNCTION AS IMPLICIT;

-- `text list`: an array here.
CREATE TYPE mz_catalog.text_list;
CREATE FUNCTION mz_catalog.text_list_in(cstring) RETURNS mz_catalog.text_list LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION mz_catalog.text_list_out(mz_catalog.text_list) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE mz_catalog.text_list (INPUT = mz_catalog.text_list_in, OUTPUT = mz_catalog.text_list_out, LIKE = text, CATEGORY = 'S');
CREATE CAST (text AS mz_catalog.text_list) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (mz_catalog.text_list AS text) WITHOUT FUNCTION AS IMPLICIT;

-- LIST[...]
CREATE FUNCTION standin.list(items anyarray) RETURNS mz_catalog.text_list LANGUAGE sql IMMUTABLE AS $$ SELECT items::text::mz_catalog.text_list $$;

CREATE VIEW standin.type_oids AS
SELECT t.oid AS pg_oid, v.mz_oid
FROM (VALUES ('uint2', 16460), ('_uint2', 16461), ('uint4', 16462), ('_uint4', 16463), ('uint8', 16464), ('_uint8', 16465),
             ('mz_timestamp', 16552), ('_mz_timestamp', 16553), ('mz_aclitem', 16566), ('_mz_aclitem', 16567), ('text_list', 16384)) v(name, mz_oid)
JOIN pg_catalog.pg_type t ON t.typname = v.name
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND n.nspname = 'mz_catalog'
UNION ALL
SELECT 'pg_catalog.name'::regtype::oid, 25;
