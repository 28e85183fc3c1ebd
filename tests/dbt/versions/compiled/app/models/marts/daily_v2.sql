
select id, name from "materialize"."public"."items_v2" -- "materialize"."public"."daily_v2" 2 of model.app.daily.v2