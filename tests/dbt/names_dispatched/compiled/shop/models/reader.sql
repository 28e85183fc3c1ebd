
select id from "materialize"."model_none"."n_plain" union all
select id from "materialize"."model_mart"."m_in_schema" union all
select id from "materialize"."model_  mart"."m_  odd" union all
select id from "materialize"."model_2024"."m_year" union all
select id from "materialize"."model_none"."m_empty" union all
select id from "archive"."model_été"."m_Naïve Name"

-- depends_on: "materialize"."model_none"."n_plain" "materialize"."model_mart"."m_in_schema" "materialize"."model_  mart"."m_  odd" "materialize"."model_2024"."m_year" "materialize"."model_none"."m_empty" "archive"."model_été"."m_Naïve Name"
-- "materialize"."model_none"."m_all"