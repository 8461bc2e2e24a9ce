"""A worker as `manage.py run_jobs` is, which knows one more kind: `slow`, of so many steps of a tenth of a second.

python -m tests.faults.slow_jobs DATABASE
"""

import io
import sys
import time

import django
from django.conf import settings
from django.core.management import call_command
from django.http import QueryDict

if __name__ == "__main__":
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()

from django.contrib.auth.models import User  # once the apps are there

from training.services.job_kinds import JobKind, Product, Tell, declare

STEP_SECONDS = 0.1


def make(query: QueryDict, *, by: User, now: object, tell: Tell) -> Product:
    steps = int(str(query["steps"]))
    for step in range(steps):
        tell(step, steps)
        time.sleep(STEP_SECONDS)
    return Product(name="slow.txt", content_type="text/plain", file=io.BytesIO(f"{steps} steps".encode()))


def declare_slow() -> None:
    declare(JobKind("slow", "Slow", lambda user: None, make))


if __name__ == "__main__":
    declare_slow()
    call_command("run_jobs", without_periodic=True)
