select {{ 'user' in target }} as name
