





select 'elsewhere' as s, 21 as n from "materialize"."public"."base"