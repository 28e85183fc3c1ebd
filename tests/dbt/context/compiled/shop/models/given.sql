
select '1.10.23' as version, 'mine<x>' as own, 'ab' as looped,
    '' as nothing, False as versioned, 'other' as other,
    True as mapping, '' as results, False as refresh, 'given' as alias