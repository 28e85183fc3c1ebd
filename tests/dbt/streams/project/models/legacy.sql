{{ config(materialized='source', cluster='sources') }}
CREATE SOURCE {{ this }}
FROM LOAD GENERATOR COUNTER (TICK INTERVAL '1s');
