from attendance.models.attendee import SessionAttendee
from attendance.models.capture_void import CaptureVoid

__all__ = ["CaptureVoid", "SessionAttendee"]
