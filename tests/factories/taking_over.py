"""What a take-over leaves behind: comparison, sample, check and signed report."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import User

from attendance.models import (
    DifferenceExplained,
    RegisterComparison,
    RegisterDifference,
    RegisterSample,
    SampleCheck,
    SampledRecord,
    TakeOver,
    TakeOverWithdrawal,
)
from learners.models import TrainingRecord
from tests.factories.learners import TrainingRecordFactory
from tests.factories.training import UserFactory
from training.models import Import

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONTENT = {
    "version": 1,
    "is_trial": True,
    "cut_over_on": "2026-03-02",
    "signed_by": "Ada Novak",
    "signed_at": AT.isoformat(),
    "counts": {"records": 1, "from_registers": 1, "registers": []},
    "sample": {
        "number": 1,
        "seed": "ab" * 16,
        "size": 1,
        "population": 1,
        "courses": 1,
        "companies": 1,
        "drawn_at": AT.isoformat(),
        "right": 1,
        "wrong": 0,
        "not_found": 0,
        "errors": [],
    },
    "comparison": {
        "number": 1,
        "compared_at": AT.isoformat(),
        "files": [],
        "holds_everybody": False,
        "same": 1,
        "different": 0,
        "only_there": 0,
        "only_here": 0,
        "unread": 0,
        "explained": [],
    },
}


def records_import(by: User, **fields: Any) -> Import:
    """Return an import of records as it is left by a check."""
    facts = {"kind": "records", "state": "CHECKED", "title": "matrix.xlsx", "started_at": AT, "changed_at": AT}
    made: Import = Import.objects.create(**{**facts, "started_by": by, **fields})
    return made


def compared_cell(record: TrainingRecord | None = None) -> RegisterDifference:
    """Return a cell of which the site has nothing."""
    record = record or TrainingRecordFactory()
    by = UserFactory()
    comparison = RegisterComparison.objects.create(
        of=records_import(by),
        files=[{"name": "matrix.xlsx", "sha256": "ab" * 32}],
        holds_everybody=False,
        same=1,
        different=0,
        only_there=1,
        only_here=0,
        unread=0,
        compared_by=by,
        compared_at=AT,
    )
    made: RegisterDifference = comparison.cells.create(
        what="only there", learner=record.learner, course=record.course, place="C4", there="14 May 2025"
    )
    return made


def explained(cell: RegisterDifference | None = None) -> DifferenceExplained:
    """Return what explains the cells of a course."""
    cell = cell or compared_cell()
    made: DifferenceExplained = cell.comparison.explained.create(
        what=cell.what, course=cell.course, reason="Comes in May", explained_by=UserFactory(), explained_at=AT
    )
    return made


def sampled(record: TrainingRecord | None = None) -> SampledRecord:
    """Return the only record of a sample."""
    sample = RegisterSample.objects.create(
        seed="ab" * 16, size=1, population=1, courses=1, companies=1, drawn_by=UserFactory(), drawn_at=AT
    )
    made: SampledRecord = sample.records.create(number=1, record=record or TrainingRecordFactory())
    return made


def sample_check(record: TrainingRecord | None = None) -> SampleCheck:
    """Return what was found at an original."""
    made: SampleCheck = sampled(record).checks.create(found="right", checked_by=UserFactory(), checked_at=AT)
    return made


def take_over(record: TrainingRecord | None = None) -> TakeOver:
    """Return a signed report, as of a trial."""
    cell, check = compared_cell(record), sample_check(record)
    content = json.dumps(CONTENT)
    return TakeOver.objects.create(
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        is_trial=True,
        cut_over_on=date(2026, 3, 2),
        sample=check.sampled.sample,
        comparison=cell.comparison,
        signed_by=UserFactory(),
        signed_at=AT,
    )


def withdrawal() -> TakeOverWithdrawal:
    """Return the withdrawal of a report."""
    return TakeOverWithdrawal.objects.create(
        take_over=take_over(), reason="Wrong workbook", withdrawn_by=UserFactory(), withdrawn_at=AT
    )
