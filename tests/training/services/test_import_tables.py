"""Many rows in one statement, and the rules of a table asked about many rows (I1, I5)."""

from datetime import date
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from learners.models import Learner, RoleRequirement
from tests.factories.learners import LearnerFactory
from training.models import Company, CourseVersion, TrainingClass, Venue
from training.services.imports.tables import TableRules, insert_rows, new_keys, update_rows

pytestmark = pytest.mark.django_db

GOOD: dict[str, Any] = {
    "badge_id": "10001",
    "first_name": "Jana",
    "last_name": "",
    "start_date": date(2025, 1, 1),
    "end_date": None,
    "status": "ACTIVE",
    "compliance_status": "COMPLIANT",
}


def test_every_check_of_a_model_is_asked_and_answers_in_its_words():
    rules = TableRules(Learner)
    bad = [
        {**GOOD, "badge_id": "1"},
        {**GOOD, "badge_id": " 10001"},
        {**GOOD, "last_name": "Weiß "},
        {**GOOD, "end_date": date(2024, 12, 31)},
        {**GOOD, "id": 7, "supervisor_id": 7},
        {**GOOD, "status": "GONE"},
    ]
    with CaptureQueriesContext(connection) as queries:
        broken = rules.broken([GOOD, *bad])
    assert len(queries) == 1
    assert {index: [(name, sentence) for name, sentence, _columns in said] for index, said in broken.items()} == {
        1: [("learner_badge_3_to_50_trimmed", "A badge has 3 to 50 characters, without blanks around them.")],
        2: [("learner_badge_3_to_50_trimmed", "A badge has 3 to 50 characters, without blanks around them.")],
        3: [("learner_names_trimmed", "Names have no blanks around them.")],
        4: [("learner_ends_after_start", "The end date cannot be before the start date.")],
        5: [("learner_not_own_supervisor", "A worker cannot be their own supervisor.")],
        6: [("learner_status_known", "Constraint “learner_status_known” is violated.")],
    }
    assert broken[4][0][2] == ["start_date", "end_date"]


def test_a_rule_about_a_column_that_the_database_makes_is_asked_too(monkeypatch: pytest.MonkeyPatch):
    message = "There is a man called Fold."
    rule: Any = models.CheckConstraint(
        condition=~Q(sort_key__contains="% öde"), name="no_oede", violation_error_message=message
    )
    with connection.schema_editor() as editor:
        editor.add_constraint(Learner, rule)
    monkeypatch.setattr(Learner._meta, "constraints", [*Learner._meta.constraints, rule])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE learners_learner DROP CONSTRAINT no_oede")
        cursor.execute("ALTER TABLE learners_learner ADD CONSTRAINT no_oede CHECK (sort_key NOT LIKE '%% ode%%')")
    broken = TableRules(Learner).broken([GOOD, {**GOOD, "last_name": "Öde"}])
    assert [(index, said[0][1]) for index, said in broken.items()] == [(1, message)]


@pytest.mark.parametrize("model", [Company, CourseVersion, Learner, RoleRequirement, TrainingClass, Venue])
def test_all_constraints_that_the_database_checks_are_asked(model: type[models.Model]):
    asked = set(TableRules(model)._constraints)
    assert asked == {each.name for each in model._meta.constraints if isinstance(each, models.CheckConstraint)}


def test_rows_of_one_statement_can_name_each_other_and_have_the_defaults_of_the_model():
    there = LearnerFactory()
    one, other = new_keys(Learner, 2)
    stamp = {"created_at": there.created_at, "updated_at": there.updated_at, "company_id": there.company_id}
    row = {**GOOD, **stamp, "role_id": there.role_id, "role_assigned_at": date(2025, 1, 1)}
    with CaptureQueriesContext(connection) as queries:
        keys = insert_rows(
            Learner,
            [
                {**row, "id": one, "supervisor_id": other},
                {**row, "id": other, "supervisor_id": None, "badge_id": "10002"},
            ],
        )
    assert (keys, len(queries)) == ([one, other], 1)
    made = Learner.objects.get(pk=one)
    assert (made.supervisor_id, made.phone, made.email, made.compliance_status) == (other, "", "", "COMPLIANT")
    assert made.sort_key.startswith("  jana 10001")
    connection.check_constraints()


def test_a_text_that_is_too_long_is_refused_and_never_cut():
    with pytest.raises(Exception, match="too long"):
        insert_rows(Venue, [{"name": "x" * 101, "created_at": "2026-03-02", "updated_at": "2026-03-02"}])


def test_only_the_columns_that_are_named_are_written():
    one, other = LearnerFactory(phone="1"), LearnerFactory(phone="2")
    with CaptureQueriesContext(connection) as queries:
        update_rows(Learner, [{"id": one.pk, "phone": "7", "email": "no"}, {"id": other.pk, "phone": "8"}], ["phone"])
    assert len(queries) == 1
    assert list(Learner.objects.order_by("pk").values_list("phone", "email")) == [("7", ""), ("8", "")]


def test_a_column_that_is_made_of_others_may_be_told():
    """L4: what Python has made already, the database does not make once more for every row."""
    rules = TableRules(Learner, told={"name_key"})
    assert "near_name" not in rules._statement
    named, nameless = {**GOOD, "name_key": "weiss"}, {**GOOD, "name_key": ""}
    assert [name for name, *_ in rules.broken([named, nameless])[1]] == ["learner_has_a_name"]
    assert 0 not in rules.broken([named, nameless])
