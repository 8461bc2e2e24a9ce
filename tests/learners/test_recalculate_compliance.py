"""C6: the command that brings everybody's answers up to date, in full or nightly."""

import sys
from datetime import date, timedelta
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from learners.models import ComplianceItem, Learner
from learners.services import compliance
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory, TrainingRecordFactory
from tests.factories.training import CourseVersionFactory

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("recalculate_compliance", *words, stdout=out)
    return out.getvalue()


def on(day: date) -> Any:
    """Let the clock of the command stand on a day."""
    return mock.patch.multiple(timezone, localdate=lambda *args: day)


@pytest.fixture
def learners() -> list[Learner]:
    """Three workers whose proofs run out at the end of March, of April, and never."""
    role, version = RoleFactory(), CourseVersionFactory()
    RoleRequirementFactory(role=role, course=version.course)
    learners: list[Learner] = LearnerFactory.create_batch(3, role=role)
    for learner, expiry in zip(learners, (date(2026, 3, 31), date(2026, 4, 30), None), strict=True):
        TrainingRecordFactory(
            learner=learner, course_version=version, expiry_date=expiry, completion_date=date(2025, 3, 1)
        )
    return learners


def statuses(learners: list[Learner]) -> list[str]:
    return [Learner.objects.get(pk=learner.pk).compliance_status for learner in learners]


def test_c6_in_full_judges_everybody(learners: list[Learner]) -> None:
    with on(date(2026, 3, 2)):
        assert run().startswith("Workers judged: 3. Answers changed: 3. ")
        assert run().startswith("Workers judged: 3. Answers changed: 0. ")
    assert statuses(learners) == ["COMPLIANT"] * 3


@pytest.mark.parametrize(
    ("day", "judged", "expected"),
    [
        (date(2026, 3, 31), 0, ["COMPLIANT", "COMPLIANT", "COMPLIANT"]),
        (date(2026, 4, 1), 1, ["NON_COMPLIANT", "COMPLIANT", "COMPLIANT"]),
        (date(2026, 6, 1), 2, ["NON_COMPLIANT", "NON_COMPLIANT", "COMPLIANT"]),
    ],
)
def test_c6_nightly_judges_those_whose_answer_has_run_out(
    learners: list[Learner], day: date, judged: int, expected: list[str]
) -> None:
    with on(date(2026, 3, 2)):
        run()
    with on(day):
        assert run("--due").startswith(f"Workers judged: {judged}. Answers changed: {judged}. ")
        assert run("--due").startswith("Workers judged: 0. Answers changed: 0. ")
    assert statuses(learners) == expected


def test_c6_a_run_that_was_killed_half_way_has_kept_what_it_did(
    learners: list[Learner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compliance, "CHUNK", 1)
    run_of_two = compliance.recalculate_everyone(today=date(2026, 3, 2), now=timezone.now())
    assert [next(run_of_two).done for _ in range(3)] == [0, 1, 2]
    del run_of_two
    assert ComplianceItem.objects.count() == 2
    with on(date(2026, 3, 2)):
        assert run().startswith("Workers judged: 3. Answers changed: 1. ")


def test_the_audit_trail_names_the_command(learners: list[Learner]) -> None:
    run()
    events = apps.get_model("learners.ComplianceItemEvent").objects.select_related("pgh_context")
    assert [event.pgh_context.metadata["command"] for event in events] == ["recalculate_compliance"] * 3


@pytest.mark.parametrize("words", [(), ("--due",)])
@pytest.mark.parametrize("missed", [1, 45])
def test_l3_c7_who_has_left_is_not_active_from_the_day_after_and_never_stale(
    words: tuple[str, ...], missed: int
) -> None:
    last_day = date(2026, 3, 2)
    leaving = LearnerFactory(end_date=last_day)
    with on(last_day):
        assert "Left: 0." in run()
    with on(last_day + timedelta(days=missed)):
        assert "Left: 1." in run(*words)
        assert "Left: 0." in run(*words)
    leaving.refresh_from_db()
    assert (leaving.status, leaving.compliance_holds_until) == ("INACTIVE", None)
    event = apps.get_model("learners.LearnerEvent").objects.filter(pgh_obj_id=leaving.pk).latest("pgh_id")
    assert (event.status, event.pgh_context.metadata["command"]) == ("INACTIVE", "recalculate_compliance")


def test_progress_is_drawn_where_somebody_watches(
    learners: list[Learner], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(compliance, "CHUNK", 2)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run()
    drawn = capsys.readouterr().err
    assert [line.split(" ", 1)[1].strip() for line in drawn.split("\r")[1:]] == ["0 of 3", "2 of 3", "3 of 3"]
    assert drawn.endswith("\n")


@pytest.mark.usefixtures("db")
def test_an_empty_site_is_no_error() -> None:
    assert run().startswith("Workers judged: 0. Answers changed: 0. ")
