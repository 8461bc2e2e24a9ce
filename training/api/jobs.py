"""Jobs through the API: how far one is, and its result."""

from django.utils import timezone
from ninja import Path, Router

from training.core.api.objects import ApiObject, ApiRequest, Key, Moment, answers
from training.core.permissions import Permission, requires
from training.models import Job
from training.pages.jobs import job_line
from training.services.jobs import own_job

router = Router(by_alias=True)


class ProgressObject(ApiObject):
    """How much of the work is done; `total` is unknown until it has begun."""

    done: int
    total: int | None


class ResultObject(ApiObject):
    """The file that was made; it is downloaded on the page of the job."""

    name: str
    content_type: str
    size: int
    sha256: str
    kept_until: Moment


class JobObject(ApiObject):
    """A job that this login asked for. `failure` is a sentence that may be shown to people."""

    id: int
    kind: str
    title: str
    state: Job.State
    progress: ProgressObject
    failure: str | None
    result: ResultObject | None
    asked_at: Moment
    started_at: Moment | None
    ended_at: Moment | None


def _object(job: Job) -> JobObject:
    line = job_line(job, now=timezone.now())
    result = None
    if line.has_file and job.file_size is not None:
        result = ResultObject(
            name=job.file_name,
            content_type=job.file_type,
            size=job.file_size,
            sha256=job.file_sha256,
            kept_until=line.kept_until,
        )
    return JobObject(
        id=job.pk,
        kind=job.kind,
        title=job.title,
        state=Job.State(job.state),
        progress=ProgressObject(done=job.done, total=job.total),
        failure=job.failure or None,
        result=result,
        asked_at=job.asked_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
    )


@router.get("/{job_id}", response=answers(JobObject), summary="One job of this login")
@requires(*Permission)
def get_job(request: ApiRequest, job_id: Path[Key]) -> JobObject:
    return _object(own_job(job_id=job_id, by=request.user))
