"""Django writes "3 de Novembro". Portuguese has months in lower case, as their short forms are here."""

DATE_FORMAT = r"j \d\e b. \d\e Y"
DATETIME_FORMAT = r"j \d\e b. \d\e Y à\s H:i"
MONTH_DAY_FORMAT = r"j \d\e b."
YEAR_MONTH_FORMAT = r"b. \d\e Y"
