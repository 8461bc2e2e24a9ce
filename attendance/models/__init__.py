from attendance.models.attendee import SessionAttendee
from attendance.models.capture_void import CaptureVoid
from attendance.models.filing import FilingPaste, FilingProof, FilingRow
from attendance.models.list_act import ListAct
from attendance.models.taking_over import (
    DifferenceExplained,
    RegisterComparison,
    RegisterDifference,
    RegisterSample,
    SampleCheck,
    SampledRecord,
    TakeOver,
    TakeOverWithdrawal,
)

__all__ = [
    "CaptureVoid",
    "DifferenceExplained",
    "FilingPaste",
    "FilingProof",
    "FilingRow",
    "ListAct",
    "RegisterComparison",
    "RegisterDifference",
    "RegisterSample",
    "SampleCheck",
    "SampledRecord",
    "SessionAttendee",
    "TakeOver",
    "TakeOverWithdrawal",
]
