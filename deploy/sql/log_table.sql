CREATE TABLE IF NOT EXISTS {log} (
    environment text NOT NULL,
    deployment text NOT NULL,
    writer text NOT NULL,
    seq bigint NOT NULL,
    "at" timestamptz NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL
)
