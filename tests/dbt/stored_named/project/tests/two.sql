select 1 {{ this }} {{ schema }} where false
