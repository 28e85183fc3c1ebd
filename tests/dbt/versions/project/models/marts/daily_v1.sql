select id from {{ ref('items', v=1) }}
