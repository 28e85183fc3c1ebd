select * from {{ ref("daily") }}
