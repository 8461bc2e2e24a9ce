"""I6: two imports at once write what each of them has shown, or one of them nothing.

The race has a control that runs it with the locks off, and shows that the test would notice.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from learners.models import BadgePeriod, Learner, LearnerArea, LearnerPeriod
from tests.bringing_in import check, rows_of, terms_of, written
from tests.concurrency.at_once import all_at_once, everybody_first
from tests.factories.learners import AreaFactory, LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory, UserFactory
from training.core.groups import SUPERVISORS
from training.core.imports.rows import CheckedRow
from training.core.refusals import Conflict
from training.core.transactions import acting
from training.services.imports.contract import service_of

pytestmark = pytest.mark.django_db(transaction=True)
BADGES = [f"1{number:04}" for number in range(40)]
Look = Callable[..., list[CheckedRow]]


def importing(by: User, rows: list[dict[str, Any]], *, look: Look = check, locked: bool = True) -> Callable[[], None]:
    """Return an import of these rows, from the locks on."""
    service, drafts, terms = service_of("workers"), rows_of(*rows), terms_of(by)
    workers = sorted(Learner.objects.values_list("pk", flat=True))

    def bring_in() -> None:
        with acting(by):
            if locked:
                service.lock(workers, terms)
            checked = look(service, drafts, terms)
            service.write(written(checked), terms, tell=lambda done: None)

    return bring_in


def two_supervisors() -> tuple[User, User]:
    return UserFactory(groups=[SUPERVISORS]), UserFactory(groups=[SUPERVISORS])


def test_i6_of_two_imports_of_the_same_new_workers_one_writes_all_of_them_and_the_other_nothing():
    CompanyFactory(name="Halloran"), RoleFactory(title="Rigger"), AreaFactory(name="Jetty")
    one, other = two_supervisors()

    def rows(name: str) -> list[dict[str, Any]]:
        said = {"company": "Halloran", "role": "Rigger", "areas": ["Jetty"], "start_date": terms_of(one).now.date()}
        return [{"badge_id": badge, "last_name": f"{name} {badge}", **said} for badge in BADGES]

    look = everybody_first(check, 2)
    answers = all_at_once([importing(one, rows("One"), look=look), importing(other, rows("Other"), look=look)])
    winner, name = (one, "One") if answers[0] is None else (other, "Other")
    (loser,) = [answer for answer in answers if answer is not None]
    assert isinstance(loser, Conflict)
    assert "belongs" in str(loser)

    made = Learner.objects.order_by("badge_id")
    assert [each.badge_id for each in made] == BADGES
    assert {each.last_name for each in made} == {f"{name} {badge}" for badge in BADGES}
    assert {each.created_by_id for each in made} == {winner.pk}
    assert {each.compliance_updated_at is not None for each in made} == {True}
    of_each = sorted(made.values_list("pk", flat=True))
    assert sorted(LearnerPeriod.objects.values_list("learner", flat=True)) == of_each
    assert sorted(BadgePeriod.objects.values_list("learner", flat=True)) == of_each
    assert sorted(LearnerArea.objects.values_list("learner", flat=True)) == of_each
    events = apps.get_model("learners", "LearnerEvent").objects.select_related("pgh_context")
    assert {(event.pgh_label, event.pgh_context.metadata["user"]) for event in events} == {("insert", winner.pk)}
    assert events.count() == len(BADGES)


def test_i6_of_two_imports_that_change_the_same_workers_none_takes_back_what_the_other_wrote():
    assert changed_by_two(locked=True) == {"phone": 40, "email": 40}


def test_control_without_locks_one_import_takes_back_what_the_other_wrote():
    assert changed_by_two(locked=False) != {"phone": 40, "email": 40}


def changed_by_two(*, locked: bool) -> dict[str, int]:
    """Let one import write phones and one e-mail, another e-mails and one phone; return how many there are of each."""
    role, company = RoleFactory(), CompanyFactory()
    for badge in BADGES:
        LearnerFactory(badge_id=badge, role=role, company=company)
    one, other = two_supervisors()
    phones: list[dict[str, Any]] = [{"badge_id": badge, "phone": "1"} for badge in BADGES]
    phones[1]["email"] = "b@example.com"  # so that whoever is second would write both columns of all workers
    mails: list[dict[str, Any]] = [{"badge_id": badge, "email": "a@example.com"} for badge in BADGES]
    mails[0]["phone"] = "2"
    look = check if locked else everybody_first(check, 2)
    answers = all_at_once(
        [importing(by, rows, look=look, locked=locked) for by, rows in ((one, phones), (other, mails))]
    )
    assert answers == [None, None]
    return {
        "phone": Learner.objects.filter(phone__in=("1", "2")).count(),
        "email": Learner.objects.exclude(email="").count(),
    }
