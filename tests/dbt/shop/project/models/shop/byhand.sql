select * from public_shop.daily
