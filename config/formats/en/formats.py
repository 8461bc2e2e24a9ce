"""Dates in English that nobody on an international site misreads: the month is a word, the year has four digits.

Admin uses the names that Django knows; `training.core.words` asks for the others. A further language needs all of them.
"""

DATE_FORMAT = "j M Y"  # 22 Oct 2026
SHORT_DATE_FORMAT = DATE_FORMAT
TIME_FORMAT = "H:i"  # 08:00
DATETIME_FORMAT = "j M Y H:i"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
YEAR_MONTH_FORMAT = "M Y"  # Oct 2026
MONTH_DAY_FORMAT = "j M"  # only under a heading that names the year
WEEKDAY_FORMAT = "D j M Y"  # Thu 22 Oct 2026
WEEKDAY_OF_YEAR_FORMAT = "D j M"  # the same under a heading that names the year
FIRST_DAY_OF_WEEK = 1  # weeks are ISO weeks (S6)

# What may be typed: as browsers send it, and as we write it. 03/04/2026 is refused, because it can mean two days.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d %b %Y", "%d %B %Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f"]
