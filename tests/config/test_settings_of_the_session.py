"""What the application's role can falsify by settings of its session, which our triggers listen to: not the past."""

import os
import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from learners.models import Learner, LearnerPeriod
from tests.factories.learners import LearnerFactory
from tests.factories.training import CompanyFactory

pytestmark = pytest.mark.django_db

ROLE = f"siteproof_app_of_settings_{os.getpid()}"


@pytest.fixture
def as_application() -> Iterator[None]:
    """The test runs with the rights of the application's role; role and rights go with the test's transaction."""
    call_command("setup_database_roles", role=ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def _metadata(context: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT metadata::text FROM pghistory_context WHERE id = %s", [context])
        return cursor.fetchone()


def test_who_made_a_past_change_is_not_rewritten(as_application: None) -> None:
    """Events share their context by its id; whoever names an old one changes nothing that it says."""
    context = str(uuid.uuid4())
    _set("pghistory.context_id", context)
    _set("pghistory.context_metadata", '{"user": 7}')
    CompanyFactory()
    assert _metadata(context) == ('{"user": 7}',)

    for forged in ('{"user": 8}', "{}", '{"user": null}'):
        _set("pghistory.context_metadata", forged)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            CompanyFactory()

    assert _metadata(context) == ('{"user": 7}',)


def test_a_setting_that_is_nonsense_does_not_stop_the_event(as_application: None) -> None:
    _set("pghistory.context_id", "nonsense")
    _set("pghistory.context_metadata", "nonsense")
    company = CompanyFactory()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM training_companyevent WHERE pgh_obj_id = %s", [company.pk])
        assert cursor.fetchone() == (1,)


def test_l3_a_badge_called_mistyped_is_still_told_by_its_event(as_application: None) -> None:
    learner = LearnerFactory(badge_id="OLD-1")
    _set("siteproof.badge_was_mistyped", "on")
    Learner.objects.filter(pk=learner.pk).update(badge_id="NEW-1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT badge_id FROM learners_learnerevent WHERE pgh_obj_id = %s ORDER BY pgh_id", [learner.pk])
        badges = [badge for (badge,) in cursor.fetchall()]
    assert badges == ["OLD-1", "NEW-1"]


def test_c8_a_day_that_is_set_by_hand_takes_nothing_out_of_the_history(as_application: None) -> None:
    learner = LearnerFactory(start_date=date(2026, 1, 1), role_assigned_at=date(2026, 1, 1))
    _set("siteproof.effective_on", "2026-02-01")
    Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED")
    _set("siteproof.effective_on", "2026-01-10")
    _set("pghistory.context_metadata", '{"user": 7}')
    before = timezone.now()
    Learner.objects.filter(pk=learner.pk).update(status="ACTIVE")

    blocked = LearnerPeriod.objects.get(learner=learner, status="BLACKLISTED")
    assert (blocked.valid_from, blocked.overruled_by_id) == (date(2026, 2, 1), 7)
    assert blocked.overruled_at is not None
    assert blocked.overruled_at > before
    for attempt in ("UPDATE learners_learnerperiod SET overruled_at = now()", "DELETE FROM learners_learnerperiod"):
        with (
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            cursor.execute(attempt)
