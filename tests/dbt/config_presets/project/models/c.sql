{{ config(cluster='c', own=1, tags=['t']) }}select 1 as id {{ model.config }}
