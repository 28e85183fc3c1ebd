
select id from "materialize"."public"."plain" union all
select id from "materialize"."public_mart"."in_schema" union all
select id from "materialize"."public_mart"."odd" union all
select id from "materialize"."public_2024"."year" union all
select id from "materialize"."public_"."empty" union all
select id from "archive"."public_été"."Naïve Name"

-- depends_on: "materialize"."public"."plain" "materialize"."public_mart"."in_schema" "materialize"."public_mart"."odd" "materialize"."public_2024"."year" "materialize"."public_"."empty" "archive"."public_été"."Naïve Name"
-- "materialize"."public"."all"