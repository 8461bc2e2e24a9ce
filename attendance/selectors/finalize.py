"""The facts that finalize and its confirmation rest on: the list, the evidence, and a word for their state (F1, F5)."""

import hashlib

from django.db.models import Count, Q, Sum

from attendance.models import SessionAttendee
from attendance.policies.finalize import ListFacts
from attendance.policies.sheet_findings import Told
from attendance.selectors.counts import COUNTS
from learners.models import EvidenceUpload
from learners.selectors.learners import person_of
from training.models import Session


def list_facts(session: Session, upload: EvidenceUpload | None) -> ListFacts:
    """Return what finalize has to know about the list and the evidence, in one query.

    Args:
        session: any session.
        upload: its `present_upload`. Evidence counts only if the link leads to a stored and verified upload of this
            very session.
    """
    is_present = Q(is_present=True)
    counts = SessionAttendee.objects.filter(session=session).aggregate(
        **COUNTS,
        people=Count(person_of(), distinct=True, filter=is_present),
        people_passed=Count(person_of(), distinct=True, filter=is_present & Q(has_passed=True)),
        people_failed=Count(person_of(), distinct=True, filter=is_present & Q(has_passed=False)),
    )
    return ListFacts(has_evidence=upload is not None, **counts)


def sheet_state(upload: EvidenceUpload | None, told: Told) -> str:
    """Return a word for the warnings of a sheet (E8), which changes whenever they change; empty without warnings.

    Args:
        upload: the `present_upload` of the session.
        told: what is said about that upload.
    """
    if upload is None or not told.warnings:
        return ""
    warnings = hashlib.sha256("\n".join(told.warnings).encode()).hexdigest()
    return f"{upload.pk}-{warnings[:16]}"


def list_state(session: Session) -> str:
    """Return a word that changes with every change of plan, list, mark or sheet, in one query.

    It tells whether what somebody confirmed is still so (F5). The session's `version` counts changes of its plan and
    list, the `version` of each row those of its marks.
    """
    marks = SessionAttendee.objects.filter(session=session).aggregate(changes=Sum("version"))["changes"]
    return f"{session.version}-{marks or 0}-{session.attendance_file_hash[:16]}"
