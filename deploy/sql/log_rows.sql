SELECT environment, deployment, writer, seq, "at", kind, body
FROM {log}
WHERE environment = $1 OR $1 = ''
