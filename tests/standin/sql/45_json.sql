-- Materialize writes jsonb without blanks and with its keys sorted; PostgreSQL does neither.
CREATE FUNCTION standin.json_text(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS
$$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'object' THEN '{' || coalesce((SELECT string_agg(to_json(m.key)::text || ':' || standin.json_text(m.value), ',' ORDER BY m.key COLLATE "C")
                                            FROM jsonb_each(value) m), '') || '}'
        WHEN 'array' THEN '[' || coalesce((SELECT string_agg(standin.json_text(m.value), ',' ORDER BY m.n)
                                           FROM jsonb_array_elements(value) WITH ORDINALITY m(value, n)), '') || ']'
        ELSE format('%s', value)
    END;
END
$$;
CREATE CAST (jsonb AS text) WITH FUNCTION standin.json_text(jsonb) AS ASSIGNMENT;
