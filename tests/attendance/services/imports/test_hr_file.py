"""I9 from a shell: the list of HR again and again, with what was agreed on, and what machines are told."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from attendance.services.imports.agreeing import answer_questions
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import DiffersNow, do_import
from attendance.services.imports.leaving import ManyLeave
from attendance.services.imports.staging import stage_import
from learners.models import Learner
from tests.bringing_in import undo_as_shown
from tests.factories.imports import HEAD, agreed, read, workbook
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory
from training.core.refusals import NotPermitted
from training.models import Company, Import, ImportAlias, ImportedRow
from training.services.imports.contract import UndoAct

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

START = date(2026, 3, 2)
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(autouse=True)
def site() -> None:
    role = RoleFactory(title="Rigger", code="RIG")
    for name, first in (("Nordwind", 100), ("Baltic Steel", 200)):
        company = CompanyFactory(name=name)
        for number in range(20):
            badge = str(first + number)
            LearnerFactory(
                badge_id=badge,
                first_name=f"F{badge}",
                last_name=f"L{badge}",
                company=company,
                role=role,
                start_date=START,
            )


def row(badge: str, company: str = "Nordwind", **others: Any) -> tuple[Any, ...]:
    known = {"first": f"F{badge}", "last": f"L{badge}", "start": START, **others}
    return (badge, known["first"], known["last"], company, "Rigger", known["start"])


def list_of(company: str = "Nordwind", *, without: tuple[int, ...] = ()) -> list[tuple[Any, ...]]:
    first = 100 if company == "Nordwind" else 200
    return [row(str(first + number), company) for number in range(20) if number not in without]


@pytest.fixture
def run(tmp_path: Path, supervisor: User) -> Run:
    """Run the command, and return its exit status and report."""

    def run(*rows: tuple[Any, ...], by: User = supervisor, **options: Any) -> tuple[int, dict[str, Any]]:
        file, report = tmp_path / "hr.xlsx", tmp_path / "report.json"
        file.write_bytes(workbook(HEAD, *rows).read())
        report.unlink(missing_ok=True)
        status = 0
        try:
            call_command("import", "workers", str(file), by=by.username, report=report, **options)
        except SystemExit as end:
            status = int(str(end.code))
        except CommandError:
            status = 1
        return status, json.loads(report.read_text())

    return run


def everything() -> Any:
    return list(Learner.objects.order_by("pk").values()), apps.get_model("learners", "LearnerEvent").objects.count()


def test_i9_whoever_is_missing_leaves_and_the_report_says_who(run: Run, tmp_path: Path, supervisor: User) -> None:
    status, report = run(*list_of(without=(3,)), holds_everybody=True, company=["Nordwind"])

    assert status == 0
    today = timezone.localdate()
    gone = Learner.objects.get(badge_id="103")
    assert (gone.end_date, gone.updated_by) == (today, supervisor)
    assert Learner.objects.exclude(end_date=None).count() == 1
    assert {name: report[name] for name in ("status", "state", "failure")} == {
        "status": 0,
        "state": "DONE",
        "failure": "",
    }
    assert report["counts"] == {"rows": 19, "same": 19, "leaving": 1}
    assert report["leavers"]["workers"] == [
        {"badge": "103", "name": "F103 L103", "company": "Nordwind", "lastDay": today.isoformat()}
    ]
    assert report["leavers"]["companies"] == [{"name": "Nordwind", "leaving": 1, "active": 20}]
    assert (tmp_path / "report.json").stat().st_mode & 0o077 == 0, "it names people"

    origin = ImportedRow.objects.get(of=report["import"])
    assert (origin.table, origin.key, origin.act) == ("learners_learner", gone.pk, "changed")
    assert (origin.before, origin.after) == ({"end_date": None}, {"end_date": today.isoformat()})

    before = everything()
    status, report = run(*list_of(without=(3,)), holds_everybody=True, company=["Nordwind"])
    assert (status, report["counts"]) == (0, {"rows": 19, "same": 19})
    assert everything() == before


def test_i9_a_list_of_changes_lets_nobody_leave(run: Run) -> None:
    before = everything()
    assert run(row("100"))[0] == 0
    assert everything() == before


def test_i9_a_file_without_a_good_row_stops(run: Run) -> None:
    before = everything()
    rows = row("100"), row("100", first="Somebody", last="Else")
    status, report = run(*rows, holds_everybody=True)
    assert (status, report["state"]) == (1, "CHECKED")
    assert "No row of the file is good" in report["leavers"]["whyNobody"]
    assert run(*rows, holds_everybody=True, only_good=True)[0] == 1
    assert everything() == before


def test_i9_refused_rows_are_present_and_stop_everything_unless_the_good_ones_are_chosen(run: Run) -> None:
    rows = [*list_of(without=(3, 4)), row("104", start="soon")]
    before = everything()
    status, report = run(*rows, holds_everybody=True, company=["Nordwind"])
    assert (status, report["refusals"][0]["cells"]) == (1, ["F20"])
    assert everything() == before

    status, report = run(*rows, holds_everybody=True, company=["Nordwind"], only_good=True)

    assert status == 0
    assert list(Learner.objects.exclude(end_date=None).values_list("badge_id", flat=True)) == ["103"]


def test_i9_many_wait_for_a_superuser_who_says_how_many(run: Run, supervisor: User, superuser: User) -> None:
    rows, scope = list_of(without=(3, 4, 5)), {"holds_everybody": True, "company": ["Nordwind"]}
    before = everything()

    status, report = run(*rows, **scope)
    assert (status, report["leavers"]["count"], report["leavers"]["areMany"]) == (4, 3, True)
    assert [each["badge"] for each in report["leavers"]["workers"]] == ["103", "104", "105"]
    assert run(*rows, **scope, by=superuser)[0] == 4, "a superuser has to say how many"
    assert run(*rows, **scope, by=superuser, accept_leavers=2)[0] == 4
    status, report = run(*rows, **scope, accept_leavers=3)
    assert (status, "You may not do this" in report["failure"]) == (1, True)
    assert everything() == before
    assert not Import.objects.filter(state__in=Import.WAITING).exists()

    assert run(*rows, **scope, by=superuser, accept_leavers=3)[0] == 0
    assert Learner.objects.exclude(end_date=None).count() == 3


def test_i9_two_leave_without_being_asked_and_so_do_few_of_many(run: Run) -> None:
    assert run(*list_of(without=(3, 4)), holds_everybody=True, company=["Nordwind"])[0] == 0
    assert Learner.objects.exclude(end_date=None).count() == 2


@pytest.mark.parametrize(("day", "last_day"), [(-10, -11), (0, -1), (5, 0)])
def test_i9_the_last_day_is_that_before_the_date_of_the_file(run: Run, day: int, last_day: int) -> None:
    today = timezone.localdate()
    on_file = today + timedelta(days=day)

    assert run(*list_of(without=(3,)), holds_everybody=True, company=["Nordwind"], file_date=on_file)[0] == 0

    gone = Learner.objects.get(badge_id="103")
    assert gone.end_date == today + timedelta(days=last_day)
    assert gone.status == ("ACTIVE" if last_day == 0 else "INACTIVE")


def test_i9_what_machines_get_wrong_is_said(run: Run, supervisor: User, tmp_path: Path) -> None:
    status, report = run(row("100"), holds_everybody=True, company=["Atlantis"])
    assert (status, report) == (1, {"status": 1, "failure": "There is no company Atlantis."})
    assert "go with --holds-everybody" in run(row("100"), company=["Nordwind"])[1]["failure"]
    status, report = run(("Nothing", "at", "all", "", "", ""))
    assert status == 1


def test_i9_columns_and_names_that_were_agreed_on_are_used_and_nobody_is_asked_twice(
    run: Run, supervisor: User, tmp_path: Path
) -> None:
    misspelt = [("Nord wind" if cell == "Nordwind" else cell) for cell in row("100")]
    scope = {"holds_everybody": True, "company": ["Nordwind"], "sender": "HR"}
    rows = [misspelt, *list_of(without=(0,))]
    questions = tmp_path / "questions.json"

    status, report = run(*rows, **scope, questions=questions)
    assert (status, set(report["questions"]["things"])) == (3, {"company", "role"})
    room = json.loads(questions.read_text())
    (text,) = room["things"]["company"]
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"things": {"company": {text: Company.objects.get(name="Nordwind").pk}}}))
    assert run(*rows, **scope, answers=answers)[0] == 0
    assert run(*rows, **scope)[0] == 0, "what was answered is remembered for this sender"
    assert run(*rows, **{**scope, "sender": "Payroll"})[0] == 3


def test_i9_a_worker_in_two_lists_is_asked_about_once_and_stays_where_the_answer_says(
    run: Run, supervisor: User, superuser: User, tmp_path: Path
) -> None:
    nordwind = list_of(), {"holds_everybody": True, "company": ["Nordwind"]}
    baltic = (
        [*list_of("Baltic Steel"), row("103", "Baltic Steel")],
        {
            "holds_everybody": True,
            "company": ["Baltic Steel"],
        },
    )
    before, questions = everything(), tmp_path / "questions.json"
    assert run(*nordwind[0], **nordwind[1])[0] == 0
    status, report = run(*baltic[0], **baltic[1], questions=questions)
    assert status == 3
    (asked,) = report["questions"]["employers"]
    assert (asked["badge"], asked["names"]) == ("103", ["Nordwind", "Baltic Steel"])
    assert json.loads(questions.read_text())["employers"] == {"103": None}
    assert everything() == before

    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"employers": {"103": "Baltic Steel"}}))
    assert run(*baltic[0], **baltic[1], answers=answers)[0] == 0
    moved = Learner.objects.get(badge_id="103")
    assert moved.company.name == "Baltic Steel"
    alias = ImportAlias.objects.get(thing="employer")
    assert (alias.text, alias.key, alias.agreed_by) == ("103", moved.company_id, supervisor)

    before = everything()
    for rows, scope in (nordwind, baltic, nordwind):
        assert run(*rows, **scope)[0] == 0
    assert everything() == before


# Through the engine


def checked(rows: list[tuple[Any, ...]], choices: dict[str, Any], *, by: User) -> Import:
    one = agreed(read(workbook(HEAD, *rows), by=by), "workers", by=by)
    one = answer_questions(import_id=one.pk, answers={"choices": choices}, seen=one.changed_at, by=by, now=now())
    assert stage_import(import_id=one.pk, by=by, now=now())
    return check_import(import_id=one.pk, by=by, now=now())


def now() -> Any:
    return timezone.now()


def do(one: Import, *, by: User, **options: Any) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=now(), **options)


def test_i9_who_leaves_is_part_of_what_was_shown(supervisor: User) -> None:
    one = checked(list_of(without=(3,)), {"holds": "companies", "companies": [nordwind().pk]}, by=supervisor)
    late = LearnerFactory(badge_id="999", company=nordwind(), start_date=START)

    with pytest.raises(DiffersNow):
        do(one, by=supervisor)

    late.refresh_from_db()
    assert late.end_date is None
    assert check_import(import_id=one.pk, by=supervisor, now=now()).counts["leaving"] == 2


def test_i9_the_number_is_asked_again_under_the_locks(supervisor: User, superuser: User) -> None:
    one = checked(list_of(without=(3, 4, 5)), {"holds": "companies", "companies": [nordwind().pk]}, by=supervisor)
    with pytest.raises(ManyLeave, match="3 workers would leave"):
        do(one, by=supervisor)
    with pytest.raises(NotPermitted):
        do(one, by=supervisor, accept_leavers=3)
    assert not Learner.objects.exclude(end_date=None).exists()


def test_i9_i8_undoing_the_import_gives_the_last_day_back(supervisor: User, superuser: User) -> None:
    day = timezone.localdate() - timedelta(days=5)
    choices = {"holds": "companies", "companies": [nordwind().pk], "file_date": day.isoformat()}
    one = do(checked(list_of(without=(3,)), choices, by=supervisor), by=supervisor)
    assert Learner.objects.get(badge_id="103").status == "INACTIVE"

    undone = undo_as_shown(one, by=superuser, now=now())

    assert [(each.act, each.why) for each in undone] == [(UndoAct.BACK, "")]

    back = Learner.objects.get(badge_id="103")
    assert (back.end_date, back.status) == (None, "ACTIVE")


def nordwind() -> Company:
    return Company.objects.get(name="Nordwind")
