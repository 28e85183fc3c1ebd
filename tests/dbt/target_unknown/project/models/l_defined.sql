select {{ target.user is defined }} as name
