select * from {{ ref('full') }}
