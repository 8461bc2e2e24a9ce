"""I9: who leaves by a file that holds everybody, and with whom a worker is whom two lists name."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import Learner, LearnerPeriod
from learners.services.effective import effective_on
from learners.services.learners import replace_badge
from learners.services.merging import merge_workers
from learners.services.statuses import set_status
from tests.bringing_in import rows_of, terms_of
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory
from training.core.imports.declaration import Thing
from training.core.imports.rows import CellProblem, CheckedRow, DraftRow, RowOutcome
from training.core.transactions import acting
from training.models import Company, Import, ImportAlias, ImportedRow
from training.services.imports.contract import CheckerOfEverybody, ImportTerms, WhoLeaves, service_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
START = date(2026, 1, 5)


@pytest.fixture
def nordwind() -> Company:
    company: Company = CompanyFactory(name="Nordwind")
    return company


@pytest.fixture
def baltic() -> Company:
    company: Company = CompanyFactory(name="Baltic Steel")
    return company


@pytest.fixture(autouse=True)
def role() -> None:
    RoleFactory(title="Rigger", code="RIG")


def worker(badge: str, company: Company, **facts: Any) -> Learner:
    names = {"first_name": f"First{badge}", "last_name": f"Last{badge}"}
    made: Learner = LearnerFactory(badge_id=badge, company=company, **{"start_date": START, **names, **facts})
    return made


def says(each: Learner, **others: Any) -> dict[str, Any]:
    """Return the row of a list that names a worker as stored."""
    names = {"first_name": each.first_name, "last_name": each.last_name}
    return {"badge_id": each.badge_id, **names, "company": each.company.name, **others}


def looked_at(rows: Sequence[DraftRow], terms: ImportTerms) -> tuple[list[CheckedRow], WhoLeaves | None]:
    """Check rows as the engine does."""
    checker = service_of("workers").checker(terms)
    checked = list(checker.check(rows))
    for place, problems in checker.finish().items():
        checked[place].problems += problems
        checked[place].outcome = RowOutcome.REFUSED
    assert isinstance(checker, CheckerOfEverybody)
    return checked, checker.who_leaves(checked)


def everybody(by: User, *rows: Mapping[str, Any], drafts: Sequence[DraftRow] = (), **choices: Any) -> WhoLeaves:
    """Return who leaves by a list that holds the site, unless other companies are chosen."""
    terms = terms_of(by, now=NOW, **{"holds": "site", **choices})
    _checked, leavers = looked_at([*rows_of(*rows), *drafts], terms)
    assert leavers is not None
    return leavers


def badges(leavers: WhoLeaves) -> list[str]:
    return [row.identity for row in leavers.rows if row.outcome is RowOutcome.LEAVING]


def bring_in(by: User, *rows: Mapping[str, Any], employers: Mapping[str, str] | None = None, **choices: Any) -> None:
    """Bring a list in as the engine does: leavers are written with the rows."""
    terms = terms_of(by, now=NOW, **{"holds": "site", **choices})
    terms = ImportTerms(**{**vars(terms), "employers": employers or {}})
    checked, leavers = looked_at(rows_of(*rows), terms)
    written = [row for row in [*checked, *(leavers.rows if leavers else ())] if row.outcome in WRITTEN]
    with acting(by):
        service_of("workers").lock([row.worker for row in written if row.worker is not None], terms)
        service_of("workers").write(written, terms, tell=lambda done: None)


WRITTEN = (RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.LEAVING)


# Who leaves


def test_i9_who_is_not_in_a_list_of_everybody_leaves_with_a_last_day(supervisor: User, nordwind: Company) -> None:
    jana, ada, uwe = (worker(badge, nordwind) for badge in ("00417", "00418", "00419"))

    bring_in(supervisor, says(jana), file_date=date(2026, 3, 10))

    for gone in (ada, uwe):
        gone.refresh_from_db()
        assert (gone.end_date, gone.status) == (date(2026, 3, 9), Learner.Status.INACTIVE)
        assert gone.status_reason == "The end date, 9 Mar 2026, has passed."
        assert gone.updated_by == supervisor
        active = LearnerPeriod.objects.standing().get(learner=gone, status=Learner.Status.ACTIVE)
        assert active.valid_to == date(2026, 3, 10)
        assert gone.compliance_updated_at == NOW
    jana.refresh_from_db()
    assert (jana.end_date, jana.status) == (None, Learner.Status.ACTIVE)


def test_i9_without_a_date_the_last_day_is_today_and_the_worker_is_active_until_it_is_over(
    supervisor: User, nordwind: Company
) -> None:
    jana, ada = worker("00417", nordwind), worker("00418", nordwind)

    bring_in(supervisor, says(jana))

    ada.refresh_from_db()
    assert (ada.end_date, ada.status) == (TODAY, Learner.Status.ACTIVE)


def test_i9_a_second_run_changes_nothing(supervisor: User, nordwind: Company) -> None:
    jana, _ada = worker("00417", nordwind), worker("00418", nordwind)
    for file_date in (None, date(2026, 3, 10)):
        bring_in(supervisor, says(jana), file_date=file_date)
        rows, events = list(Learner.objects.order_by("pk").values()), apps.get_model("learners", "LearnerEvent")
        written = events.objects.count()
        assert badges(everybody(supervisor, says(jana), file_date=file_date)) == []
        bring_in(supervisor, says(jana), file_date=file_date)
        assert list(Learner.objects.order_by("pk").values()) == rows
        assert events.objects.count() == written


def test_i9_only_workers_of_the_named_scope_can_leave(supervisor: User, nordwind: Company, baltic: Company) -> None:
    jana, _ada, _omar = worker("00417", nordwind), worker("00418", nordwind), worker("00500", baltic)

    leavers = everybody(supervisor, says(jana), holds="companies", companies=[nordwind.pk])
    assert badges(leavers) == ["00418"]
    assert [(each.name, each.leaving, each.active) for each in leavers.companies] == [("Nordwind", 1, 2)]
    assert badges(everybody(supervisor, says(jana))) == ["00500", "00418"]
    terms = terms_of(supervisor, now=NOW)
    assert looked_at(rows_of(says(jana)), terms)[1] is None, "a list of changes lets nobody leave"


def test_i9_blocked_merged_and_departed_workers_are_not_touched(
    supervisor: User, superuser: User, nordwind: Company
) -> None:
    jana = worker("00417", nordwind)
    blocked = worker("00500", nordwind)
    set_status(learner_id=blocked.pk, status="BLACKLISTED", reason="Drunk", by=supervisor, now=NOW)
    merged = worker("00501", nordwind)
    merge_workers(duplicate_id=merged.pk, survivor_id=jana.pk, reason="Same person", by=superuser, now=NOW)
    worker("00502", nordwind, end_date=TODAY - timedelta(days=1))
    resting = worker("00503", nordwind)
    set_status(learner_id=resting.pk, status="INACTIVE", reason="Long ill", by=supervisor, now=NOW)
    worker("00504", nordwind, start_date=TODAY + timedelta(days=1))
    later = worker("00505", nordwind, end_date=TODAY + timedelta(days=30))

    leavers = everybody(supervisor, says(jana))

    assert badges(leavers) == [later.badge_id]
    assert (leavers.rows[0].before, leavers.rows[0].after) == ({"end_date": later.end_date}, {"end_date": TODAY})


def test_i9_a_merged_badge_and_an_old_one_mean_the_person_who_has_them(
    supervisor: User, superuser: User, nordwind: Company
) -> None:
    jana, ada, merged = worker("00417", nordwind), worker("00418", nordwind), worker("00501", nordwind)
    merge_workers(duplicate_id=merged.pk, survivor_id=jana.pk, reason="Same person", by=superuser, now=NOW)
    replace_badge(learner_id=ada.pk, badge_id="00999", by=supervisor, now=NOW)
    third = worker("00600", nordwind)

    rows = ({"badge_id": "00501", "last_name": "Any"}, {"badge_id": "00418", "last_name": ada.last_name}, says(third))

    assert badges(everybody(supervisor, *rows)) == []


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("an e-mail that is none", {"badge_id": "00418", "email": "nobody"}),
    ("an employer who is not known", {"badge_id": "00418", "company": "Atlantis"}),
    ("a badge without its zeros", {"badge_id": "418", "last_name": "Last00418"}),
    ("another badge, the same name", {"badge_id": "77777", "first_name": "First00418", "last_name": "Last00418"}),
    ("a name in the other order, and no badge", {"first_name": "Last00418", "last_name": "First00418"}),
    ("half of the name, and no badge", {"last_name": "Last00418"}),
]


@pytest.mark.parametrize("row", [row for _what, row in REFUSED], ids=[what for what, _row in REFUSED])
def test_i9_a_row_that_is_refused_or_asked_about_counts_as_present(
    supervisor: User, nordwind: Company, row: dict[str, Any]
) -> None:
    jana, _ada, _uwe = worker("00417", nordwind), worker("00418", nordwind), worker("00419", nordwind)

    assert badges(everybody(supervisor, says(jana), row)) == ["00419"]


def test_i9_a_badge_that_could_not_be_read_is_told_by_the_name_beside_it(supervisor: User, nordwind: Company) -> None:
    jana, _ada, _uwe = worker("00417", nordwind), worker("00418", nordwind), worker("00419", nordwind)
    problem = CellProblem("badge_id", "unreadable", "This is no badge.", "#REF!")
    unread = DraftRow(0, 9, {}, {"last_name": "Last00418"}, [problem])

    assert badges(everybody(supervisor, says(jana), drafts=[unread])) == ["00419"]


def test_i9_whom_somebody_has_told_apart_is_not_present(supervisor: User, nordwind: Company) -> None:
    jana, ada = worker("00417", nordwind), worker("00418", nordwind)
    new = {**says(ada), "badge_id": "77777", "role": "Rigger", "start_date": START}
    assert badges(everybody(supervisor, says(jana), new)) == []

    terms = terms_of(supervisor, now=NOW, holds="site", people={(0, 3): None})
    _checked, leavers = looked_at(rows_of(says(jana), new), terms)
    assert leavers is not None
    assert badges(leavers) == ["00418"]


def test_i9_a_list_without_a_good_row_lets_nobody_leave(supervisor: User, nordwind: Company) -> None:
    worker("00417", nordwind)

    for rows in ([], [{"badge_id": "00417", "email": "nobody"}]):
        leavers = everybody(supervisor, *rows)
        assert (badges(leavers), "No row of the file is good" in leavers.why_nobody) == ([], True)


def test_i9_a_row_that_names_nobody_at_all_lets_nobody_leave(supervisor: User, nordwind: Company) -> None:
    jana, _ada = worker("00417", nordwind), worker("00418", nordwind)

    leavers = everybody(supervisor, says(jana), {"phone": "112"})

    assert (badges(leavers), "neither badge nor name" in leavers.why_nobody) == ([], True)


def test_i9_c8_a_last_day_before_the_last_change_of_status_is_refused_as_in_the_form(
    supervisor: User, superuser: User, nordwind: Company
) -> None:
    jana, ada = worker("00417", nordwind), worker("00418", nordwind)
    for day, status in ((date(2026, 3, 5), "INACTIVE"), (date(2026, 3, 9), "ACTIVE")):
        with acting(supervisor), effective_on(day):
            set_status(learner_id=ada.pk, status=status, reason="Ill", by=supervisor, now=NOW)
    old: dict[str, Any] = {"file_date": date(2026, 3, 1)}

    (row,) = everybody(supervisor, says(jana), **old).rows

    assert row.outcome is RowOutcome.REFUSED
    assert "only a superuser may go back past it" in str(row.problems[0].sentence)
    assert badges(everybody(superuser, says(jana), reason="The list was late", **old)) == ["00418"]


def test_i9_the_number_of_statements_does_not_grow_with_those_who_leave(supervisor: User, nordwind: Company) -> None:
    jana = worker("00417", nordwind)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            bring_in(supervisor, says(jana), file_date=date(2026, 3, 10))
        return len(queries)

    worker("10000", nordwind)
    asked()
    worker("10001", nordwind)
    few = asked()
    for number in range(40):
        worker(f"2{number:04}", nordwind)
    assert asked() == few
    assert Learner.objects.filter(status="INACTIVE", end_date=date(2026, 3, 9)).count() == 42


# Two lists


def outcomes(by: User, *rows: Mapping[str, Any], employers: Mapping[str, str] | None = None, **choices: Any) -> Any:
    terms = ImportTerms(**{**vars(terms_of(by, now=NOW, **choices)), "employers": employers or {}})
    checked, _leavers = looked_at(rows_of(*rows), terms)
    return [row.outcome for row in checked]


def agreed(badge: str, company: Company, by: User) -> ImportAlias:
    return ImportAlias.objects.create(
        thing=Thing.EMPLOYER, text=badge, written=badge, key=company.pk, agreed_by=by, agreed_at=NOW
    )


def test_i9_a_worker_of_another_company_in_a_companys_list_is_a_question(
    supervisor: User, nordwind: Company, baltic: Company
) -> None:
    jana = worker("00417", nordwind)
    moved = says(jana, company="Baltic Steel")
    its_list: dict[str, Any] = {"holds": "companies", "companies": [baltic.pk]}

    assert outcomes(supervisor, moved, **its_list) == [RowOutcome.ASKED]
    assert outcomes(supervisor, moved, employers={"00417": "nordwind"}, **its_list) == [RowOutcome.LEFT_OUT]
    assert outcomes(supervisor, moved, employers={"00417": "Baltic Steel"}, **its_list) == [RowOutcome.CHANGED]
    assert outcomes(supervisor, moved, employers={"00417": "Atlantis"}, **its_list) == [RowOutcome.ASKED]
    assert outcomes(supervisor, moved) == [RowOutcome.CHANGED], "one list of changes moves whoever it says"
    assert outcomes(supervisor, moved, holds="site") == [RowOutcome.CHANGED], "so does one of the site"
    both: dict[str, Any] = {"holds": "companies", "companies": [nordwind.pk, baltic.pk]}
    assert outcomes(supervisor, moved, **both) == [RowOutcome.CHANGED], "and one of both companies"


def test_i9_who_has_left_the_other_company_is_not_asked_about(
    supervisor: User, nordwind: Company, baltic: Company
) -> None:
    jana = worker("00417", nordwind, end_date=date(2026, 2, 1), status="INACTIVE", status_reason="Left")
    back = says(jana, company="Baltic Steel", start_date=date(2026, 3, 16))

    assert outcomes(supervisor, back, holds="companies", companies=[baltic.pk]) == [RowOutcome.CHANGED]


def test_i9_what_was_answered_is_remembered_and_lists_never_move_a_worker_to_and_fro(
    supervisor: User, nordwind: Company, baltic: Company
) -> None:
    jana = worker("00417", nordwind)
    of_nordwind: tuple[dict[str, Any], dict[str, Any]]
    of_nordwind = says(jana, phone="1"), {"holds": "companies", "companies": [nordwind.pk]}
    of_baltic: tuple[dict[str, Any], dict[str, Any]]
    of_baltic = says(jana, company="Baltic Steel", phone="2"), {"holds": "companies", "companies": [baltic.pk]}
    answer = agreed("00417", baltic, supervisor)
    bring_in(supervisor, of_baltic[0], employers={"00417": "Baltic Steel"}, **of_baltic[1])
    jana.refresh_from_db()
    assert jana.company == baltic

    for row, choices in (of_nordwind, of_baltic, of_nordwind):
        expected = RowOutcome.LEFT_OUT if row["phone"] == "1" else RowOutcome.SAME
        assert outcomes(supervisor, row, **choices) == [expected]

    answer.revoked_at, answer.revoked_by = NOW, supervisor
    answer.save()
    assert outcomes(supervisor, of_nordwind[0], **of_nordwind[1]) == [RowOutcome.ASKED]


def test_i9_an_answer_holds_no_longer_where_a_person_has_changed_the_employer(
    supervisor: User, nordwind: Company, baltic: Company
) -> None:
    jana = worker("00417", nordwind)
    agreed("00417", baltic, supervisor)

    moved = says(jana, company="Baltic Steel")

    assert outcomes(supervisor, moved, holds="companies", companies=[baltic.pk]) == [RowOutcome.ASKED]


def test_i9_lists_of_two_senders_are_two_lists(supervisor: User, nordwind: Company, baltic: Company) -> None:
    jana = worker("00417", nordwind)
    one = Import.objects.create(
        kind="workers", state="DONE", title="a", sender="Nordwind", started_by=supervisor, started_at=NOW,
        changed_at=NOW, done_by=supervisor, done_at=NOW,
    )  # fmt: skip
    ImportedRow.objects.create(
        of=one, sheet=0, row=2, act="new", table="learners_learner", key=jana.pk, identity="00417",
        after={"company": "Nordwind"},
    )  # fmt: skip
    moved = says(jana, company="Baltic Steel")

    assert outcomes(supervisor, moved, sender="Baltic") == [RowOutcome.ASKED]
    assert outcomes(supervisor, moved, sender="Nordwind") == [RowOutcome.CHANGED], "the same sender corrects itself"
    one.state, one.undone_by, one.undone_at, one.undo_reason = "UNDONE", supervisor, NOW, "Wrong file"
    one.save()
    assert outcomes(supervisor, moved, sender="Baltic") == [RowOutcome.CHANGED]


def test_i9_a_worker_on_two_sheets_of_one_file_is_a_question(
    supervisor: User, nordwind: Company, baltic: Company
) -> None:
    jana = worker("00417", nordwind)
    rows = says(jana), says(jana, company="Baltic Steel")

    assert outcomes(supervisor, *rows) == [RowOutcome.ASKED, RowOutcome.ASKED]
    assert outcomes(supervisor, *rows, employers={"00417": "Nordwind"}) == [RowOutcome.SAME, RowOutcome.LEFT_OUT]
    assert outcomes(supervisor, *rows, employers={"00417": "baltic-steel"}) == [
        RowOutcome.LEFT_OUT,
        RowOutcome.CHANGED,
    ]
    new = [{**row, "badge_id": "00900", "role": "Rigger", "start_date": START, "last_name": "New"} for row in rows]
    assert outcomes(supervisor, *new) == [RowOutcome.ASKED, RowOutcome.ASKED]
    assert outcomes(supervisor, *new, employers={"00900": "Baltic Steel"}) == [RowOutcome.LEFT_OUT, RowOutcome.NEW]
