
select * from "materialize"."public"."dates" where 2024 = 2024-01-05 False True [datetime.datetime(2024, 1, 5, 10, 11, 12)] 
