"""Checking an import: what would become of each row, in one snapshot and without any lock (I5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from attendance.policies.imports import WRITES, Summary
from attendance.services.imports.certificates import certificates_of, judge_certificates, leftover_files
from attendance.services.imports.leaving import leavers_as_json, leavers_by
from attendance.services.imports.rows import NOWHERE, in_parts, stage_leaving, waiting_rows, write_outcomes
from attendance.services.imports.steps import kind_of_import, own_import, place_of, take_step, terms_of
from learners.models import ImportTurn, Learner
from learners.selectors.import_turns import count_turns
from learners.services.imports.employers import ASKED
from learners.services.imports.laying import laid_by
from learners.services.imports.turns import tell_turns
from training.core.audit_context import as_person
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.long_jobs import take_time, without_collecting
from training.core.refusals import database_refusals
from training.models import Import
from training.services.imports.contract import (
    TAKEN_BACK,
    ImportTerms,
    TakenBackRow,
    TakingBack,
    WhoLeaves,
    service_of,
)
from training.services.job_kinds import Tell, untold

MOST_PEOPLE = 500  # rows of which it is asked at once who is meant; the others come with the next check

State = Import.State
Phase = ImportTurn.Phase


@database_refusals()
@without_collecting()
def check_import(*, import_id: int, by: User, now: datetime, tell: Tell = untold) -> Import:
    """Check the rows that wait, and write down what would become of each, and who would turn by them.

    Nobody waits for it: it reads one snapshot of the site, takes no lock, and writes only the rows of this import.

    Raises:
        NotPermitted, NotFound: as `own_import`.
        WrongState: the import has gone on meanwhile.
        ArchiveUnusable, ReaderUnavailable, WaitingStoreUnavailable: as `judge_certificates`.
    """
    one = own_import(import_id=import_id, by=by)
    if one.state != State.CHECKING:
        take_step(one, State.CHECKING, now=now)
    judge_certificates(one, tell=tell)
    terms = terms_of(one, by=by, now=now, certificates=certificates_of(one))
    began = monotonic()
    with one_snapshot(by):
        result = check_rows(one, terms, tell=tell)
        stage_leaving(one.pk, (number for number, row in result.rows.items() if row.draft.number == NOWHERE))
        for part in in_parts(result.rows):
            write_outcomes(one.pk, part)
        laid = laid_by(service_of(one.kind), result.writes, result.terms)
        tell_turns(import_id=one.pk, laid=laid, today=timezone.localdate(now))
        turns = count_turns(one.pk, Phase.TOLD)
    summary = result.summary
    questions = {
        **one.questions,
        "people": people_asked(one, result.rows.values()),
        "employers": employers_asked(result.rows.values()),
    }
    take_step(
        one,
        State.CHECKED,
        now=now,
        counts={"rows": result.in_file, **summary.counts},
        questions=questions,
        report={
            "groups": [group.as_json() for group in summary.groups],
            "turns": {Phase.TOLD: turns.as_json()},
            TAKEN_BACK: summary.taken_back,
            "leftover": leftover_files(one),
            "checking": monotonic() - began,
            "leavers": leavers_as_json(result.leavers),
        },
        fingerprint=summary.fingerprint,
    )
    return one


@contextmanager
def one_snapshot(by: User) -> Iterator[None]:
    """Read everything inside as it stands at one moment, in a transaction that names who acts."""
    with as_person(by), transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        take_time()
        yield


def people_asked(one: Import, rows: Iterable[CheckedRow]) -> list[dict[str, Any]]:
    """Return the rows of which a person has to say who is meant, with those who can be (I4).

    Answers that were given before stay questions, so that they can be changed.
    """
    asked = list(islice((row for row in rows if row.candidates), MOST_PEOPLE))
    keys = {key for row in asked for key in row.candidates}
    workers = Learner.objects.filter(pk__in=keys).select_related("company")
    labels = {each.pk: f"{each}, {each.company.name}" for each in workers}
    return [
        {
            "place": place_of(row.draft),
            "written": row.identity,
            "sheet": row.draft.sheet,
            "row": row.draft.number,
            "candidates": [{"key": key, "label": labels[key]} for key in row.candidates if key in labels],
        }
        for row in asked
    ]


def employers_asked(rows: Iterable[CheckedRow]) -> list[dict[str, Any]]:
    """Return the workers of whom a person has to say with which employer they are (I9), answered or not."""
    asked: dict[str, dict[str, Any]] = {}
    for row in rows:
        names = row.found.get(ASKED, ())
        if names and (row.identity in asked or len(asked) < MOST_PEOPLE):
            one = {"badge": row.identity, "sheet": row.draft.sheet, "row": row.draft.number, "names": []}
            known = asked.setdefault(row.identity, one)["names"]
            known += [name for name in names if name not in known]
    return list(asked.values())


@dataclass(frozen=True)
class ChecksOfRows:
    """What a check says of every row, and all of it summed up.

    Attributes:
        rows: by number in the import; after those of the file, those who leave by it.
        taken_back: what the file takes back of what it said before (I7).
        terms: of the check, with what is taken back.
        leavers: who leaves; None where the file holds only changes.
    """

    rows: Mapping[int, CheckedRow]
    summary: Summary
    taken_back: Sequence[TakenBackRow]
    terms: ImportTerms
    leavers: WhoLeaves | None = None

    @property
    def in_file(self) -> int:
        """How many rows stand in the file."""
        return sum(row.draft.number != NOWHERE for row in self.rows.values())

    @property
    def writes(self) -> dict[int, CheckedRow]:
        """The rows that would be written, by number in the import, in the order of the file."""
        return {number: row for number, row in self.rows.items() if row.outcome in WRITES}


def check_rows(one: Import, terms: ImportTerms, *, tell: Tell = untold) -> ChecksOfRows:
    """Return what would become of the rows that wait, by the service of their kind, and write nothing.

    Args:
        tell: is told of the rows that are checked; they are half of the work.
    """
    checker, kind, rows = service_of(one.kind).checker(terms), kind_of_import(one), dict[int, CheckedRow]()
    total = 2 * one.counts.get("rows", 0)
    for part in waiting_rows(one.pk, kind):
        checked = checker.check([draft for _number, draft in part])
        rows.update(zip((number for number, _draft in part), checked, strict=True))
        tell(len(rows), total)
    taken: Sequence[TakenBackRow] = ()
    if isinstance(checker, TakingBack):
        taken = checker.taken_back()
        checker.confirm(taken)
        terms = replace(terms, choices={**terms.choices, TAKEN_BACK: taken})
    numbers = list(rows)
    for place, problems in checker.finish().items():
        row = rows[numbers[place]]
        row.problems += problems
        row.outcome = RowOutcome.REFUSED
    leavers = leavers_by(checker, list(rows.values()))
    if leavers is not None:
        rows.update(enumerate(leavers.rows, start=len(rows) + 1))
    summary = Summary()
    summary.add(rows.values())
    summary.add_taken_back(taken)
    return ChecksOfRows(rows, summary, taken, terms, leavers)
