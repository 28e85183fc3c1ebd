select 'x' as word
