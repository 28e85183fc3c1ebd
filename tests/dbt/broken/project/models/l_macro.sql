select {{ raises('x') }}
