"""Jobs and their files for tests."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tests.factories.training import UserFactory
from training.models import Job, PeriodicRun
from training.services.jobs import keep


class JobFactory(DjangoModelFactory):
    """A job that waits; no worker knows of it."""

    class Meta:
        model = Job

    kind = "pack"
    title = "Audit pack: Active workers"
    asked_by = factory.SubFactory(UserFactory)
    asked_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))


class PeriodicRunFactory(DjangoModelFactory):
    """A good run of the nightly command, a minute ago."""

    class Meta:
        model = PeriodicRun

    kind = "recalculate_compliance"
    started_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))
    seen_at = factory.SelfAttribute("started_at")
    ended_at = factory.SelfAttribute("started_at")
    outcome = PeriodicRun.Outcome.GOOD


def job_with_file(content: bytes = b"PK what was asked for", **fields: Any) -> Job:
    """Return a job that is done, with its file in the place where files wait."""
    job: Job = JobFactory(state=Job.State.CANCELLED, ended_at=timezone.now(), **fields)  # others may be asked for
    job.state = Job.State.DONE
    job.file_key = keep(job=job, name="audit-pack.zip", file=io.BytesIO(content))
    job.file_name, job.file_type, job.file_size = "audit-pack.zip", "application/zip", len(content)
    job.file_sha256 = hashlib.sha256(content).hexdigest()
    job.save()
    return job
