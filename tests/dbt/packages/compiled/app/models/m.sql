
select app_key(a, b), inner-of-app:unseen:none:g, inner-of-app, postgres x
     , substr(a, -3), <in>, 10
     , ['a', 'b'], dflt, x
     , m, model.app.m, m, "public"."m", dev, ['app', 'm']
     , "s"."i", public_util
     , True, [1, 'a', None], {"a": 1}
     , "x", False, False
from "materialize"."public_util"."base" -- x