select 1 as x
-- {{ modules.re.sub('[ -]+', '_', 'My  Value - 3') }} {{ modules.re.sub('^[0-9]', '_' + '3', '3abc') }} {{ modules.re.sub('[^a-z0-9_]+', '', 'é!a_1') }} {{ modules.re.sub('a', 'b', 'aaa', 2) }}
-- {{ modules.re.sub('x*', '-', 'abxd') }} {{ modules.re.sub('b|', '-', 'abc') }} {{ modules.re.sub('(a)(?P<n>b)?', '[\\2|\\g<n>|\\1|\\g<0>]', 'abacab') }} {{ modules.re.sub('\W+', '', 'É a_b!\n', flags=modules.re.I) }}
-- {{ modules.re.findall('[a-z]+', 'ab1cd2É') }} {{ modules.re.findall('(.)(\d)', 'a1b2') }} {{ modules.re.findall('', 'ab') }} {{ modules.re.findall('a|', 'baac') }} {{ modules.re.findall('$', 'a\n') }}
-- {{ modules.re.split('[,;]\s*', 'a, b;c') }} {{ modules.re.split('(-)|x*', 'a-bxxc', 2) }} {{ modules.re.split('', 'abc') }} {{ modules.re.escape('a.b-c é') }}
-- {{ modules.re.match('b', 'ab') }} {{ modules.re.search('b(.)', 'abc').group(1) }} {{ modules.re.search('(?P<y>é)(z)?', 'abé').groupdict() }} {{ modules.re.search('é(z)?', 'aéé').span() }}
-- {{ modules.re.search('(x)|(y)', 'y').groups() }} {{ modules.re.search('(?P<a>.)(.)', 'xy').group('a', 2) }} {{ modules.re.search('y', 'xy').start() }} {{ modules.re.search('y', 'xy').end() }} {{ modules.re.search('y', 'xy').group() }}
-- {{ modules.re.fullmatch('a+', 'aab') is none }} {{ modules.re.match('A', 'a', modules.re.IGNORECASE) is not none }} {{ modules.re.search('a\Z', 'a\n') is none }} {{ modules.re.sub('^', '> ', 'x\ny', flags=modules.re.M) | replace('\n', '|') }}
-- {{ modules.re.sub('a', '\\:', 'a') }} {{ modules.re.sub('a', '\\\\', 'a') }} {{ modules.re.sub('a', 'x\\ty', 'a') | replace('\t', '|') }} {{ modules.re.search('a', 'b') is none }}
-- {{ modules.re.sub('\u00e9|\x41|\v', '.', 'éA') }} {{ modules.re.findall('[]a]+', 'x]a') }} {{ modules.re.findall('[^]]', ']b') }} {{ modules.re.search('a.b', 'a\nb') is none }} {{ modules.re.search('(?s)a.b', 'a\nb') is none }}
