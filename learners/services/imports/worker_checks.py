"""What would become of rows of workers (I5): who is meant, and what would change.

A badge says who is meant, an old one too; merged and blocked workers are told and left alone. Cells that are empty, and
columns that are not in the file, change nothing; an end date that says "for good" takes the end date away. Areas are
added, and taken away only where the import says that the file has all areas of each worker (`choices["all_areas"]`).
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from learners.models import Learner
from learners.policies.leavers import scope_of
from learners.selectors.sameness import near_badges, workers_named
from learners.services.imports.employers import ASKED as EMPLOYERS_ASKED
from learners.services.imports.employers import Employers, ask
from learners.services.imports.leavers import who_leaves
from learners.services.imports.people import People, PlaceNames, StoredWorker
from learners.services.imports.worker_status import BADGE, COLUMNS, RULES, WorkerStatus, refuse_all
from training.core.imports.declaration import Thing
from training.core.imports.rows import FOR_GOOD, CheckedRow, DraftRow, RowOutcome
from training.core.long_jobs import planned_for_many
from training.core.refusals import Refusal
from training.core.sameness import near_name, near_text, same_text, shown_text
from training.policies.names import check_is_seen
from training.services.imports.checking import (
    TO_COME,
    Considered,
    FieldCheck,
    FirstRow,
    KindChecker,
    RowRules,
    key_or_to_come,
    text_of,
)
from training.services.imports.contract import ImportTerms, NewThing, WhoLeaves

DEFAULTS = ("company", "role", "start_date")  # what can be said for all new workers of an import at once
Status = Learner.Status


class WorkerChecker(KindChecker):
    """Checks rows of workers.

    What it leaves in `CheckedRow.found` is for `learners.services.imports.workers`: `values` by column of the table,
    `stored` where the worker is there, `areas` and `gone` (assignments), `supervisor_row` (a badge of another row),
    `returns`, and `departs` with the reason.
    """

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        self._fields = FieldCheck(RULES)
        self._rules = RowRules(RULES)
        self._places = PlaceNames.read()
        self._status = WorkerStatus(terms, today=self.today)
        self._people = People((), ())
        self._called = {"company": self._places.companies, "role": self._places.roles}
        self._scope = scope_of(terms.choices)
        self._employers = Employers(terms, self._scope, self._places.companies)

    # The part

    def read(self, rows: Sequence[DraftRow]) -> None:
        badges = {
            text_of(row.values[column]) for row in rows for column in (BADGE, "supervisor") if column in row.values
        }
        answers = (self.terms.people.get((row.sheet, row.number)) for row in rows)
        with planned_for_many():
            self._people = People(badges, {key for key in answers if key is not None})
            self._employers.read(self._with_another_employer(rows))

    def _with_another_employer(self, rows: Sequence[DraftRow]) -> list[StoredWorker]:
        """Return the workers of whom rows say another employer than they have."""
        found = {}
        for row in rows:
            said = self._employer_said(row)
            worker = self._people.of_badge(text_of(row.values.get(BADGE))) if said is not None else None
            if worker is not None and self._shown("company", worker["company_id"]) != said:
                found[worker["id"]] = worker
        return list(found.values())

    def _employer_said(self, row: DraftRow) -> str | None:
        """Return the name of the employer in a row; None where it names none that is known or new."""
        text = row.values.get("company")
        meant = None if text is None else self.meant(Thing.COMPANY, text)
        return None if meant is None or isinstance(meant, str) else str(self._shown("company", meant))

    def who_leaves(self, rows: Sequence[CheckedRow]) -> WhoLeaves | None:
        """See `CheckerOfEverybody`."""
        return who_leaves(self._scope, self.terms, rows) if self._scope.is_everybody else None

    def ask_rules(self, rows: Sequence[Considered]) -> None:
        for row in rows:
            row.state["name_key"] = near_name(f"{row.state['first_name']} {row.state['last_name']}")
        self._rules.ask(rows)
        self._ask_who_is_new(
            [row for row in rows if row.checked.outcome is RowOutcome.NEW and not row.checked.problems]
        )

    def names(self, row: Considered) -> Sequence[Hashable]:
        badge = row.draft.values.get(BADGE)
        return () if badge is None else (same_text(text_of(badge)),)

    # One row

    def consider(self, row: Considered) -> None:
        checked = row.checked
        said = self._fields.values_of(row)
        badge = said[BADGE] = shown_text(said[BADGE]) if BADGE in said else None
        if badge is None:
            self._fields.ask_for_missing(row, {**dict.fromkeys(COLUMNS, ""), BADGE: None})
            return
        self._check_names(row, said)
        checked.identity = badge
        worker = self._worker_of(row, badge)
        if worker is not None:
            checked.key, checked.identity = worker["id"], worker["badge_id"]
        employer = self._employer_said(row.draft)
        if self._employers.is_elsewhere(row, badge, worker, employer) or self._stands_twice(row, badge, worker):
            return
        if worker is not None and worker["merged_into_id"] is not None:
            survivor = self._people.survivor_of(worker)
            checked.key, checked.identity = survivor["id"], survivor["badge_id"]
            row.leave_out(BADGE, "merged", _("This badge was merged into another one. Change that worker instead."))
            return
        values = self._values_of(row, said, worker)
        areas = self.keys_of(row, "areas", Thing.AREA)
        if checked.outcome is RowOutcome.LEFT_OUT:
            return
        if worker is None:
            self._consider_new(row, values, areas)
        elif not self._asks_employer(row, values, worker):
            self._consider_stored(row, values, areas, worker)

    def _check_names(self, row: Considered, said: Mapping[str, Any]) -> None:
        """L4: a name has something that can be seen."""
        for column in ("first_name", "last_name", "other_name"):
            try:
                check_is_seen(said.get(column, ""), field=column)
            except Refusal as refusal:
                refuse_all(row, refusal)

    def _worker_of(self, row: Considered, badge: str) -> StoredWorker | None:
        worker = self._people.of_badge(badge)
        chosen = self.terms.people.get((row.draft.sheet, row.draft.number))
        if worker is None and chosen is not None:
            worker = self._people.of_key(chosen)
            if worker is None:
                row.refuse(BADGE, "gone", _("There is no such worker."))
        return worker

    def _stands_twice(self, row: Considered, badge: str, worker: StoredWorker | None) -> bool:
        """Tell whether another row is about the same worker; two names under one badge are nobody's to choose from."""
        draft = row.draft
        person = same_text(badge) if worker is None else worker["merged_into_id"] or worker["id"]
        first = self.first_about(person)
        if first is None:
            return self.repeats(row, person, says=draft.values, column=BADGE, code="", sentence="")
        if self._is_claimed_twice(row, first):
            return True
        other_name = _name_of(first.says) != _name_of(draft.values)
        code = "two_names" if other_name else "stands_twice"
        sentence = (
            _("Two rows have this badge, under two names. Correct one of them.")
            if other_name
            else _("Two rows are about this worker and say different things. Leave one.")
        )
        return self.repeats(row, person, says=draft.values, column=BADGE, code=code, sentence=sentence)

    def _is_claimed_twice(self, row: Considered, first: FirstRow) -> bool:
        """I9: ask with whom a worker is whom two rows have with two employers, and tell whether they do."""
        employer = self._employer_said(row.draft)
        other = self._employer_said(DraftRow(sheet=0, number=0, cells={}, values=first.says))
        if employer is None or other is None or same_text(employer) == same_text(other):
            return False
        ask(row, other, employer)
        if first.checked is None:
            self.refuse_late(first.place, row.checked.problems[-1])
        elif first.checked.outcome is not RowOutcome.ASKED:
            first.checked.problems = [*first.checked.problems, row.checked.problems[-1]]
            first.checked.outcome = RowOutcome.ASKED
            first.checked.found[EMPLOYERS_ASKED] = [other, employer]
        return True

    def _values_of(self, row: Considered, said: Mapping[str, Any], worker: StoredWorker | None) -> dict[str, Any]:
        """Return what the row says by column of the kind, keys for names; what is not known yet is a `NewThing`."""
        values = dict(said)
        for column, thing in (("company", Thing.COMPANY), ("role", Thing.ROLE)):
            key = self.key_of(row, column, thing)
            if key is not None:
                values[column] = key
        if worker is None:
            for column in DEFAULTS:
                if column not in row.draft.values and self.terms.choices.get(column) is not None:
                    values[column] = self.terms.choices[column]
        if row.draft.values.get("supervisor") is not None:
            self._read_supervisor(row, values, text_of(row.draft.values["supervisor"]).strip())
        return values

    def _read_supervisor(self, row: Considered, values: dict[str, Any], badge: str) -> None:
        """Find the supervisor among the workers, else among the rows: a worker who comes with the same import."""
        found = self._people.of_badge(badge)
        if found is not None:
            values["supervisor"] = self._people.survivor_of(found)["id"]
        elif same_text(badge) == same_text(text_of(row.draft.values[BADGE])):
            values["supervisor"] = row.checked.key or TO_COME
        else:
            row.checked.found["supervisor_row"] = same_text(badge)
            values["supervisor"] = NewThing(Thing.WORKER, badge)
            row.await_row(same_text(badge), "supervisor", "nobody", _("Nobody has this badge."), badge)

    # New workers

    def _consider_new(self, row: Considered, values: dict[str, Any], areas: list[int | NewThing]) -> None:
        checked = row.checked
        if values.get("end_date") == FOR_GOOD:
            del values["end_date"]
        self._fields.ask_for_missing(row, values)
        start = values.get("start_date")
        values.setdefault("role_assigned_at", start)
        checked.outcome = RowOutcome.NEW
        checked.after = {column: self._shown(column, value) for column, value in values.items() if column != BADGE}
        if areas:
            checked.after["areas"] = self._area_names(areas)
        stored = {COLUMNS[column]: value for column, value in values.items()}
        row.state = {
            **dict.fromkeys(("first_name", "last_name", "other_name"), ""),
            **{column: key_or_to_come(value) for column, value in stored.items()},
            "id": TO_COME if values.get("supervisor") == TO_COME else None,
        }
        checked.found.update(values=stored, areas=areas)
        end: date | None = values.get("end_date")
        if end is not None and end < self.today and values.get("status") != Status.BLACKLISTED:
            self._status.depart(row, end, said=values.get("status"), status_since=None)

    def _ask_who_is_new(self, rows: Sequence[Considered]) -> None:
        """L4: ask about new workers who may be there already: under a badge that looks the same, or by their name.

        Badges and names of the file itself are not compared: two new badges are two people, whatever their names.
        """
        rows = [row for row in rows if (row.draft.sheet, row.draft.number) not in self.terms.people]
        with planned_for_many():
            worn = near_badges(row.state["badge_id"] for row in rows)
            named = workers_named(
                (row.state["first_name"], row.state["last_name"], row.state["company_id"])
                for row in rows
                if row.state["company_id"] != TO_COME
            )
        for row in rows:
            name = row.state["name_key"]
            near = {each.person_id for each in worn.get(near_text(row.state["badge_id"]), ())}
            same = {each.pk for each in named.get((name, row.state["company_id"]), ())}
            if near or same:
                row.checked.outcome, row.checked.candidates = RowOutcome.ASKED, sorted(near | same)
            if near:
                row.refuse(
                    BADGE, "near_badge", _("This badge looks like that of somebody else. Is this another person?")
                )
            if same:
                sentence = _("A worker of this employer has the same name. Is this another person?")
                row.refuse(BADGE, "same_name", sentence)

    # Workers who are there

    def _asks_employer(self, row: Considered, values: Mapping[str, Any], worker: StoredWorker) -> bool:
        """I9: ask about another employer that two lists dispute, and tell whether it was asked."""
        company = values.get("company", worker["company_id"])
        if company == worker["company_id"]:
            return False
        return self._employers.is_asked(row, worker, company, self._shown("company", company))

    def _consider_stored(
        self, row: Considered, values: dict[str, Any], areas: list[int | NewThing], worker: StoredWorker
    ) -> None:
        checked, found = row.checked, row.checked.found
        if self._people.of_badge(values[BADGE]) is not None:
            del values[BADGE]  # theirs, be it an old one: a badge is replaced only where somebody has said who it is
        if "role" in values and values["role"] != worker["role_id"]:
            values.setdefault("role_assigned_at", self.today)
        if values.get("end_date") == FOR_GOOD:
            values["end_date"] = None
        returns = self._status.returns(values, worker)
        if returns:
            values.setdefault("end_date", None)
            if "role" in values and values["role"] != worker["role_id"] and "role_assigned_at" not in row.draft.values:
                values["role_assigned_at"] = values["start_date"]
        end: date | None = values.get("end_date", worker["end_date"])
        is_active = returns or worker["status"] == Status.ACTIVE
        has_left = is_active and end is not None and end < self.today
        said = values.pop("status", None)
        if worker.was_withdrawn and said is None and not is_active and not has_left:
            said, found["is_back"] = Status.ACTIVE.value, True
        if not has_left:
            self._status.set(row, said, values, worker, returns=returns)
        changed = {column: value for column, value in values.items() if value != worker[COLUMNS[column]]}
        new_areas = [area for area in areas if area not in worker.areas]
        gone = self._areas_gone(row, areas, worker)
        if not (changed or new_areas or gone):
            return
        if worker["status"] == Status.BLACKLISTED:
            row.leave_out(BADGE, "blocked", _("This worker is blocked. An import changes nothing of a blocked worker."))
            return
        checked.outcome, checked.worker = RowOutcome.CHANGED, worker["id"]
        stored = {COLUMNS[column]: value for column, value in changed.items()}
        row.state = {**worker.facts, **{column: key_or_to_come(value) for column, value in stored.items()}}
        checked.before = {column: self._shown(column, worker[COLUMNS[column]]) for column in changed}
        checked.after = {column: self._shown(column, value) for column, value in changed.items()}
        if new_areas or gone:
            checked.before["areas"] = self._area_names(list(worker.areas))
            kept = [area for area in worker.areas if worker.areas[area] not in gone]
            checked.after["areas"] = self._area_names([*kept, *new_areas])
        found.update(values=stored, stored=worker.facts, areas=new_areas, gone=gone)
        if returns:
            self._status.bring_back(row, values["start_date"], worker)
        if has_left and end is not None:
            since = values["start_date"] if returns else worker.status_since
            self._status.depart(row, end, said=said, status_since=since)

    def _areas_gone(self, row: Considered, areas: Sequence[int | NewThing], worker: StoredWorker) -> list[int]:
        """Return the assignments that end, where the file says all areas of a worker and this row says any."""
        if not self.terms.choices.get("all_areas") or not row.draft.values.get("areas"):
            return []
        return [link for area, link in worker.areas.items() if area not in areas]

    # Words

    def _shown(self, column: str, value: Any) -> Any:
        if isinstance(value, NewThing):
            return value.name
        if column in self._called:
            return self._called[column].get(value, "")
        if column == "status":
            return Status(value).label
        if column == "supervisor":
            return self._people.badge_of(value) if value else ""
        return value

    def _area_names(self, areas: Sequence[int | NewThing]) -> str:
        names = [each.name if isinstance(each, NewThing) else self._places.areas.get(each, "") for each in areas]
        return ", ".join(sorted(names))


def _name_of(values: Mapping[str, Any]) -> str:
    return near_name(f"{values.get('first_name', '')} {values.get('last_name', '')}")
