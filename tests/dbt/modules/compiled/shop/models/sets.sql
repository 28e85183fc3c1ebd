select 1 as x
-- 2 {'a'} 3 None None set() n {'a'}
-- True True False True True
-- [1, 2] True {1} {2} True True {2}
-- [1, 2] True False False
-- [(1, 3), (2, 4)] [] [] [] True
-- TEXT integer numeric(10,2) numeric character varying(7) __dbt__cte__x