"""Portuguese formats.

Django writes "3 de Novembro", but months are lower case, as in their short forms here.
"""

DATE_FORMAT = r"j \d\e b. \d\e Y"
DATETIME_FORMAT = r"j \d\e b. \d\e Y à\s H:i"
MONTH_DAY_FORMAT = r"j \d\e b."
YEAR_MONTH_FORMAT = r"b. \d\e Y"
