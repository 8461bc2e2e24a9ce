"""Jobs done in the process of the test, as the worker does them."""

from training.models import Job
from training.services import job_runs


def run_waiting() -> None:
    """Do every job that waits, in the order in which they were asked for."""
    for key in Job.objects.filter(state=Job.State.WAITING).order_by("pk").values_list("pk", flat=True):
        job_runs.run(key)
