select {{ four() }} from {{ ref('nope') }}
