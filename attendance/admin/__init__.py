from attendance.admin import lists, taking_over
from training.core.admin.events import register_events

__all__ = ["lists", "taking_over"]

register_events("attendance")
