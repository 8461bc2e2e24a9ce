"""What the rows that somebody is filing mean, and what is still wrong with each (I12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import FilingProof, FilingRow
from attendance.policies.filing import CourseNames, FilingFacts
from attendance.selectors.named import Names
from learners.models import Learner, TrainingRecord
from learners.policies.import_records import RECORDS
from learners.policies.records import expiry_date
from learners.services.external_records import Claim, ClaimChecker, ExternalTraining, RecordedAlready
from learners.services.imports.named_workers import NamedWorkers, named_in
from training.core.imports.declaration import Thing
from training.core.imports.rows import FOR_GOOD, DraftRow
from training.core.imports.values import from_json
from training.core.refusals import Refusal
from training.core.sameness import same_text
from training.models import CourseVersion
from training.selectors.courses import published_versions
from training.services.imports.contract import ImportTerms

WORKER, COURSE, PROVIDER, DONE, UNTIL, PROOF = "worker", "course", "provider", "completed_on", "expires_on", "proof"
PLACES = {"completion_date": DONE, "expiry_date": UNTIL}  # fields of refusals, and the columns of a row
NEVER = "never"  # typed: it does not expire


@dataclass
class FilingState:
    """A row with what it means.

    Attributes:
        values: by column, what was read or typed: texts, days, keys of what was chosen.
        worker: who is meant; None if nobody is known, or a person has to say.
        candidates: who can be meant, where that is asked.
        is_proposed: the last day is the one that the course gives (R1).
        training: what would be recorded; None while something is missing.
        problems: by column, the sentences that stand by the row.
        is_there: the record is there already.
    """

    row: FilingRow
    values: dict[str, Any]
    worker: Learner | None = None
    candidates: Sequence[Learner] = ()
    course: str = ""
    provider: str = ""
    completed_on: date | None = None
    expires_on: date | None = None
    result: str = TrainingRecord.Result.PASSED
    is_proposed: bool = False
    training: ExternalTraining | None = None
    course_id: int | None = None
    provider_id: int | None = None
    problems: dict[str, list[str]] = field(default_factory=dict)
    is_there: bool = False

    @property
    def is_filed(self) -> bool:
        """Whether it is a record already."""
        return self.row.record_id is not None

    @property
    def is_ready(self) -> bool:
        """Whether it can be filed as it is."""
        return not self.is_filed and not self.problems

    @property
    def claim(self) -> Claim | None:
        """What would be recorded of whom; None while something is missing."""
        if self.worker is None or self.training is None:
            return None
        return Claim(self.worker.pk, self.training)

    def say(self, column: str, sentence: str) -> None:
        """Add why the row cannot be filed."""
        self.problems.setdefault(column, []).append(sentence)


def filing_rows(by: User) -> list[FilingRow]:
    """Return what somebody has pasted, with its files, in its order; one query."""
    rows = FilingRow.objects.filter(owner=by).select_related("paste", "proof", "record")
    return list(rows.order_by("paste_id", "row"))


def free_proofs(by: User) -> list[FilingProof]:
    """Return the files that somebody has dropped and that belong to no row, refused ones too."""
    return list(FilingProof.objects.filter(owner=by, row=None).order_by("pk"))


def filing_states(rows: Sequence[FilingRow], *, by: User, now: datetime) -> list[FilingState]:
    """Return what rows mean and what is wrong with each, in a number of queries that does not grow with them."""
    open_rows = [row for row in rows if row.record_id is None]
    states = {row.pk: FilingState(row, _values(row)) for row in rows}
    if open_rows:
        opened = [states[row.pk] for row in open_rows]
        _read(opened, by=by, now=now)
        _check(opened, today=timezone.localdate(now))
    return [states[row.pk] for row in rows]


def facts_of(states: Sequence[FilingState]) -> list[FilingFacts]:
    """Return what rows say that names of files may say too."""
    return [
        FilingFacts(
            key=state.row.pk,
            certificate=str(state.values.get("certificate") or ""),
            badges=[str(state.values.get("badge_id") or ""), state.worker.badge_id if state.worker else ""],
            names=[state.worker.name] if state.worker else [],
            course=state.course_id,
        )
        for state in states
    ]


def course_names() -> dict[int, CourseNames]:
    """Return code and title of every course that can be recorded."""
    versions = CourseVersion.objects.filter(status=CourseVersion.Status.PUBLISHED, course__deleted_at=None)
    return {each.course_id: CourseNames(each.course.code, each.title) for each in versions.select_related("course")}


def _values(row: FilingRow) -> dict[str, Any]:
    read = from_json(RECORDS, row.read)
    typed = dict(row.typed)
    for column in (DONE, UNTIL):
        if isinstance(typed.get(column), str):
            typed[column] = FOR_GOOD if typed[column] == NEVER else date.fromisoformat(typed[column])
    return {**read, **typed}


def _read(states: Sequence[FilingState], *, by: User, now: datetime) -> None:
    """Find out whom and what the rows name."""
    courses, companies = Names(Thing.COURSE, sender=""), Names(Thing.COMPANY, sender="")
    drafts = [_draft(state) for state in states]
    chosen = {(0, state.row.pk): int(state.values[WORKER]) for state in states if state.values.get(WORKER)}
    things = {Thing.COMPANY: _known(companies, [draft.values.get("company") for draft in drafts])}
    terms = ImportTerms(by=by, now=now, things=things, people=chosen, choices={})
    people = NamedWorkers(terms, among=named_in(drafts, also=chosen.values()))
    meant = [people.find(draft) for draft in drafts]
    keys = {key for each in meant for key in (each.key, *each.candidates) if key is not None}
    learners = Learner.objects.select_related("company").in_bulk(keys)
    for state, each in zip(states, meant, strict=True):
        state.worker = learners.get(each.key) if each.key is not None else None
        state.candidates = [learners[key] for key in each.candidates if key in learners]
        _name(state, courses, companies)
    versions = published_versions({state.course_id for state in states if state.course_id})
    for state in states:
        _date(state, versions)


def _draft(state: FilingState) -> DraftRow:
    return DraftRow(sheet=0, number=state.row.pk, cells={}, values=state.values)


def _known(names: Names, texts: Sequence[Any]) -> dict[str, int]:
    found = {same_text(str(text)): names.key_of(str(text)) for text in texts if text}
    return {text: key for text, key in found.items() if key is not None}


def _name(state: FilingState, courses: Names, companies: Names) -> None:
    """Find the course and the provider: chosen ones are keys, pasted ones texts."""
    state.course_id = _key(courses, state.values.get(COURSE))
    provider = state.values.get(PROVIDER)
    state.provider_id = _key(companies, provider) if provider else state.row.paste.provider_id
    state.course = courses.things[state.course_id].label if state.course_id in courses.things else ""
    state.provider = companies.things[state.provider_id].label if state.provider_id in companies.things else ""


def _key(names: Names, said: Any) -> int | None:
    if isinstance(said, int):
        return said
    return names.key_of(str(said)) if said else None


def _date(state: FilingState, versions: Mapping[int, CourseVersion]) -> None:
    values = state.values
    state.result = str(values.get("result") or TrainingRecord.Result.PASSED)
    state.completed_on = values.get(DONE)
    state.expires_on = None if values.get(UNTIL) == FOR_GOOD else values.get(UNTIL)
    version = versions.get(state.course_id or 0)
    passed = state.result == TrainingRecord.Result.PASSED
    is_unsaid = UNTIL not in values and UNTIL not in {column for column, *_rest in _standing(state.row)}
    if passed and is_unsaid and state.completed_on and version:
        state.expires_on = expiry_date(state.completed_on, validity_months=version.validity_months)
        state.is_proposed = True


def _standing(row: FilingRow) -> list[list[str]]:
    """Return what could not be read of a row and was not typed since."""
    typed = {*row.typed, *(("badge_id", "full_name") if {WORKER, "badge_id"} & {*row.typed} else ())}
    return [each for each in row.problems if each[0] not in typed]


def _check(states: Sequence[FilingState], *, today: date) -> None:
    """Say what is missing of each row, then what the service refuses of those that are whole."""
    for state in states:
        _say_what_is_missing(state)
    claims = [state.claim for state in states]
    checker = ClaimChecker([each for each in claims if each is not None], today=today)
    seen: set[tuple[Any, ...]] = set()
    for state, claim in zip(states, claims, strict=True):
        if claim is None:
            continue
        training = claim.training
        same = claim.learner_id, training["course_id"], training["provider_id"], training["completion_date"]
        if same in seen:
            state.say(DONE, _("The same training stands in another row above."))
        seen.add(same)
        try:
            checker.check(claim)
        except Refusal as refusal:
            state.is_there = isinstance(refusal, RecordedAlready)
            errors = refusal.errors or {WORKER: [refusal.message]}
            for name, sentences in errors.items():
                for sentence in sentences:
                    state.say(PLACES.get(name, name), sentence)


def _say_what_is_missing(state: FilingState) -> None:
    values = state.values
    for column, _code, sentence, value in _standing(state.row):
        shown = f"{sentence} “{value}”" if value else sentence
        state.say(WORKER if column in {"badge_id", "full_name", "first_name", "last_name"} else column, shown)
    if state.worker is None and state.candidates:
        state.say(WORKER, _("Say who is meant."))
    elif state.worker is None and WORKER not in state.problems:
        state.say(WORKER, _("There is no such worker. Mend the badge, or add the worker first."))
    if state.course_id is None and COURSE not in state.problems:
        text = values.get(COURSE)
        known = _("“%(text)s” is no course of this site. Choose the one that is meant.") % {"text": text}
        state.say(COURSE, known if text else _("Choose the course."))
    if state.provider_id is None and PROVIDER not in state.problems:
        text = values.get(PROVIDER)
        known = _("“%(text)s” is no company of this site. Choose the one that is meant.") % {"text": text}
        state.say(PROVIDER, known if text else _("Say which company gave the training."))
    if state.completed_on is None and DONE not in state.problems:
        state.say(DONE, _("Enter the day of completion."))
    if state.row.proof_id is None:
        state.say(PROOF, _("Choose its certificate among the files."))
    if state.course_id and state.provider_id and state.completed_on and UNTIL not in state.problems:
        state.training = ExternalTraining(
            course_id=state.course_id,
            provider_id=state.provider_id,
            completion_date=state.completed_on,
            expiry_date=state.expires_on,
            result=state.result,
            comments=str(values.get("comments") or ""),
        )
