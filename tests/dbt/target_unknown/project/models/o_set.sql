{% set t = target %}select '{{ t.user or 'me' }}' as name
