"""How fresh the stored answers are (C7)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from learners.models import ComplianceRun, Learner
from learners.selectors.compliance import Freshness, freshness
from learners.services.compliance import recalculate_everyone
from tests.factories.compliance import asked_of, judge, passed
from tests.factories.learners import LearnerFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


def worker_valid_through(day: date, *, judged_on: date) -> Learner:
    worker: Learner = LearnerFactory()
    passed(worker, asked_of(worker), expiry=day)
    judge(worker, on=judged_on)
    return worker


def test_c7_it_counts_whose_answer_is_past_its_day_and_since_when():
    monday = TODAY - timedelta(days=3)
    worker_valid_through(TODAY, judged_on=monday)
    worker_valid_through(TODAY - timedelta(days=1), judged_on=monday)
    worker_valid_through(TODAY - timedelta(days=2), judged_on=monday)

    assert freshness(TODAY) == Freshness(
        updated_at=datetime(2026, 2, 27, 2, 0, tzinfo=UTC), stale=2, held_until=TODAY - timedelta(days=2)
    )


def test_c4_c7_the_answers_of_who_is_not_active_may_be_old():
    worker = worker_valid_through(TODAY - timedelta(days=1), judged_on=TODAY - timedelta(days=3))
    Learner.objects.filter(pk=worker.pk).update(status=Learner.Status.INACTIVE)

    assert freshness(TODAY).stale == 0


def test_a_site_without_workers_is_not_stale():
    assert freshness(TODAY) == Freshness(updated_at=None, stale=0, held_until=None)


def test_c7_a_run_that_changed_nothing_brought_everybody_up_to_date():
    worker_valid_through(TODAY + timedelta(days=9), judged_on=TODAY - timedelta(days=3))
    tonight = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    for _progress in recalculate_everyone(today=TODAY, now=tonight, only_due=True):
        pass

    assert freshness(TODAY).updated_at == tonight
    run = ComplianceRun.objects.get()
    assert (run.judged_on, run.only_due, run.workers, run.changed) == (TODAY, True, 0, 0)
