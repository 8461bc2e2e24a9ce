"""An import from the file to what it wrote (I2 to I6)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.pages.imports import wait_of
from attendance.papers.import_mended import refused_rows
from attendance.services.imports.agreeing import answer_questions, revoke_alias
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import DiffersNow, RowsAreWrong, check_can_do, do_import
from attendance.services.imports.dropping import drop_import, purge_imports
from attendance.services.imports.receiving import NoTable, start_import
from attendance.services.imports.staging import stage_import
from attendance.services.imports.steps import WrongState, own_import
from learners.models import Area, Learner
from tests.bringing_in import undo_as_shown
from tests.factories.imports import HEAD, agreed, checked, read, workbook
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory, UserFactory
from training.core.groups import SUPERVISORS
from training.core.refusals import NotFound, NotPermitted
from training.core.tables.reading import read_book
from training.models import Company, Import, ImportAlias, ImportedRow, ImportRow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

State = Import.State
START = date(2026, 3, 2)
JANA = ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger", START)
ADA = ("00418", "Ada", "Novak", "Nordwind Scaffolding", "Rigger", START)


@pytest.fixture(autouse=True)
def site() -> None:
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")


def badges() -> list[str]:
    return list(Learner.objects.order_by("badge_id").values_list("badge_id", flat=True))


def done(one: Import, *, by: User, only_good: bool = False) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, only_good=only_good, by=by, now=timezone.now())


def test_i6_workers_come_in_as_they_were_shown(supervisor: User) -> None:
    one = checked(workbook(("Crew of May",), (), HEAD, JANA, ADA), "workers", by=supervisor)
    assert one.counts == {"rows": 2, "new": 2}
    assert not Learner.objects.exists()

    one = done(one, by=supervisor)

    assert (one.state, one.done_by) == (State.DONE, supervisor)
    assert badges() == ["00417", "00418"]
    assert Learner.objects.get(badge_id="00417").start_date == START
    origins = ImportedRow.objects.filter(of=one).order_by("row")
    assert list(origins.values_list("row", "act", "table", "key")) == [
        (4, "new", "learners_learner", Learner.objects.get(badge_id="00417").pk),
        (5, "new", "learners_learner", Learner.objects.get(badge_id="00418").pk),
    ]
    assert not ImportRow.objects.exists()
    assert storages["evidence"].exists(one.files.get().evidence_key)


def test_i6_the_same_file_again_writes_nothing(supervisor: User) -> None:
    file = (HEAD, JANA, ADA)
    done(checked(workbook(*file), "workers", by=supervisor), by=supervisor)

    again = checked(workbook(*file), "workers", by=supervisor)

    assert again.counts == {"rows": 2, "same": 2}
    before = list(Learner.objects.order_by("pk").values())
    done(again, by=supervisor)
    assert list(Learner.objects.order_by("pk").values()) == before
    assert not ImportedRow.objects.filter(of=again).exists()


def test_i6_what_would_be_written_otherwise_now_is_shown_again(supervisor: User) -> None:
    one = checked(workbook(HEAD, JANA, ADA), "workers", by=supervisor)
    LearnerFactory(badge_id="00418", first_name="Somebody", last_name="Else")

    with pytest.raises(DiffersNow):
        done(one, by=supervisor)

    one.refresh_from_db()
    assert one.state == State.CHECKED
    assert "write something else" in one.failure
    assert badges() == ["00418"]
    assert check_import(import_id=one.pk, by=supervisor, now=timezone.now()).counts["new"] == 1


def test_i6_what_others_do_meanwhile_stops_nothing_where_it_writes_the_same(supervisor: User) -> None:
    one = checked(workbook(HEAD, JANA), "workers", by=supervisor)
    LearnerFactory(badge_id="00999")

    assert done(one, by=supervisor).state == State.DONE
    assert badges() == ["00417", "00999"]


def test_i6_nothing_is_written_while_a_row_is_wrong_unless_that_is_chosen(supervisor: User) -> None:
    wrong = ("00419", "Uwe", "Ott", "Nordwind Scaffolding", "Rigger", "soon")
    one = checked(workbook(HEAD, JANA, wrong), "workers", by=supervisor)
    assert one.counts == {"rows": 2, "new": 1, "refused": 1}

    with pytest.raises(RowsAreWrong):
        check_can_do(one, by=supervisor, fingerprint=one.fingerprint, only_good=False, take_back=False)
    with pytest.raises(RowsAreWrong):
        done(one, by=supervisor)
    assert badges() == []

    done(one, by=supervisor, only_good=True)
    assert badges() == ["00417"]


def test_i5_refused_rows_come_back_as_a_workbook_to_mend(supervisor: User) -> None:
    wrong = ("00419", "Uwe", "Ott", "Nordwind Scaffolding", "Rigger", "soon")
    one = checked(workbook(("Crew",), HEAD, JANA, wrong), "workers", by=supervisor)

    with refused_rows(one) as file, read_book(file, name="mended.xlsx") as book:  # type: ignore[arg-type]  # a temporary file
        head, row = [row.cells for row in book.rows(0)]

    assert head == (*HEAD, "What is wrong")
    assert row[:6] == wrong
    assert str(row[6]).endswith("(soon)")


def test_i4_a_name_is_asked_about_once_and_remembered_for_its_sender(supervisor: User) -> None:
    misspelt = [("Nordwind Scafolding" if cell == "Nordwind Scaffolding" else cell) for cell in JANA]
    also = [("00418" if cell == "00417" else cell) for cell in misspelt]
    one = agreed(read(workbook(HEAD, misspelt, also), by=supervisor), "workers", by=supervisor)
    assert not stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one.refresh_from_db()
    (asked,) = [text for text in one.questions["things"]["company"] if text["key"] is None]
    assert (asked["written"], asked["count"], asked["cells"]) == ("Nordwind Scafolding", 2, ["D2", "D3"])
    meant = asked["proposals"][0]
    assert meant["label"] == "Nordwind Scaffolding"
    answer_questions(
        import_id=one.pk,
        answers={"things": {"company": {asked["text"]: meant["key"]}}},
        seen=one.changed_at,
        by=supervisor,
        now=timezone.now(),
    )
    assert stage_import(import_id=one.pk, by=supervisor, now=timezone.now())

    known = agreed(read(workbook(HEAD, misspelt), by=supervisor), "workers", by=supervisor)
    assert stage_import(import_id=known.pk, by=supervisor, now=timezone.now())
    other = agreed(read(workbook(HEAD, misspelt), by=supervisor), "workers", by=supervisor, sender="Somebody else")
    assert not stage_import(import_id=other.pk, by=supervisor, now=timezone.now())

    revoke_alias(alias_id=ImportAlias.objects.get().pk, by=supervisor, now=timezone.now())
    after = agreed(read(workbook(HEAD, misspelt), by=supervisor), "workers", by=supervisor)
    assert not stage_import(import_id=after.pk, by=supervisor, now=timezone.now())


def test_i4_what_is_new_is_made_before_the_rows_that_name_it(supervisor: User) -> None:
    row = ("00420", "Cem", "Kaya", "Ostwind Painting", "Rope access: technician", START)
    one = agreed(read(workbook(HEAD, row), by=supervisor), "workers", by=supervisor)
    assert not stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one.refresh_from_db()
    things = {
        thing: {text["text"]: "new" for text in texts if text["key"] is None}
        for thing, texts in one.questions["things"].items()
    }
    answer_questions(
        import_id=one.pk, answers={"things": things}, seen=one.changed_at, by=supervisor, now=timezone.now()
    )
    assert stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one = check_import(import_id=one.pk, by=supervisor, now=timezone.now())
    assert one.counts == {"rows": 1, "new": 1}, one.report

    done(one, by=supervisor)

    worker = Learner.objects.get()
    assert (worker.company.name, worker.role.title, worker.role.code) == (
        "Ostwind Painting",
        "Rope access: technician",
        "ROPE-ACCESS-TECHNICI",
    )
    assert ImportedRow.objects.filter(of=one).count() == 3


def test_i8_what_was_made_for_the_rows_is_undone_with_them(supervisor: User, superuser: User) -> None:
    head = (*HEAD, "Areas")
    row = ("00420", "Cem", "Kaya", "Ostwind Painting", "Rigger", START, "Paint shop")
    one = agreed(read(workbook(head, row), by=supervisor), "workers", by=supervisor)
    assert not stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    one.refresh_from_db()
    things = {
        thing: {text["text"]: "new" for text in texts if text["key"] is None}
        for thing, texts in one.questions["things"].items()
    }
    answer_questions(
        import_id=one.pk, answers={"things": things}, seen=one.changed_at, by=supervisor, now=timezone.now()
    )
    assert stage_import(import_id=one.pk, by=supervisor, now=timezone.now())
    done(check_import(import_id=one.pk, by=supervisor, now=timezone.now()), by=supervisor)
    assert Area.objects.get().name == "Paint shop"

    undone = undo_as_shown(one, by=superuser, now=timezone.now())

    assert [(each.written.identity, each.act.value) for each in undone] == [
        ("00420", "inactive"),
        ("Paint shop", "deleted"),
        ("Ostwind Painting", "inactive"),
    ]
    assert not Area.objects.exists()
    assert not Company.objects.get(name="Ostwind Painting").is_active


def test_i3_an_import_waits_for_its_owner_alone(supervisor: User, trainer_user: User) -> None:
    one = read(workbook(HEAD, JANA), by=supervisor)
    other = UserFactory(groups=[SUPERVISORS])

    with pytest.raises(NotFound):
        own_import(import_id=one.pk, by=other)
    with pytest.raises(NotPermitted):
        own_import(import_id=one.pk, by=trainer_user)

    one = checked(workbook(HEAD, JANA), "workers", by=supervisor)
    done(one, by=supervisor)
    assert own_import(import_id=one.pk, by=other).state == State.DONE


def test_i3_what_is_dropped_leaves_nothing(supervisor: User) -> None:
    one = checked(workbook(HEAD, JANA), "workers", by=supervisor)
    file = one.files.get()
    assert storages["waiting"].exists(file.key)

    drop_import(import_id=one.pk, by=supervisor, now=timezone.now())

    assert not storages["waiting"].exists(file.key)
    assert not storages["waiting"].exists(file.book_key)
    assert not ImportRow.objects.exists()
    with pytest.raises(WrongState):
        drop_import(import_id=one.pk, by=supervisor, now=timezone.now())


def test_i3_what_waits_too_long_is_dropped(supervisor: User) -> None:
    one = checked(workbook(HEAD, JANA), "workers", by=supervisor)
    recent = checked(workbook(HEAD, ADA), "workers", by=supervisor)
    Import.objects.filter(pk=one.pk).update(changed_at=timezone.now() - timedelta(days=8))

    assert purge_imports(now=timezone.now()) == 1

    one.refresh_from_db()
    recent.refresh_from_db()
    assert (one.state, recent.state) == (State.DROPPED, State.CHECKED)
    assert len(storages["waiting"].listdir("imports")[1]) == 2  # the file of the recent one, and what was read of it


def test_a_file_is_needed(supervisor: User) -> None:
    with pytest.raises(NoTable):
        start_import(files=[], by=supervisor, now=timezone.now())
    with pytest.raises(NoTable):
        start_import(files=[SimpleUploadedFile("empty.csv", b"")], by=supervisor, now=timezone.now())


# Names


def test_i4_what_another_row_of_the_file_brings_in_is_not_asked(superuser: User) -> None:
    areas = workbook(("Area", "Part of"), ("Refinery", None), ("Tank farm", "Refinery"), name="Areas")
    assert checked(areas, "areas", by=superuser).counts == {"rows": 2, "new": 2}

    head = ("Course code", "Course title", "Duration (min)", "Validity", "Prerequisites")
    first, later = ("HSE-001", "Induction", 60, "24 months", None), ("HSE-002", "Permits", 90, "24 months", "HSE-001")
    courses = workbook(head, later, first, name="Courses")
    assert checked(courses, "courses", by=superuser).counts == {"rows": 2, "new": 2}


def test_i4_a_name_that_stands_nowhere_in_the_file_is_asked(superuser: User) -> None:
    one = agreed(
        read(workbook(("Area", "Part of"), ("Tank farm", "Refinery"), name="Areas"), by=superuser),
        "areas",
        by=superuser,
    )
    assert not stage_import(import_id=one.pk, by=superuser, now=timezone.now())
    one.refresh_from_db()
    assert [text["written"] for text in one.questions["things"]["area"]] == ["Refinery"]


def test_i4_what_was_agreed_to_be_left_out_is_taken_once_it_is_there(superuser: User) -> None:
    now = timezone.now()
    ImportAlias.objects.create(
        thing="role", sender="", text="welder", written="Welder", key=None, agreed_by=superuser, agreed_at=now
    )
    row = ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Welder", START)
    assert checked(workbook(HEAD, row), "workers", by=superuser).counts == {"rows": 1, "left out": 1}

    RoleFactory(code="WELD", title="Welder")
    assert checked(workbook(HEAD, row), "workers", by=superuser).counts == {"rows": 1, "new": 1}


# How long others wait, and how many statements it takes


@pytest.mark.parametrize(
    ("checking", "each", "told"),
    [(0.5, None, ""), (12, None, "35 seconds"), (12, 0.5, "9 minutes"), (12, 0.0, "10 seconds")],
)
def test_i6_it_is_told_beforehand_how_long_others_will_wait(
    supervisor: User, checking: float, each: float | None, told: str
) -> None:
    """By the time of the check at first; by what the last import of the kind took for a row, once there is one."""
    one = checked(workbook(HEAD, JANA, ADA), "workers", by=supervisor)
    assert one.report["checking"] > 0
    assert wait_of(one) == ""
    if each is not None:
        last = done(checked(workbook(HEAD, JANA), "workers", by=supervisor), by=supervisor)
        assert last.report["locked"] > 0
        last.counts, last.report = {"rows": 1_000, "new": 1_000}, {"checking": 2, "locked": 2 + 1_000 * each}
        last.save()
    one.counts, one.report = {"rows": 1_000, "new": 1_000}, {**one.report, "checking": checking}

    assert wait_of(one) == told


def test_i6_an_import_of_many_rows_takes_the_statements_of_a_few(supervisor: User) -> None:
    def statements(rows: Sequence[Sequence[object]]) -> tuple[int, int, int]:
        one = agreed(read(workbook(HEAD, *rows), by=supervisor), "workers", by=supervisor)
        told: Any = {"import_id": one.pk, "by": supervisor, "now": timezone.now()}
        with CaptureQueriesContext(connection) as staging:
            assert stage_import(**told)
        with CaptureQueriesContext(connection) as checking:
            one = check_import(**told)
        assert one.counts == {"rows": len(rows), "new": len(rows)}
        with CaptureQueriesContext(connection) as doing:
            done(one, by=supervisor)
        return len(staging), len(checking), len(doing)

    def crew(first: int, count: int) -> list[Sequence[object]]:
        return [(f"{first + number}", "Ada", f"Novak {first + number}", *JANA[3:]) for number in range(count)]

    statements(crew(1_000, 3))  # what is asked once of a site is known after this
    assert statements(crew(2_000, 3)) == statements(crew(3_000, 60))
