select * from {{ ref('daily') }} union all select * from {{ ref('app', 'daily', v=3) }} union all select * from {{ ref('odd', v='beta.1') }}
union all select * from {{ ref('odd', v=1.5) }} union all select * from {{ ref('odd') }}
