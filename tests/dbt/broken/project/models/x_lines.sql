{% set words %}

    The macro cannot be used here.

    Make it a view.
{% endset %}
select {{ exceptions.raise_compiler_error(words) }}
