
select count(*) as n from "materialize".public_daily.orders -- "materialize".public_daily.totals calendar.days