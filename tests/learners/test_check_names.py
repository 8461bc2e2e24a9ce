"""L4: twins that are there are listed."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from learners.models import Learner
from tests.factories.learners import LearnerFactory
from tests.factories.training import CompanyFactory, TrainerFactory, VenueFactory

pytestmark = pytest.mark.django_db


def run(*options: str) -> tuple[int, str]:
    """Return exit status and output."""
    out = StringIO()
    try:
        call_command("check_names", *options, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def as_before_l4(statement: str, values: list[Any]) -> None:
    """Change a row as it was possible before L4; constraints come back with the end of the test."""
    with connection.cursor() as cursor:
        for table, name in (
            ("learners_learner", "learner_badge_once_however_spelled"),
            ("training_company", "company_name_once_however_spelled"),
            ("training_venue", "venue_name_once_however_spelled"),
        ):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"DROP INDEX IF EXISTS {name}; ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        cursor.execute("ALTER TABLE learners_badgeperiod DROP CONSTRAINT IF EXISTS badge_of_one_person_however_spelled")
        cursor.execute(statement, values)


def test_l4_without_twins_all_is_well():
    LearnerFactory(badge_id="00417")
    LearnerFactory(badge_id="417")  # somebody has said that this is another person
    assert run() == (0, "All is well.\n")
    assert run("--json") == (0, "[]\n")


def test_l4_every_pair_is_one_line():
    jana, other = (
        LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß"),
        LearnerFactory(last_name="Berg"),
    )
    company, venue = CompanyFactory(name="Halloran Mechanical"), VenueFactory(name="Room 12")
    same_company, same_venue = CompanyFactory(), VenueFactory()
    one, two = (TrainerFactory(first_name="Liam", last_name=last) for last in ("O'Brien", "O’Brien"))
    as_before_l4("UPDATE learners_learner SET badge_id = %s WHERE id = %s", ["00417\u200b", other.pk])
    as_before_l4("UPDATE training_company SET name = %s WHERE id = %s", ["halloran  mechanical", same_company.pk])
    as_before_l4("UPDATE training_venue SET name = %s WHERE id = %s", ["ROOM 12", same_venue.pk])
    other.refresh_from_db()
    status, out = run()
    assert status == 1
    assert out.splitlines() == [
        f"badge: 00417 · Jana Weiß = 00417\u200b · {other.name}",
        f"company: Halloran Mechanical · no. {company.pk} = halloran  mechanical · no. {same_company.pk}",
        f"venue: Room 12 · no. {venue.pk} = ROOM 12 · no. {same_venue.pk}",
        f"trainer: Liam O'Brien · no. {one.pk} = Liam O’Brien · no. {two.pk}",
        "A person must decide.",
    ]
    status, out = run("--json")
    assert status == 1
    assert [each["kind"] for each in json.loads(out)] == ["badge", "company", "venue", "trainer"]
    Learner.objects.filter(pk=other.pk).update(status="INACTIVE", merged_into=jana)
    assert "badge" not in run()[1]
