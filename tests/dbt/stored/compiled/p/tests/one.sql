
select 1 "materialize"."public_mine"."one_alias" public_mine one_alias public_mine materialize mine where false