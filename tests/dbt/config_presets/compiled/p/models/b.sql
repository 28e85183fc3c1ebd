
select 1 as id ContractConfig(enforced=False, alias_types=True) Docs(show=False, node_color=None) None [] 
1 2 1 d other "other"."public"."b" None