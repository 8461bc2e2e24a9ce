"""The one task of procrastinate. It carries the key of a job and nothing else, so its log holds no personal data."""

from django.db import InterfaceError, OperationalError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, JobAborted

from training.papers import library_lists  # noqa: F401  # declares its kinds of jobs
from training.services import job_runs
from training.services.jobs import QUEUE, TASK

AGAIN_AFTER_SECONDS = 2


@app.task(
    name=TASK,
    queue=QUEUE,
    pass_context=True,
    retry=RetryStrategy(
        max_attempts=10,
        wait=AGAIN_AFTER_SECONDS,
        retry_exceptions={OperationalError, InterfaceError, ConnectorException, JobAborted},
    ),
)
def run_job(context: JobContext, *, job: int) -> None:
    """Do a job. If the worker is told to stop, it hands the job back; if the database goes away, it begins again."""

    def check_stays() -> None:
        if context.should_abort():
            raise JobAborted

    try:
        job_runs.run(job, check_stays=check_stays)
    except JobAborted:
        job_runs.hand_back(job)
        raise
