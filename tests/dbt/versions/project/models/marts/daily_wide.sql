select d.id, d.name, x.id as other from {{ ref('daily', version=2) }} d join {{ ref('daily', v='1') }} x using (id)
