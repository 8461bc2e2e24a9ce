"""Checking an old register and bringing it in agree, and the same again changes nothing (I7)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learners.models import ComplianceItem, Learner, RegisterExtract, RegisterImport, TrainingRecord
from learners.services.compliance import recalculate
from learners.services.imports.records import Records
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.registers import NOW, bring_in, draft, terms
from tests.factories.training import CompanyFactory, CourseVersionFactory
from training.core.imports.rows import CheckedRow, RowOutcome

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
days = st.none() | st.integers(-800, 10).map(lambda n: TODAY + timedelta(days=n))
rows = st.fixed_dictionaries(
    {},
    optional={
        "badge_id": st.sampled_from(["10001", "10002", " 10002 ", "nobody"]),
        "last_name": st.sampled_from(["Weiß", "Nobody"]),
        "company": st.just("Rescue Academy"),
        "course": st.sampled_from(["HSE-001", "HSE-001", "HSE-002", "HSE-009"]),
        "completed_on": days.filter(bool),
        "expires_on": st.integers(-800, 800).map(lambda n: TODAY + timedelta(days=n)) | st.just(date.max),
        "provider": st.sampled_from(["Rescue Academy", "Unknown"]),
        "result": st.sampled_from(["PASSED", "PASSED", "FAILED"]),
        "comments": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    },
)


def told(checked: CheckedRow) -> tuple[Any, ...]:
    found = checked.found.get("dated")
    return checked.outcome, checked.identity, dict(checked.after), found and (found.completion, found.expiry)


def test_i7_checking_and_doing_agree_and_the_same_again_writes_nothing(superuser: User, long: bool) -> None:
    provider = CompanyFactory(name="Rescue Academy")
    role = RoleFactory()
    for badge in ("10001", "10002"):
        LearnerFactory(badge_id=badge, last_name="Weiß" if badge == "10001" else "Kim", company=provider, role=role)
    versions = [
        CourseVersionFactory(course__code="HSE-001", validity_months=12),
        CourseVersionFactory(course__code="HSE-002", validity_months=0),
    ]
    for version in versions:
        RoleRequirementFactory(role=role, course=version.course)

    @settings(
        max_examples=2_000 if long else 60,
        deadline=None,
        derandomize=not long,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.lists(rows, max_size=8), st.sampled_from([None, provider.pk]), st.booleans())
    def check(values: list[dict[str, Any]], said_once: int | None, counts: bool) -> None:
        drafts = [draft(number, **each) for number, each in enumerate(values, start=2)]
        on = terms(superuser, provider=said_once, counts=counts)
        with transaction.atomic():
            looked = list(Records().checker(on).check(drafts))
            before = TrainingRecord.objects.count()
            done = bring_in(drafts, on)

            assert [told(each) for each in looked] == [told(each) for each in done]
            new = [each for each in done if each.outcome is RowOutcome.NEW]
            assert TrainingRecord.objects.count() == before + len(new) == RegisterExtract.objects.count()
            for each in new:
                record = TrainingRecord.objects.get(pk=each.key or 0)
                assert each.after == {
                    "completed_on": record.completion_date,
                    "expires_on": record.expiry_date,
                    "result": record.result,
                }
            stored = _items()
            recalculate(learner_ids=Learner.objects.values_list("pk", flat=True), today=TODAY, now=NOW)
            if new:
                assert _items() >= stored

            imports = RegisterImport.objects.count()
            again = bring_in(drafts, on)
            for first, second in zip(done, again, strict=True):
                expected = RowOutcome.SAME if first.outcome is RowOutcome.NEW else first.outcome
                assert second.outcome is expected
            assert TrainingRecord.objects.count() == before + len(new)
            assert RegisterImport.objects.count() == imports
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)

    check()


def _items() -> set[tuple[Any, ...]]:
    return set(ComplianceItem.objects.values_list("learner", "course", "status", "expiry_date", "proof"))
