"""The command that compares sums with the log (H6)."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from learners.models import LearnerProgression
from tests.factories.learners import LearnerProgressionFactory

pytestmark = pytest.mark.django_db


def run(*options: str) -> tuple[int, str]:
    """Return exit status and output."""
    out = StringIO()
    try:
        call_command("recalculate_hours", *options, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def damage(progression: LearnerProgression) -> None:
    """Set wrong sums as only the owner of the table can, with its triggers asleep."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE learner_lp_tracking SET hours_trained = 9, hours_absent = 9 - hours_present WHERE tracking_id = %s",
            [progression.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_h6_differences_are_reported_and_rebuilt_when_asked():
    right, wrong, empty = LearnerProgressionFactory.create_batch(3)
    right.add_hours(4, 2)
    wrong.add_hours(4, 1)
    assert run() == (0, "The hours of every progression are the sums of its log.\n")
    damage(wrong)
    damage(empty)
    status, out = run()
    assert status == 1
    assert f"Progression {wrong.pk}: 9.0, 1.0, 8.0; its log says 4.0, 1.0, 3.0.\n" in out
    assert f"Progression {empty.pk}: 9.0, 0.0, 9.0; its log says 0.0, 0.0, 0.0.\n" in out
    assert f"Progression {right.pk}:" not in out
    status, out = run("--fix")
    assert (status, out.splitlines()[-1]) == (0, "Rebuilt: 2.")
    wrong.refresh_from_db()
    assert (wrong.hours_trained, wrong.hours_present, wrong.hours_absent) == (4, 1, 3)
    assert run()[0] == 0
