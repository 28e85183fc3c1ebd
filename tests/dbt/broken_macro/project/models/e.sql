select {{ foo.bar() }}  {{ p.one() }} from {{ ref('nope2') }}
