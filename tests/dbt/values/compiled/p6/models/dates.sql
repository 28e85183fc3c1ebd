

2024-01-05 False False 2024   [datetime.date(2024, 1, 5)] 2024-01-05 2024 |

2024-01-05 10:11:12 False False 2024 10  [datetime.datetime(2024, 1, 5, 10, 11, 12)] 2024-01-05T10:11:12 2024 |

2024-01-05 10:11:12.500000+00:00 False False 2024 10  [datetime.datetime(2024, 1, 5, 10, 11, 12, 500000, tzinfo=datetime.timezone.utc)] 2024-01-05T10:11:12.500000+00:00 2024 +0000|UTC

2024-01-05 10:11:12+02:30 False False 2024 10  [datetime.datetime(2024, 1, 5, 10, 11, 12, tzinfo=datetime.timezone(datetime.timedelta(seconds=9000)))] 2024-01-05T10:11:12+02:30 2024 +0230|UTC+02:30

2024-01-05 01:02:03.123456 False False 2024 1  [datetime.datetime(2024, 1, 5, 1, 2, 3, 123456)] 2024-01-05T01:02:03.123456 2024 |

[datetime.date(2024, 1, 5)] False False    [[datetime.date(2024, 1, 5)]]  

2024-01-05 10:00:00-05:00 False False 2024 10  [datetime.datetime(2024, 1, 5, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=68400)))] 2024-01-05T10:00:00-05:00 2024 -0500|UTC-05:00
   2024-01-05 False {'d': '2024-01-05', 't': '2024-01-05T10:11:12', 'tz': '2024-01-05T10:11:12.500000+00:00', 'x': datetime.datetime(2024, 1, 5, 10, 11, 12)} {'d': '2024-01-05', 't': '2024-01-05T10:11:12', 'tz': '2024-01-05T10:11:12.500000+00:00', 'x': datetime.datetime(2024, 1, 5, 10, 11, 12)} {datetime.date(2024, 1, 5): 1} False False True
True True False False [datetime.date(2024, 1, 5), datetime.date(2024, 10, 1)] 2024-01-05x 4 2024-01-05 False 2024-01-05 10:11 +0230|UTC+02:30
{'d': '2024-01-05', 't': '2024-01-05T10:11:12'}