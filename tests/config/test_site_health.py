"""The health page, and what of it superusers see on Today (B2)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.jobs import JobFactory, PeriodicRunFactory
from tests.factories.learners import LearnerFactory, TrainingRecordFactory
from tests.html import text_of
from training.models import Job, PeriodicRun

pytestmark = pytest.mark.django_db

WHERE = reverse("site_health")


def test_b2_the_page_says_what_ran_what_failed_and_why(as_superuser: Client) -> None:
    PeriodicRunFactory()
    PeriodicRunFactory(
        kind="verify_evidence", outcome=PeriodicRun.Outcome.FAILED, failure="Nothing is known. The store is away."
    )
    page = text_of(as_superuser.get(WHERE))
    for words in ("Renew answers that ran out", "Nothing is known. The store is away.", "Never ran", "Evidence store"):
        assert words in page


def test_b2_the_page_says_which_jobs_broke_down_and_no_refusal(as_superuser: Client) -> None:
    ended = {"state": Job.State.FAILED, "ended_at": timezone.now()}
    JobFactory(**ended, failure="It failed several times.", broke_down=True)
    JobFactory(**ended, failure="This day does not exist.")
    page = text_of(as_superuser.get(WHERE))
    assert "It failed several times." in page
    assert "This day does not exist." not in page


def test_b2_the_page_says_that_seals_wait(as_superuser: Client) -> None:
    TrainingRecordFactory()
    page = text_of(as_superuser.get(WHERE))
    assert "None yet" in page
    assert "seals wait" in page


def test_b2_today_tells_superusers_alone_what_needs_them(as_superuser: Client, as_supervisor: Client) -> None:
    LearnerFactory()
    today = reverse("attendance:today")
    assert WHERE not in _main(as_superuser.get(today).content.decode())
    JobFactory(asked_at=timezone.now() - timedelta(minutes=11))
    PeriodicRunFactory(outcome=PeriodicRun.Outcome.FAILED, failure="The store is away.")
    assert "2 things did not run, failed or wait too long." in text_of(as_superuser.get(today))
    assert WHERE in _main(as_superuser.get(today).content.decode())
    assert "did not run" not in text_of(as_supervisor.get(today))


def _main(page: str) -> str:
    """Return the page without its head, whose menu has the link for every superuser."""
    return page.split("<main", 1)[1]


def test_b2_the_last_migration_is_none_of_the_squashed_ones(as_superuser: Client) -> None:
    page = text_of(as_superuser.get(WHERE))
    assert "Last migration" in page
    assert "_squashed_" not in page
