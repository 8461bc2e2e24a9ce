from attendance.models.attendee import SessionAttendee

__all__ = ["SessionAttendee"]
