"""Short dates and times for lists, to the second."""

DATETIME_FORMAT = "d.m.Y H:i:s"
DATE_FORMAT = "d.m.Y"
MONTH_DAY_FORMAT = "j E"
YEAR_MONTH_FORMAT = "F Y"
