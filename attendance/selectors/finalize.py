"""What pressing Finalize would do, and what still stands in the way (F5)."""

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
        upload: the `present_upload` of the session: evidence counts when a stored and verified upload of this very
            session stands behind the link.
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
    """Return a word for the warnings that a sheet gives reason for (E8); another one after every change of them.

    Empty where there are none.
    """
    if upload is None or not told.warnings:
        return ""
    warnings = hashlib.sha256("\n".join(told.warnings).encode()).hexdigest()
    return f"{upload.pk}-{warnings[:16]}"


def list_state(session: Session) -> str:
    """Return a word that is another one after every change of plan, list, mark or sheet, in one query.

    What somebody confirmed is told by it. `version` counts changes of plan and list, every row those of its marks.
    """
    marks = SessionAttendee.objects.filter(session=session).aggregate(changes=Sum("version"))["changes"]
    return f"{session.version}-{marks or 0}-{session.attendance_file_hash[:16]}"
