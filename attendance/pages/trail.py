"""The tables that the trail of a worker, and the trail of a session, is read from."""

from collections.abc import Sequence
from typing import Any

from attendance.models import ListAct, SessionAttendee
from learners.models import (
    CompetencyRecord,
    ComplianceItem,
    EvidenceRead,
    EvidenceUpload,
    Learner,
    LearnerArea,
    Merge,
    Revocation,
    TrainingRecord,
    WorkerNumber,
)
from learners.policies.worker_fields import WORKER_FIELDS, ProfilePlace
from learners.selectors.learners import ids_of_person
from training.core.trail import Source
from training.models import Session

RECORD = ("result", "completion_date", "expiry_date", "provider", "comments")
SIGN_OFF = ("status", "attempt", "training_date", "assessed_on", "assessed_by", "method", "remarks", "revoked_at")
MARK = ("line", "status", "is_present", "has_passed", "remarks", "marked_by")
PLAN = (
    "course",
    "course_version",
    "trainer",
    "venue",
    "start_time",
    "end_time",
    "status",
    "attendance_file_hash",
    "finalized_at",
    "finalized_by",
    "cancellation_reason",
    "change_reason",
    "version",
    "deleted_at",
)
ANSWER = ("status", "due_date", "expiry_date", "awaiting_verification", "proof")
CONTACT = tuple(field.name for field in WORKER_FIELDS if field.shown is ProfilePlace.CONTACT)
UPLOAD = ("sha256", "size", "content_type", "reason")


def of_worker(
    learner: Learner, *, tells_contact: bool, tells_reads: bool, names_others: bool = True
) -> Sequence[Source]:
    """Return the sources of a worker's trail, under all badges of the person (L2).

    They are the worker's facts, employers and roles, merges, lists, records, sign-offs, compliance, and reads.

    Args:
        tells_contact: whether lines tell phone, e-mail and other numbers: to those who keep workers, as the profile
            does.
        tells_reads: whether lines tell who opened evidence: to superusers (N6).
        names_others: whether lines tell who supervises the worker.
    """
    me = ids_of_person(learner)
    hidden = (*(() if tells_contact else CONTACT), *(() if names_others else ("supervisor",)))
    merge: Any = {"fields": ("kind", "reason", "status_before"), "at": "created_at", "who": "created_by"}
    records = list(TrainingRecord.objects.filter(learner__in=me).values_list("pk", flat=True))
    sign_offs = list(CompetencyRecord.objects.filter(learner__in=me).values_list("pk", flat=True))
    reads = Source(
        model=EvidenceRead, ids=me, by="learner", subject="upload", fields=("kind",), at="read_at", who="read_by"
    )
    numbers = Source(model=WorkerNumber, ids=me, by="learner", subject="kind", fields=("value",))
    return (
        Source(model=Learner, ids=me, without=hidden),
        *((numbers,) if tells_contact else ()),
        Source(model=Merge, ids=me, by="survivor", subject="duplicate", **merge),
        Source(model=Merge, ids=me[:1], by="duplicate", subject="survivor", **merge),
        Source(model=LearnerArea, ids=me, by="learner", subject="area", fields=("assigned_at",)),
        Source(model=SessionAttendee, ids=me, by="learner", subject="session", fields=MARK),
        Source(model=TrainingRecord, ids=me, by="learner", subject="course", fields=(*RECORD, "session")),
        Source(model=CompetencyRecord, ids=me, by="learner", subject="course", fields=SIGN_OFF),
        Source(model=Revocation, ids=records, by="record", subject="record", fields=("reason",)),
        Source(model=Revocation, ids=sign_offs, by="competency_record", fields=("reason",)),
        Source(model=EvidenceUpload, ids=records, by="record", subject="record", fields=UPLOAD),
        Source(model=ComplianceItem, ids=me, by="learner", subject="course", fields=ANSWER),
        *((reads,) if tells_reads else ()),
    )


def of_session(session: Session, *, tells_reads: bool) -> Sequence[Source]:
    """Return the sources of a session's trail: plan, list, marks, bulk acts, evidence, records, reads of the sheet.

    Args:
        tells_reads: whether lines tell who opened the sheet: to superusers (N6).
    """
    records = list(TrainingRecord.objects.filter(session=session).values_list("pk", flat=True))
    sign_offs = list(CompetencyRecord.objects.filter(session=session).values_list("pk", flat=True))
    uploads = list(EvidenceUpload.objects.filter(session=session).values_list("pk", flat=True))
    me = (session.pk,)
    reads = Source(
        model=EvidenceRead,
        ids=uploads,
        by="upload",
        subject="upload",
        fields=("kind", "learner"),
        at="read_at",
        who="read_by",
    )
    return (
        Source(model=SessionAttendee, ids=me, by="session", subject="learner", fields=MARK),
        Source(model=ListAct, ids=me, by="session", subject="kind", fields=("workers", "undone_by")),
        Source(model=EvidenceUpload, ids=me, by="session", fields=("original_name", *UPLOAD)),
        Source(model=TrainingRecord, ids=me, by="session", subject="learner", fields=RECORD),
        Source(model=CompetencyRecord, ids=me, by="session", subject="learner", fields=SIGN_OFF),
        Source(model=Revocation, ids=records, by="record", subject="record", fields=("reason",)),
        Source(model=Revocation, ids=sign_offs, by="competency_record", fields=("reason",)),
        Source(model=Session, ids=me, fields=PLAN),
        *((reads,) if tells_reads else ()),
    )
