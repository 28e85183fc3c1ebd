select 1 as id None None 1 dflt
{} Docs(show=True, node_color=None) ContractConfig(enforced=False, alias_types=True) False ignore
protected d [] None view
[] {} None None None