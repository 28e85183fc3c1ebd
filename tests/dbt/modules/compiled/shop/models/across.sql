select 1 as x /*
[
        (date_part('year', (b)::date) - date_part('year', (a)::date))
    ][
        (
        (date_part('year', (b)::date) - date_part('year', (a)::date))
     * 4 + date_part('quarter', (b)::date) - date_part('quarter', (a)::date))
    ][
        (
        (date_part('year', (b)::date) - date_part('year', (a)::date))
     * 12 + date_part('month', (b)::date) - date_part('month', (a)::date))
    ][
        (
        ((b)::date - (a)::date)
     / 7 + case
            when date_part('dow', (a)::timestamp) <= date_part('dow', (b)::timestamp) then
                case when a <= b then 0 else -1 end
            else
                case when a <= b then 1 else 0 end
        end)
    ][
        ((b)::date - (a)::date)
    ][
        (
        ((b)::date - (a)::date)
     * 24 + date_part('hour', (b)::timestamp) - date_part('hour', (a)::timestamp))
    ][
        (
        (
        ((b)::date - (a)::date)
     * 24 + date_part('hour', (b)::timestamp) - date_part('hour', (a)::timestamp))
     * 60 + date_part('minute', (b)::timestamp) - date_part('minute', (a)::timestamp))
    ][
        (
        (
        (
        ((b)::date - (a)::date)
     * 24 + date_part('hour', (b)::timestamp) - date_part('hour', (a)::timestamp))
     * 60 + date_part('minute', (b)::timestamp) - date_part('minute', (a)::timestamp))
     * 60 + floor(date_part('second', (b)::timestamp)) - floor(date_part('second', (a)::timestamp)))
    ][
        (
        (
        (
        ((b)::date - (a)::date)
     * 24 + date_part('hour', (b)::timestamp) - date_part('hour', (a)::timestamp))
     * 60 + date_part('minute', (b)::timestamp) - date_part('minute', (a)::timestamp))
     * 60000 + floor(date_part('millisecond', (b)::timestamp)) - floor(date_part('millisecond', (a)::timestamp)))
    ][
        (
        (
        (
        ((b)::date - (a)::date)
     * 24 + date_part('hour', (b)::timestamp) - date_part('hour', (a)::timestamp))
     * 60 + date_part('minute', (b)::timestamp) - date_part('minute', (a)::timestamp))
     * 60000000 + floor(date_part('microsecond', (b)::timestamp)) - floor(date_part('microsecond', (a)::timestamp)))
    ]
[-- postgres dateadd does not support quarter interval.
    cast(
        

    

    date_trunc('quarter', a) + ((interval '1 month') * (3))

 + ((interval '1 day') * (-1))


        as date)][cast(
        

    

    date_trunc('month', a) + ((interval '1 month') * (1))

 + ((interval '1 day') * (-1))


        as date)][

  
    

    split_part(
        a,
        '-',
          length(a)
          - length(
              replace(a,  '-', '')
          ) + 2 + -2
        )


  

][

  
    

    split_part(
        a,
        '-',
        2
        )


  

]
[
  
    cast(x as TEXT)

][NULL::map[text => text]][NULL::text list][(SELECT row() WHERE false)][cast(x as int)]
[array_append(a, b)][array_cat(a, b)][
    array[ a , b ]
    ][
    array[]::text[]
    ][
    array[]::integer[]
    ]
[(a = b)
][
        (
        ((b)::date - (a)::date)
     * 24 + date_part('hour', (b)::timestamp) - date_part('hour', (a)::timestamp))
    ][
    
    cast(a as int)
][TEXT] */