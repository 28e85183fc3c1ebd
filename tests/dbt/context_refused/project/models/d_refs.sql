select {{ model.refs | length }} as x
