"""Imports through the API (I5, I6, I8): a file is checked, brought in as it was shown, and undone."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Path, Router, Status, UploadedFile
from pydantic import Field

from attendance.pages.import_rows import place_name
from attendance.pages.import_turns import ImportTurnLine, counts_of, lines_of, phase_of
from attendance.pages.import_undo import failure_of
from attendance.pages.imports import taken_back_lines
from attendance.services.imports.doing import check_can_do
from attendance.services.imports.receiving import start_import
from attendance.services.imports.steps import own_import
from attendance.services.imports.tables import sheet_names
from attendance.services.imports.undoing import (
    UndoGroup,
    check_can_preview_undo,
    check_can_undo_import,
    groups_from_json,
    kept_preview,
)
from attendance.services.imports.working import ImportWork, ask_for
from learners.models import ComplianceStatus, ImportTurn
from learners.selectors.import_turns import TurnCounts, turns_of
from training.core.api.objects import ApiObject, ApiRequest, Key, Moment, Text, answers
from training.core.imports.registry import kind_of
from training.core.imports.rows import RowOutcome
from training.core.keys import LARGEST_KEY
from training.core.permissions import Permission, check_may, requires
from training.core.refusals import Invalid
from training.models import Import, ImportRow
from training.services.imports.contract import UndoAct

router = Router(by_alias=True)

CELLS = WORKERS = 200  # that are named; the others are counted


class RefusalGroup(ApiObject):
    """Rows that are refused for the same reason; `cells` are named as the spreadsheet does, the first of them."""

    code: str
    column: str
    reason: str
    count: int
    cells: list[str]


class TakenBackObject(ApiObject):
    """What a register said before: the day that it said, and the day that it says now; none where it is gone."""

    what: str
    said: date
    says: date | None


class CourseTurnObject(ApiObject):
    """The answer for one course before and after; null where it is not required."""

    course: str
    before: ComplianceStatus | None
    after: ComplianceStatus | None


class TurnObject(ApiObject):
    """A worker for whom something changes. `before` is null for somebody new; who `comes` is new or back."""

    badge: str
    name: str
    is_active: bool
    comes: bool
    before: ComplianceStatus | None
    after: ComplianceStatus
    courses: list[CourseTurnObject]


class TurnsObject(ApiObject):
    """Who turns red, yellow or green by the import: as its check tells it, then as it came.

    `turn` and `come` are numbers of active workers by status afterwards: those who turn, and those who are new or back.
    `same` keep their status with other answers for courses; `others` are not active. `workers` are the first 200, the
    worst first.
    """

    phase: ImportTurn.Phase
    turn: dict[ComplianceStatus, int]
    come: dict[ComplianceStatus, int]
    same: int
    others: int
    workers: list[TurnObject]


class LeavingCompanyObject(ApiObject):
    """How many leave of a company, and how many active workers it has before."""

    name: str
    leaving: int
    active: int


class LeaversObject(ApiObject):
    """Who leaves by a file that holds everybody (I9). If `areMany`, confirming needs `acceptLeavers` of a superuser.

    `whyNobody` says why it cannot be told; then the import is not brought in. `badges` are the first of them.
    """

    count: int
    are_many: bool
    why_nobody: str
    companies: list[LeavingCompanyObject]
    badges: list[str]


class UndoGroupObject(ApiObject):
    """Things that become, or became, of the same thing, or that are left for the same reason; `names` are the first."""

    act: UndoAct
    why: str
    count: int
    names: list[str]


class UndoPreviewObject(ApiObject):
    """What undoing an import would do, as it was `at` that moment; undoing names the `fingerprint`."""

    at: Moment
    fingerprint: str
    groups: list[UndoGroupObject]
    turns: TurnsObject


class ImportObject(ApiObject):
    """An import. `questions` are to be answered before rows can be checked; `counts` are rows by outcome.

    `fingerprint` is of everything that the check has shown: confirming names it. `undone` is what became of what it
    wrote when it was undone; while its state is DONE, `undoPreview` is what would, once that was asked for.
    """

    id: int
    kind: str
    title: str
    state: Import.State
    job_id: int | None
    questions: dict[str, Any]
    counts: dict[str, int]
    refusals: list[RefusalGroup]
    taken_back: list[TakenBackObject]
    turns: TurnsObject | None
    leavers: LeaversObject | None
    fingerprint: str
    failure: str | None
    started_at: Moment
    done_at: Moment | None
    undone_at: Moment | None
    undo_preview: UndoPreviewObject | None
    undone: list[UndoGroupObject]


class ConfirmObject(ApiObject):
    """`fingerprint` is that of the check; `onlyGood` leaves rows behind that cannot be brought in.

    `takeBack` revokes what a register said before and does not say any more, as `takenBack` of the check lists it.
    `onlyAgreed` keeps of the file only the columns that were agreed on. `acceptLeavers` is how many may leave, where
    those are many (I9): a superuser says it, with the scope admin.
    """

    fingerprint: Text
    only_good: bool = False
    take_back: bool = False
    only_agreed: bool = False
    accept_leavers: int | None = Field(None, ge=0, le=LARGEST_KEY)


class UndoObject(ApiObject):
    """Why the import is undone, and the `fingerprint` of the preview."""

    reason: Text
    fingerprint: Text


@router.post("", response=answers(ImportObject, 202), url_name="import_start")
@requires(Permission.CHECK_FILES)
def start(
    request: ApiRequest, file: File[list[UploadedFile]], kind: Form[Text], said: Form[str] = "{}"
) -> Status[ImportObject]:
    """Read and check files of one kind; a ZIP among them holds certificates (I7). Nothing of the site changes (I5).

    `said` is JSON: `sender`, `layout` (by sheet, which of its columns is which), `columns` (answers by key of the
    question), `things` (what names mean), `people`, and `choices` (what holds for all rows, such as the provider of all
    records). What is missing is taken from the headings, where they are clear, and from what was agreed on before; the
    rest is in `questions`.
    """
    declared = kind_of(kind)
    check_may(request.user, declared.checks)
    terms, now = _terms(said), timezone.now()
    sender = str(terms.pop("sender", ""))
    one = start_import(files=file, kind=kind, sender=sender, said=terms, by=request.user, now=now)
    ask_for(one, ImportWork.READ, by=request.user, now=now)
    return Status(202, _object(one))


@router.get("/{import_id}", response=answers(ImportObject))
@requires(Permission.CHECK_FILES)
def get_import(request: ApiRequest, import_id: Path[Key]) -> ImportObject:
    """Return an import of this login, or one that is done."""
    return _object(own_import(import_id=import_id, by=request.user))


@router.post("/{import_id}/confirm", response=answers(ImportObject, 202))
@requires(Permission.CHECK_FILES)
def confirm(request: ApiRequest, import_id: Path[Key], body: ConfirmObject) -> Status[ImportObject]:
    """Bring in what was checked, if it still would write what was shown (I6)."""
    one = own_import(import_id=import_id, by=request.user)
    said = body.model_dump()
    judged = ("fingerprint", "only_good", "take_back", "accept_leavers")
    check_can_do(one, by=request.user, **{name: said[name] for name in judged})
    ask_for(one, ImportWork.DO, by=request.user, now=timezone.now(), **said)
    return Status(202, _object(one))


@router.post("/{import_id}/undo/preview", response=answers(ImportObject, 202))
@requires(Permission.UNDO_IMPORT)
def preview_undo(request: ApiRequest, import_id: Path[Key]) -> Status[ImportObject]:
    """Find out what undoing an import would do and whom it would turn (I8); `undoPreview` has it then."""
    one = own_import(import_id=import_id, by=request.user)
    check_can_preview_undo(one, by=request.user)
    ask_for(one, ImportWork.PREVIEW_UNDO, by=request.user, now=timezone.now())
    return Status(202, _object(one))


@router.post("/{import_id}/undo", response=answers(ImportObject, 202))
@requires(Permission.UNDO_IMPORT)
def undo(request: ApiRequest, import_id: Path[Key], body: UndoObject) -> Status[ImportObject]:
    """Take back what an import wrote, if that still is what the preview has shown (I8)."""
    one = own_import(import_id=import_id, by=request.user)
    said = body.model_dump()
    said["reason"] = check_can_undo_import(one, **said, by=request.user)
    ask_for(one, ImportWork.UNDO, **said, by=request.user, now=timezone.now())
    return Status(202, _object(one))


def _terms(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        message = _("This is no JSON object.")
        raise Invalid.of_fields({"said": [message]})
    return said


def _object(one: Import) -> ImportObject:
    names = sheet_names(one)
    return ImportObject(
        id=one.pk,
        kind=one.kind,
        title=one.title,
        state=Import.State(one.state),
        job_id=one.job_id,
        questions=one.questions,
        counts=one.counts,
        refusals=[
            RefusalGroup(
                code=group["code"],
                column=group["column"],
                reason=group["sentence"],
                count=group["count"],
                cells=[place_name(names, *cell) for cell in group["cells"][:CELLS]],
            )
            for group in one.report.get("groups", [])
        ],
        taken_back=[TakenBackObject(what=each.what, said=each.said, says=each.says) for each in taken_back_lines(one)],
        turns=_turns(one),
        leavers=_leavers(one),
        fingerprint=one.fingerprint,
        failure=failure_of(one) or None,
        started_at=one.started_at,
        done_at=one.done_at,
        undone_at=one.undone_at,
        undo_preview=_undo_preview(one),
        undone=_groups(groups_from_json(one.report.get("undone", ()))),
    )


def _turns(one: Import) -> TurnsObject | None:
    phase = phase_of(one)
    if phase is None:
        return None
    return _turns_object(one, phase, counts_of(one, phase), turns_of(one.pk, phase)[:WORKERS])


def _turns_object(one: Import, phase: ImportTurn.Phase, counts: TurnCounts, rows: Iterable[ImportTurn]) -> TurnsObject:
    return TurnsObject(
        phase=phase,
        turn={ComplianceStatus(status): number for status, number in counts.turn.items()},
        come={ComplianceStatus(status): number for status, number in counts.come.items()},
        same=counts.same,
        others=counts.others,
        workers=[_turn(each) for each in lines_of(one, rows)],
    )


def _undo_preview(one: Import) -> UndoPreviewObject | None:
    preview = kept_preview(one)
    if preview is None:
        return None
    return UndoPreviewObject(
        at=preview.at,
        fingerprint=preview.fingerprint,
        groups=_groups(preview.groups),
        turns=_turns_object(one, ImportTurn.Phase.UNDONE, preview.counts, preview.turns),
    )


def _groups(groups: Iterable[UndoGroup]) -> list[UndoGroupObject]:
    return [UndoGroupObject(act=each.act, why=each.why, count=each.count, names=list(each.names)) for each in groups]


def _turn(line: ImportTurnLine) -> TurnObject:
    row, codes = line.row, {each.course_id: each.code for each in line.shown.courses}
    return TurnObject(
        badge=line.shown.learner.badge_id,
        name=line.shown.learner.name,
        is_active=row.is_active,
        comes=row.comes,
        before=_status(row.before),
        after=ComplianceStatus(row.after),
        courses=[
            CourseTurnObject(course=codes[course], before=_status(before), after=_status(after))
            for course, before, after in row.courses
        ],
    )


def _status(value: str | None) -> ComplianceStatus | None:
    return ComplianceStatus(value) if value else None


def _leavers(one: Import) -> LeaversObject | None:
    told = one.report.get("leavers")
    if not told:
        return None
    rows = ImportRow.objects.filter(of=one, outcome=RowOutcome.LEAVING).order_by("number")
    return LeaversObject(
        count=told["count"],
        are_many=told["are_many"],
        why_nobody=told["why_nobody"],
        companies=[LeavingCompanyObject(name=name, leaving=gone, active=of) for name, gone, of in told["companies"]],
        badges=list(rows.values_list("identity", flat=True)[:CELLS]),
    )
