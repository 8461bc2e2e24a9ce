"""When the data of people go, what goes, and how it is done so that everybody else's proof stays (T6)."""
