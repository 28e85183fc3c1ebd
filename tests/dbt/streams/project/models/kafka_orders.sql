{{ config(materialized='source', cluster='sources', post_hook=["CREATE INDEX IN CLUSTER compute ON {{ source('kafka', 'orders_sub') }} (id)", "COMMENT ON COLUMN {{ this }}.id IS 'it''s the key'", "ALTER SOURCE {{ this }} SET (x = 1)"]) }}
FROM KAFKA CONNECTION kafka (TOPIC 'orders')
FORMAT JSON
