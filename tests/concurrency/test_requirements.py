"""C6: previews, bulk changes and nightly runs that meet at the same moment. Each race has a control."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from learners.models import AreaRequirement, ComplianceItem, Learner, RoleRequirement
from learners.services import compliance, requirements
from learners.services.compliance import recalculate, recalculate_everyone
from learners.services.courses import CourseRequired, delete_course
from learners.services.preview import OutcomeDiffers, carry_out, try_out
from learners.services.reassignment import add_to_area, give_role
from learners.services.requirements import save_requirement
from tests.concurrency.at_once import all_at_once
from tests.factories.compliance import judge
from tests.factories.learners import AreaFactory, LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CourseFactory, UserFactory
from training.core.groups import SUPERVISORS
from training.core.refusals import NotFound
from training.models import Course

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CLIENTS = 8


@pytest.fixture
def supervisor() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


def asking(asker: Any, course: Course, by: User) -> Callable[[], Any]:
    return partial(
        save_requirement,
        asker=asker,
        course_id=course.pk,
        requirement_type="PRE_MOB",
        starts_on=TODAY,
        by=by,
        now=NOW,
    )


def elsewhere(job: Callable[[], Any]) -> Any:
    """Do something in another connection and return its answer, however it was refused."""

    def run() -> Any:
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).exception() or "done"


def nobody_s_answer_is_wrong() -> bool:
    """Whether judging everybody once more changes nothing."""
    with transaction.atomic():
        return recalculate(learner_ids=Learner.objects.values_list("pk", flat=True), today=TODAY, now=NOW) == 0


# Previews


def test_of_many_who_save_what_they_have_seen_one_does_and_the_others_look_again(supervisor: User) -> None:
    role, course = RoleFactory(), CourseFactory()
    judge(LearnerFactory(role=role), on=TODAY)
    seen = try_out(asking(role, course, supervisor), today=TODAY).fingerprint
    answers = all_at_once(
        [partial(carry_out, asking(role, course, supervisor), seen=seen, today=TODAY) for _ in range(CLIENTS)]
    )
    assert sum(isinstance(answer, OutcomeDiffers) for answer in answers) == CLIENTS - 1
    requirement = RoleRequirement.objects.get()
    assert (requirement.role, requirement.course, requirement.starts_on) == (role, course, TODAY)
    assert [(item.course, item.status) for item in ComplianceItem.objects.all()] == [(course, "NON_COMPLIANT")]
    assert nobody_s_answer_is_wrong()


def test_while_a_change_is_tried_out_others_wait_and_after_it_nobody_does(supervisor: User) -> None:
    """Its locks end with it: whoever wanted one of its learners gets through at once."""
    role, course = RoleFactory(), CourseFactory()
    learner = LearnerFactory(role=role)
    judge(learner, on=TODAY)
    inside: list[str] = []

    def change() -> None:
        asking(role, course, supervisor)()
        inside.append(type(elsewhere(partial(lock_now, learner))).__name__)

    try_out(change, today=TODAY)
    assert inside == ["OperationalError"], "the control: while it runs, the learner is locked"
    assert elsewhere(partial(lock_now, learner)) == "done"
    assert elsewhere(rules_lock_now) == "done"


def lock_now(learner: Learner) -> None:
    with transaction.atomic():
        Learner.objects.select_for_update(no_key=True, nowait=True).get(pk=learner.pk)


def rules_lock_now() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [requirements.RULES_LOCK])
        assert cursor.fetchone() == (True,)


# A course that goes while somebody asks for it


def delete_and_ask_at_once(by: User) -> tuple[Course, list[Any]]:
    course = CourseFactory()
    askers = [RoleFactory(), AreaFactory()]
    return course, all_at_once(
        [
            partial(delete_course, course_id=course.pk, by=by, now=NOW),
            *(asking(asker, course, by) for asker in askers),
        ]
    )


def is_required_and_deleted(course: Course) -> bool:
    course.refresh_from_db()
    required = (
        RoleRequirement.objects.filter(course=course).count() + AreaRequirement.objects.filter(course=course).count()
    )
    return course.deleted_at is not None and required > 0


def test_no_requirement_appears_for_a_course_that_is_being_deleted(supervisor: User) -> None:
    for _round in range(4):
        course, (deleted, *asked) = delete_and_ask_at_once(supervisor)
        assert not is_required_and_deleted(course)
        if isinstance(deleted, CourseRequired):
            assert any(not isinstance(answer, Exception) for answer in asked)
        else:
            assert all(isinstance(answer, NotFound) for answer in asked)


def test_without_the_lock_a_requirement_appears_for_a_deleted_course(
    supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking has looked at the course; before it writes, the course is deleted elsewhere."""
    course, role = CourseFactory(), RoleFactory()

    def looked(*, course_id: int) -> None:
        elsewhere(partial(delete_course, course_id=course_id, by=supervisor, now=NOW))

    monkeypatch.setattr(requirements, "lock_course", looked)
    asking(role, course, supervisor)()
    assert is_required_and_deleted(course)


# Bulk changes


def test_bulk_changes_of_the_same_workers_in_any_order_all_get_through(supervisor: User) -> None:
    """Locks are taken by key, whatever the order of the ticks: no deadlock, and every answer is right."""
    rules = RoleRequirementFactory.create_batch(2)
    area = AreaFactory()
    ids = [learner.pk for learner in LearnerFactory.create_batch(6, role=RoleFactory())]

    def change(number: int) -> Callable[[], Any]:
        ticked = ids if number % 2 else ids[::-1]
        if number % 3 == 0:
            return partial(add_to_area, learner_ids=ticked, area_id=area.pk, assigned_at=TODAY, by=supervisor, now=NOW)
        role = rules[number % 2].role_id
        return partial(give_role, learner_ids=ticked, role_id=role, assigned_at=TODAY, by=supervisor, now=NOW)

    answers = all_at_once([change(number) for number in range(CLIENTS)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    learners = Learner.objects.filter(pk__in=ids)
    assert {learner.role_id for learner in learners} <= {rule.role_id for rule in rules}
    assert len({learner.role_id for learner in learners}) == 1, "all of them have the role of whoever came last"
    assert set(area.learner_links.values_list("learner", "assigned_at")) == {(pk, TODAY) for pk in ids}
    assert nobody_s_answer_is_wrong()


# Nightly runs


@pytest.fixture
def out_of_date() -> Iterator[list[Learner]]:
    """Workers whose answers have all run out, judged in chunks of two."""
    role = RoleFactory()
    learners: list[Learner] = LearnerFactory.create_batch(6, role=role, start_date=date(2026, 1, 1))
    judge(*learners, on=date(2026, 1, 1))
    for grace in (1, 10):
        RoleRequirementFactory(role=role, requirement_type="POST_MOB", grace_period_days=grace)
    judge(*learners, on=date(2026, 1, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compliance, "CHUNK", 2)
        yield learners


def state() -> list[tuple[Any, ...]]:
    """Return every stored answer, without when it was written."""
    items = ComplianceItem.objects.order_by("learner", "course").values_list(
        "learner", "course", "status", "due_date", "key_date", "holds_until", "rules"
    )
    learners = Learner.objects.order_by("pk").values_list("pk", "compliance_status", "compliance_holds_until")
    return [*items, *learners]


def night(*, only_due: bool = True) -> int:
    """Run the nightly job; return how many answers it changed."""
    progress = list(recalculate_everyone(today=TODAY, now=NOW, only_due=only_due))
    return progress[-1].changed


def test_c6_runs_that_overlap_give_the_state_of_one(out_of_date: list[Learner]) -> None:
    answers = all_at_once([night, partial(night, only_due=False), night, partial(night, only_due=False)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    overlapped = state()
    assert not Learner.objects.exclude(compliance_status="NON_COMPLIANT").exists()
    ComplianceItem.objects.all().delete()
    night(only_due=False)
    assert state() == overlapped


def test_c6_three_runs_one_of_them_killed_half_way_give_the_state_of_one(out_of_date: list[Learner]) -> None:
    killed = recalculate_everyone(today=TODAY, now=NOW, only_due=True)
    assert [next(killed).done for _ in range(2)] == [0, 2]
    del killed
    changed = [night(), night(), night()]
    assert changed == [8, 0, 0], "two workers were judged before it was killed; two answers each of the other four"
    thrice = state()
    ComplianceItem.objects.all().delete()
    night(only_due=False)
    assert state() == thrice


def test_c6_a_run_that_meets_a_change_of_the_rules_leaves_nobody_wrong(
    out_of_date: list[Learner], supervisor: User
) -> None:
    role, course = out_of_date[0].role, CourseFactory()
    answers = all_at_once([night, asking(role, course, supervisor), partial(night, only_due=False)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    items = ComplianceItem.objects.filter(course=course, status="NON_COMPLIANT", role=role)
    assert {item.learner_id for item in items} == {learner.pk for learner in out_of_date}
    assert nobody_s_answer_is_wrong()
