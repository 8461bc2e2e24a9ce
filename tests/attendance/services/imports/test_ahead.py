"""What is checked before anybody is locked is used only while it holds (I6)."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from attendance.services.imports import doing
from attendance.services.imports.agreeing import answer_questions
from attendance.services.imports.ahead import check_ahead, versions_now
from attendance.services.imports.checking import check_import, check_rows
from attendance.services.imports.doing import DiffersNow, do_import
from attendance.services.imports.staging import stage_import
from learners.models import Learner, RegisterExtract, RegisterImport, Role, TrainingRecord
from tests.factories.imports import HEAD, agreed, checked, read, workbook
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory, VenueFactory
from training.models import Company, Import, ImportedRow, Venue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

DAY = date(2026, 1, 5)
JANA = ("00417", "Jana", "Weiß", "Nordwind", "Rigger", date(2026, 3, 2))
REGISTER = ("Badge", "Course", "Completed on", "Provider")
ADA = ("00418", "HSE-001", DAY, "Nordwind")


@pytest.fixture(autouse=True)
def site() -> None:
    CompanyFactory(name="Nordwind")
    RoleFactory(title="Rigger", code="RIG")
    CourseVersionFactory(course__code="HSE-001", validity_months=24)
    LearnerFactory(badge_id="00418", first_name="Ada", last_name="Novak")


KINDS: dict[str, tuple[Sequence[Sequence[Any]], Callable[[], Any], Any]] = {
    "workers": ((HEAD, JANA), lambda: LearnerFactory(badge_id="00417"), Learner),
    "records": (
        (REGISTER, ADA),
        lambda: Learner.objects.filter(badge_id="00418").update(badge_id="90909"),
        TrainingRecord,
    ),
    "companies": ((("Company",), ("Südwind",)), lambda: CompanyFactory(name="SÜDWIND"), Company),
    "venues": ((("Venue", "Location"), ("Yard", "Gate 3")), lambda: VenueFactory(name="Yard"), Venue),
    "roles": ((("Code", "Role"), ("WELD", "Welder")), lambda: RoleFactory(code="WELD", title="Another"), Role),
}


def do(one: Import, *, by: User) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now())


def between(change: Callable[[], Any]) -> Any:
    """Let somebody change something when everything is checked, and nothing locked yet."""

    def check_and_change(*args: Any, **kwargs: Any) -> Any:
        found = check_ahead(*args, **kwargs)
        assert found is not None
        change()
        return found

    return mock.patch.object(doing, "check_ahead", check_and_change)


@pytest.mark.parametrize("kind", KINDS)
def test_i6_what_changes_between_the_check_and_the_locks_stops_what_would_differ(kind: str, superuser: User) -> None:
    rows, change, model = KINDS[kind]
    one = checked(workbook(*rows), kind, by=superuser)
    assert one.counts["new"] == 1
    there = model.objects.count()

    with between(change), pytest.raises(DiffersNow):
        do(one, by=superuser)

    one.refresh_from_db()
    assert one.state == Import.State.CHECKED
    assert model.objects.count() <= there + 1  # what the other one has made
    assert not ImportedRow.objects.filter(of=one).exists()
    assert not RegisterExtract.objects.exists()
    assert not RegisterImport.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_i6_where_nothing_has_changed_nothing_is_checked_under_the_locks(kind: str, superuser: User) -> None:
    rows, _change, model = KINDS[kind]
    one = checked(workbook(*rows), kind, by=superuser)
    there = model.objects.count()

    with mock.patch.object(doing, "check_rows", side_effect=AssertionError("checked again")):
        assert do(one, by=superuser).state == Import.State.DONE

    assert model.objects.count() == there + 1
    assert ImportedRow.objects.get(of=one).key == model.objects.latest("pk").pk


@pytest.mark.parametrize("kind", ["workers", "records"])
def test_i6_what_changes_without_a_difference_is_checked_again_and_stops_nothing(kind: str, superuser: User) -> None:
    rows, _change, model = KINDS[kind]
    one = checked(workbook(*rows), kind, by=superuser)

    with (
        between(lambda: LearnerFactory(badge_id="00999")),
        mock.patch.object(doing, "check_rows", wraps=check_rows) as again,
    ):
        assert do(one, by=superuser).state == Import.State.DONE

    assert again.call_count == 1
    assert ImportedRow.objects.get(of=one).key == model.objects.latest("pk").pk
    assert RegisterExtract.objects.count() == RegisterImport.objects.count() == (kind == "records")


def test_i6_the_proofs_of_records_are_written_before_anybody_is_locked(superuser: User) -> None:
    one = checked(workbook(REGISTER, ADA), "records", by=superuser)
    seen = []

    def locked(*_args: Any) -> None:
        seen.append((RegisterExtract.objects.count(), ImportedRow.objects.filter(of=one).count()))
        raise DiffersNow("stopped")

    with mock.patch("learners.services.imports.records.Records.lock", locked), pytest.raises(DiffersNow):
        do(one, by=superuser)

    assert seen == [(1, 1)]
    assert not RegisterExtract.objects.exists()  # all or nothing


def test_i6_what_makes_things_first_is_checked_under_the_locks(supervisor: User) -> None:
    one = checked_with_new_company(by=supervisor)

    with mock.patch.object(doing, "check_rows", wraps=check_rows) as under_locks:
        assert do(one, by=supervisor).state == Import.State.DONE

    assert under_locks.call_count == 1
    assert Learner.objects.get(badge_id="00417").company.name == "Südwind"


def checked_with_new_company(*, by: User) -> Import:
    one = agreed(read(workbook(HEAD, (*JANA[:3], "Südwind", *JANA[4:])), by=by), "workers", by=by)
    assert not stage_import(import_id=one.pk, by=by, now=timezone.now())
    one.refresh_from_db()
    [asked] = one.questions["things"]["company"]
    said = {"things": {"company": {asked["text"]: "new"}}}
    answer_questions(import_id=one.pk, answers=said, seen=one.changed_at, by=by, now=timezone.now())
    assert stage_import(import_id=one.pk, by=by, now=timezone.now())
    return check_import(import_id=one.pk, by=by, now=timezone.now())


def test_versions_tell_every_change_of_others_and_nothing_that_this_transaction_adds() -> None:
    table = [Company._meta.db_table]

    def elsewhere(change: Callable[[], Any]) -> None:
        def run() -> None:
            try:
                change()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(run).result()

    with transaction.atomic():
        before = versions_now(table)
        CompanyFactory(name="Our own")
        assert versions_now(table) == before
        last = before
        for change in (
            lambda: CompanyFactory(name="Another"),
            lambda: Company.objects.filter(name="Another").update(name="Another"),
            lambda: Company.objects.filter(name="Another").update(name="Else"),
            lambda: Company.objects.filter(name="Else").delete(),
        ):
            elsewhere(change)
            assert versions_now(table) != last
            last = versions_now(table)
        assert last == before  # what came is gone again
        Company.objects.filter(name="Nordwind").update(name="Nordwind")
        assert versions_now(table) != before
