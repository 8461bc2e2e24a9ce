"""How long a list takes as a file, and how much memory, at 2,000 and at 20,000 workers in one run (X1).

`pytest tests/benchmarks/test_exports.py --long -n0 -s` prints the table of docs/performance.md; without `--long` there
are 200 and 2,000 workers.
"""

import resource
import sys
from time import perf_counter

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from learners.models import Learner
from tests.factories.learners import LearnerFactory
from training.papers.lists import ask_list, list_of_name
from training.services.job_kinds import untold

pytestmark = pytest.mark.django_db

MOST_GROWTH_MB = 40  # of the process, from the short file to the long one
TIMES_AS_MANY = 10
MOST_TIMES_AS_LONG = 30  # a line that grows faster than its rows would be a hundred times as long


def workers(count: int) -> None:
    """Fill the site up to so many workers, with three answers each, one of them bad."""
    one = LearnerFactory() if not Learner.objects.exists() else Learner.objects.order_by("pk").first()
    assert one is not None
    have = Learner.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO learners_learner (created_at, updated_at, created_by_id, updated_by_id, badge_id, first_name,
                last_name, email, phone, status, status_reason, start_date, company_id, role_id, role_assigned_at,
                compliance_status)
            SELECT created_at, updated_at, created_by_id, updated_by_id, 'B-' || n, 'Worker', 'Number ' || n,
                   'worker' || n || '@example.com', '+44 20 ' || n, status, '', start_date, company_id, role_id,
                   role_assigned_at, compliance_status
              FROM learners_learner, generate_series(%s, %s) n WHERE id = %s
            """,
            [have + 1, count, one.pk],
        )
        cursor.execute("ANALYZE learners_learner")
    assert Learner.objects.count() == count


def measured(name: str, ending: str, *, by: User) -> tuple[int, float, float]:
    """Return the bytes of a file, the seconds that it takes, and the most memory of the process so far, in MB."""
    query = QueryDict(f"format={ending}")
    began = perf_counter()
    with ask_list(list_of_name(name), query, by=by, now=timezone.now()).make(tell=untold).file as file:
        seconds = perf_counter() - began
        size = file.seek(0, 2)
    return size, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_x1_memory_does_not_grow_with_the_rows(ending: str, superuser: User, long: bool):
    few = 2_000 if long else 200
    workers(few)
    measured("workers", ending, by=superuser)  # what is loaded once
    found = {}
    for count in (few, few * TIMES_AS_MANY):
        workers(count)
        found[count] = measured("workers", ending, by=superuser)
        size, seconds, resident = found[count]
        sys.stdout.write(
            f"\n{ending} {count:6,} workers {size / 1e6:6.2f} MB {seconds:6.2f} s, "
            f"the process at most {resident:.0f} MB"
        )
    (_size, first, small), (_more, second, large) = found.values()
    assert large - small < MOST_GROWTH_MB
    assert second < MOST_TIMES_AS_LONG * first
