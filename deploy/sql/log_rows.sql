SELECT environment, deployment, writer, seq, "at", kind, body
FROM {log}
WHERE environment = $1 OR $1 = ''
UNION ALL
SELECT environment, deployment, writer, seq, "at", kind, jsonb_build_object('green', body -> 'green')
FROM {log}
WHERE environment <> $1 AND $1 <> '' AND kind = 'intent'
UNION ALL
SELECT
    l.environment, l.deployment, l.writer, l.seq, l."at", l.kind,
    jsonb_build_object('objects', jsonb_build_array(o.entry))
FROM {log} AS l, jsonb_array_elements(l.body -> 'objects') AS o (entry)
WHERE
    l.environment <> $1 AND $1 <> '' AND l.kind = 'objects'
    AND o.entry ->> 'kind' IN ('schema', 'cluster')
