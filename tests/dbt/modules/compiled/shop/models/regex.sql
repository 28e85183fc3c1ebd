select 1 as x
-- My_Value_3 _3abc a_1 bba
-- -a-b--d- -a--c- [b|b|a|ab][||a|a]c[b|b|a|ab] Éa_b
-- ['ab', 'cd'] [('a', '1'), ('b', '2')] ['', '', ''] ['', 'a', 'a', '', ''] ['', '']
-- ['a', 'b', 'c'] ['', None, 'a', '-', 'bxxc'] ['', 'a', 'b', 'c', ''] a\.b\-c\ é
-- None c {'y': 'é'} (1, 2)
-- (None, 'y') ('x', 'y') 1 2 y
-- True True True > x|> y
-- \: \ x|y True
-- .. [']a'] ['b'] True False