DELETE FROM {log}
WHERE environment = $1
    AND "at" < $2::timestamptz
    AND kind NOT IN ('request', 'outcome', 'denied')
    AND NOT (deployment = ANY ($3::text[]))
