"""The first day of a site that moves in: an empty one, fourteen workbooks of strangers, and nothing but the pages.

The workbooks hold what the demo site holds, so that the site that comes of them can be compared with it, worker by
worker and answer by answer.
"""

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import TestCase
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from config.demo.load import load
from config.demo.progress import LoadingProgress
from config.demo.workbooks.library import always_required_since
from config.demo.workbooks.writing import Workbook, write_workbooks
from learners.models import AreaRequirement, ComplianceItem, Learner, LearnerArea, RoleRequirement, TrainingRecord
from tests.integrity import check_integrity
from tests.journeys.accessibility import violations
from tests.journeys.figures import Figures
from tests.journeys.moving_in import MovingIn
from training.models import Company, Course, ImportedRow, Session, TrainerQualification, TrainingClass, Venue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

NOT_YET = {"hours"}  # an imported class is a draft: it meets once somebody has given it its days


@dataclass(frozen=True)
class DemoSite:
    """The demo before it was taken back: what the import is to make again, and since when most is required."""

    books: list[Workbook]
    required_since: date
    facts: dict[str, list[tuple[Any, ...]]]


def facts_of_site() -> dict[str, list[tuple[Any, ...]]]:
    """Return what people see of a site that came by its workbooks, without keys and times of writing."""
    worker = ("badge_id", "first_name", "last_name", "status", "start_date", "end_date", "role_assigned_at")
    asked = ("course__code", "requirement_type", "grace_period_days", "starts_on")
    tables: dict[str, tuple[Any, tuple[str, ...]]] = {
        "companies": (Company.objects, ("name", "code")),
        "courses": (
            Course.objects.filter(versions__status="PUBLISHED"),
            ("code", "versions__title", "versions__validity_months", "versions__duration_minutes"),
        ),
        "rules of roles": (RoleRequirement.objects, ("role__code", *asked)),
        "rules of areas": (AreaRequirement.objects, ("area__name", *asked)),
        "venues": (Venue.objects, ("name", "capacity")),
        "may teach": (TrainerQualification.objects, ("trainer__last_name", "course__code", "certificate_number")),
        "workers": (Learner.objects, (*worker, "company__name", "role__code", "supervisor__badge_id")),
        "areas of workers": (LearnerArea.objects, ("learner__badge_id", "area__name", "assigned_at")),
        "records": (held_records(), ("learner__badge_id", "course__code", "completion_date", "expiry_date")),
        "answers": (ComplianceItem.objects, ("learner__badge_id", "course__code", "status", "due_date")),
        "sessions": (
            Session.objects.filter(status=Session.Status.SCHEDULED),
            ("course__code", "start_time", "end_time", "trainer__last_name", "venue__name"),
        ),
        "classes": (
            TrainingClass.objects.exclude(class_code=None),
            ("class_code", "client__name", "course__code", "start_date", "end_date", "course_hours"),
        ),
    }
    return {name: sorted(set(rows.values_list(*columns)), key=repr) for name, (rows, columns) in tables.items()}


def held_records() -> Any:
    """Return what was passed and holds: of the site's own training the last time of each worker and course."""
    passed = TrainingRecord.objects.filter(result=TrainingRecord.Result.PASSED, revocation=None)
    last: dict[tuple[int, int], int] = {}
    own = passed.filter(session__isnull=False).order_by("completion_date", "pk")
    for key, learner, course in own.values_list("pk", "learner_id", "course_id"):
        last[learner, course] = key
    return passed.filter(session=None) | passed.filter(pk__in=last.values())


@contextmanager
def all_taken_back() -> Iterator[None]:
    """A transaction like that of a test, in which durable ones are allowed."""
    atomics = TestCase._enter_atomics()  # type: ignore[attr-defined]  # unknown to django-stubs
    try:
        yield
    finally:
        TestCase._rollback_atomics(atomics)  # type: ignore[attr-defined]  # the same


@pytest.fixture
def demo(db: None, tmp_path: Path, long: bool) -> DemoSite:
    """The workbooks of a demo site, which is gone again when the test begins."""
    now = timezone.now()
    with all_taken_back():
        load(seed=1, workers=2_000 if long else 60, now=now, progress=LoadingProgress(io.StringIO()))
        return DemoSite(write_workbooks(tmp_path / "books", now=now), always_required_since(), facts_of_site())


def answers_for(book: Workbook, site: DemoSite) -> Mapping[str, str]:
    """Return what a person says about a workbook beyond what is proposed, by the words of the question."""
    if book.kind == "requirements":
        return {"What does “M” mean": "Before site access", "Required from": f"{site.required_since}"}
    if book.kind == "records":
        counts = {"Records without a certificate": "count"}
        if book.path.suffix == ".csv":
            return counts
        operator = next(name for name, code in site.facts["companies"] if code == "NGR")
        return {"What are the days": "Completed on", "Provider of all records": operator, **counts}
    return {}


def test_a_site_moves_in_by_its_workbooks(
    page: Page,
    live_server: LiveServer,
    demo: DemoSite,
    superuser: User,
    sign_in: Callable[[User], None],
    figures: Figures,
) -> None:
    books = [book for book in demo.books if book.kind not in NOT_YET | {"marks"}]
    sign_in(superuser)
    page.goto(f"{live_server.url}/")
    expect(page.get_by_role("link", name="Bring in your workbooks")).to_be_visible()
    moving, took = MovingIn(page), {}
    with figures.stage("Moving in: twelve workbooks on an empty site", clicks=75, fields=20, seconds=3600):
        for book in books:
            begun = time.monotonic()
            told = moving.bring_in(book, answers_for(book, demo))
            took[book.path.name] = time.monotonic() - begun
            assert set(told) <= {"new", "changed", "the same"}, (book.path.name, told)
            assert told["new"] > 0 and told["changed"] == 0, (book.path.name, told)  # noqa: PT018
            with figures.aside():
                assert [each["id"] for each in violations(page)] == []
                assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

    now = timezone.now()
    check_integrity(today=timezone.localdate(now), now=now)
    came = facts_of_site()
    lacks = {name: sorted(set(rows) - set(came[name]), key=repr)[:5] for name, rows in demo.facts.items()}
    more = {name: sorted(set(came[name]) - set(rows), key=repr)[:5] for name, rows in demo.facts.items()}
    assert (
        {name: rows for name, rows in lacks.items() if rows},
        {name: rows for name, rows in more.items() if rows},
    ) == ({}, {})

    for book in books:
        told = moving.bring_in(book, answers_for(book, demo))
        assert set(told) <= {"new", "changed", "the same"}, (book.path.name, told)
        changed = ImportedRow.objects.order_by("-pk").values_list("act", "before", "after")[:3]
        assert (told["new"], told["changed"]) == (0, 0), (book.path.name, told, list(changed))
    assert facts_of_site() == came
    print("\n".join(f"{name}: {seconds:.1f} s, {moving.asked.get(name, 0)} answers" for name, seconds in took.items()))  # noqa: T201  # the figures
