select 1 as x
-- {{ set([1, 2, 2]) | length }} {{ set('aa') }} {{ set(7, 3) }} {{ set(7) }} {{ set([[1]]) }} {{ set([]) }} {{ 'y' if set([]) else 'n' }} {{ set({'a': 1}) }}
-- {{ set([1, 2]) == set((2, 1)) }} {{ set([1]) != set([2]) }} {{ set([3]) == [3] }} {{ 1 in set([1]) }} {{ set(['a', 'b'] | map('upper')) == set(['A', 'B']) }}
-- {{ set_strict([1]).union([2]) | sort }} {{ set([1, 2]).issubset([1, 2, 3]) }} {{ set([1, 2]).difference([2]) }} {{ set([1, 2]).intersection([2]) }} {{ set([1]).issuperset([]) }} {{ set([1]).isdisjoint([2]) }} {{ set([1]).symmetric_difference([1, 2]) }}
-- {% set s = set([1]) %}{% do s.add(1) %}{% do s.update([2]) %}{{ s | sort }} {{ set([1]) is iterable }} {{ set([1]) is sequence }} {{ set([1]) is mapping }}
-- {{ zip_strict([1, 2], [3, 4]) | list }} {{ none | map('lower') | list }} {{ none | select | list }} {{ 0 | reject('none') | list }} {{ 'a' in none | map('lower') or not none }}
-- {{ api.Column.translate_type('string') }} {{ api.Column.translate_type('integer') }} {{ api.Column.numeric_type('numeric', 10, 2) }} {{ api.Column.numeric_type('numeric', none, 2) }} {{ api.Column.string_type(7) }} {{ api.Relation.add_ephemeral_prefix("x") }}
