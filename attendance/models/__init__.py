from attendance.models.attendee import SessionAttendee
from attendance.models.capture_void import CaptureVoid
from attendance.models.list_act import ListAct

__all__ = ["CaptureVoid", "ListAct", "SessionAttendee"]
