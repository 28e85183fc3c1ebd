


select id, 'shop/orders.sql' as path, 'models/shop/orders.sql' as file, True as long
     , 'orders of dev' as about, 'its number' as about_id, '['key']' as tags
     , 'ignore' as changes, False as strict, '15' as docs
     , '['source.shop.app.orders', 'source.shop.plain.users']' as reads, 'sql' as language, 'True' as seen, '['late', 'early', 'from_yml']'
from materialize.app_live.orders, "materialize"."plain"."users"