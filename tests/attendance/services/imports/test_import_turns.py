"""Who turns red, yellow or green: told by the check of an import, compared with what came when it was done (I5, I6)."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.pages.import_turns import import_turns, otherwise_lines
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.dropping import drop_import
from learners.models import ImportTurn, Learner, RoleRequirement
from learners.selectors.import_turns import TurnCounts, count_turns
from learners.services.compliance import recalculate
from learners.services.imports.laying import can_turn
from tests.factories.imports import HEAD, checked, workbook
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory, TrainingRecordFactory
from tests.factories.training import CompanyFactory
from training.core.imports.registry import kinds
from training.models import Company, Import
from training.services.imports.contract import service_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

START = date(2026, 3, 2)
Phase = ImportTurn.Phase
RED, GREEN = "NON_COMPLIANT", "COMPLIANT"
NORDWIND = "Nordwind Scaffolding"
JANA = ("00417", "Jana", "Weiß", NORDWIND, "Rigger", START)  # a fitter so far, of whom nothing is asked
ADA = ("00418", "Ada", "Novak", NORDWIND, "Rigger", START)  # new
CEM = ("00419", "Cem", "Kaya", NORDWIND, "Fitter", START)  # new


@pytest.fixture(autouse=True)
def site() -> None:
    company = CompanyFactory(name=NORDWIND)
    RoleRequirementFactory(role=RoleFactory(title="Rigger", code="RIG"), course__code="HSE-001")
    fitter = RoleFactory(title="Fitter", code="FIT")
    jana = LearnerFactory(
        badge_id="00417", first_name="Jana", last_name="Weiß", company=company, role=fitter, start_date=START
    )
    judge(jana)


def judge(*learners: Learner) -> None:
    with transaction.atomic():
        recalculate(learner_ids=[each.pk for each in learners], today=timezone.localdate(), now=timezone.now())


def crew(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
    return workbook(HEAD, *rows)


def done(one: Import, *, by: User) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now())


def rows_of(one: Import, phase: ImportTurn.Phase) -> list[tuple[str, str, str]]:
    """Return the badge, before and after of each turn as the page has them."""
    turns = import_turns(one, phase)
    return [
        (each.learner.badge_id, each.before.word if each.before else "", each.after.word)
        for each in [*turns.people, *turns.others]
    ]


def test_i5_a_check_tells_who_turns_and_who_comes_with_which_colour(supervisor: User) -> None:
    one = checked(crew(JANA, ADA, CEM), "workers", by=supervisor)

    assert rows_of(one, Phase.TOLD) == [
        ("00417", "Cleared", "Not cleared"),
        ("00418", "", "Not cleared"),
        ("00419", "", "Cleared"),
    ]
    turns = import_turns(one, Phase.TOLD)
    assert [number for _standing, number in turns.counts] == [1, 0, 0]
    assert [(standing.word, number) for standing, number in turns.come] == [("Not cleared", 1), ("Cleared", 1)]
    (because,) = turns.people[0].courses
    assert (because.code, because.before, because.after and because.after.word) == ("HSE-001", None, "Missing")
    ada = turns.people[1].learner
    assert ada._state.adding
    assert (ada.name, ada.role.title, ada.company.name) == ("Ada Novak", "Rigger", NORDWIND)
    assert one.report["turns"]["told"] == TurnCounts(turn={RED: 1}, come={RED: 1, GREEN: 1}).as_json()
    assert Learner.objects.get().compliance_status == GREEN


def test_i5_a_check_waits_for_nobody(supervisor: User) -> None:
    one = checked(crew(JANA, ADA), "workers", by=supervisor)

    def check() -> Import:
        try:
            return check_import(import_id=one.pk, by=supervisor, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        for model in (Learner, RoleRequirement, Company):
            list(model._default_manager.select_for_update().order_by("pk").values_list("pk"))
        again = pool.submit(check).result(timeout=60)

    assert count_turns(again.pk, Phase.TOLD).turn == {RED: 1}


def test_i6_what_came_is_kept_and_was_told(supervisor: User) -> None:
    one = done(checked(crew(JANA, ADA, CEM), "workers", by=supervisor), by=supervisor)

    assert rows_of(one, Phase.DONE) == [
        ("00417", "Cleared", "Not cleared"),
        ("00418", "", "Not cleared"),
        ("00419", "", "Cleared"),
    ]
    assert one.report["turns"]["done"] == one.report["turns"]["told"]
    assert set(ImportTurn.objects.values_list("phase", "is_as_told")) == {("done", True)}
    assert otherwise_lines(one) == ([], 0)


def test_i6_turns_that_others_caused_meanwhile_stop_nothing_and_are_told(supervisor: User) -> None:
    one = checked(crew(JANA, ADA), "workers", by=supervisor)
    jana = Learner.objects.get()
    TrainingRecordFactory(learner=jana, course_version__course=RoleRequirement.objects.get().course)
    judge(jana)

    one = done(one, by=supervisor)

    jana.refresh_from_db()
    assert jana.compliance_status == GREEN
    (line,), more = otherwise_lines(one)
    assert (line.learner.badge_id, more) == ("00417", 0)
    assert line.told is not None
    assert line.told.after.word == "Not cleared"
    assert line.came is not None
    assert (line.came.turns, line.came.after.word) == (False, "Cleared")
    told = list(ImportTurn.objects.order_by("pk").values_list("phase", "learner__badge_id", "is_as_told"))
    assert sorted(told, key=str) == [("done", "00417", False), ("done", "00418", True), ("missed", "00417", None)]


def test_i6_somebody_told_to_turn_who_does_not_is_told_as_well(supervisor: User) -> None:
    one = checked(crew(JANA), "workers", by=supervisor)
    RoleRequirement.objects.all().delete()

    one = done(one, by=supervisor)

    (line,), _more = otherwise_lines(one)
    assert line.told is not None
    assert (line.learner.badge_id, line.told.after.word, line.came) == ("00417", "Not cleared", None)
    assert count_turns(one.pk, Phase.DONE) == TurnCounts()


def test_i3_what_is_dropped_leaves_no_turns(supervisor: User) -> None:
    one = checked(crew(JANA, ADA), "workers", by=supervisor)
    assert ImportTurn.objects.count() == 2

    drop_import(import_id=one.pk, by=supervisor, now=timezone.now())

    assert not ImportTurn.objects.exists()


def test_i5_a_second_check_tells_anew(supervisor: User) -> None:
    one = checked(crew(JANA, ADA), "workers", by=supervisor)
    RoleRequirement.objects.all().delete()

    one = check_import(import_id=one.pk, by=supervisor, now=timezone.now())

    assert rows_of(one, Phase.TOLD) == [("00418", "", "Cleared")]


def test_i5_the_number_of_statements_does_not_grow_with_the_workers(supervisor: User) -> None:
    def statements(*rows: tuple[Any, ...]) -> tuple[int, int]:
        one = checked(crew(*rows), "workers", by=supervisor)
        return (
            _count(lambda: check_import(import_id=one.pk, by=supervisor, now=timezone.now())),
            _count(lambda: done(one, by=supervisor)),
        )

    few = statements(("00500", "Uwe", "Ott", NORDWIND, "Rigger", START))
    many = statements(*((f"0060{number}", "Uwe", f"Ott {number}", NORDWIND, "Rigger", START) for number in range(9)))
    assert many == few


def _count(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_i5_only_these_kinds_turn_anybody() -> None:
    able = {each.name for each in kinds() if can_turn(service_of(each.name))}
    assert able == {"workers", "records", "requirements", "roles"}


def test_i5_a_kind_that_turns_nobody_says_why(supervisor: User) -> None:
    one = checked(
        workbook(("Code", "Title", "Duration (minutes)", "Validity (months)"), ("HSE-777", "Ladders", 60, 12)),
        "courses",
        by=supervisor,
    )

    turns = import_turns(one, Phase.TOLD)

    assert turns.is_empty
    assert "never follows its course" in turns.why_nobody


def test_i1_the_command_tells_how_many_turn(supervisor: User, tmp_path: Path) -> None:
    file = tmp_path / "crew.xlsx"
    file.write_bytes(crew(JANA, ADA).read())
    out = io.StringIO()

    call_command("import", "workers", str(file), by=supervisor.username, check=True, stdout=out, stderr=io.StringIO())
    assert "Turn red: 1, yellow: 0, green: 0. New or back: 1 red, 0 yellow, 0 green." in out.getvalue()
    assert not ImportTurn.objects.exists()

    call_command("import", "workers", str(file), by=supervisor.username, stdout=out, stderr=io.StringIO())
    assert "Turned red: 1, yellow: 0, green: 0." in out.getvalue()


def test_i5_the_api_tells_who_turns(supervisor: User, as_supervisor: Client) -> None:
    one = checked(crew(JANA, ADA), "workers", by=supervisor)

    turns = as_supervisor.get(f"/api/v1/imports/{one.pk}").json()["turns"]

    assert (turns["phase"], turns["turn"], turns["come"]) == ("told", {RED: 1}, {RED: 1})
    jana, ada = turns["workers"]
    assert (jana["badge"], jana["before"], jana["after"]) == ("00417", GREEN, RED)
    assert jana["courses"] == [{"course": "HSE-001", "before": None, "after": RED}]
    assert (ada["badge"], ada["before"], ada["comes"]) == ("00418", None, True)
