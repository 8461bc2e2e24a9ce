"""The jobs of the person who is logged in: how far they are, stopping one, and their files."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from training.core.permissions import signed_in
from training.core.web.htmx import HtmxRequest
from training.pages.jobs import HAS_JOBS, job_line, job_lines
from training.services.jobs import RunsAlready, ask, cancel, hand_out, own_job


def ask_and_show(request: HtmxRequest, *, kind: str, title: str, query: str) -> HttpResponse:
    """Ask for a job and go to its page. If one of this kind runs already, go to the page of that one and say so.

    Args:
        kind, title, query: as in `ask`.

    Raises:
        NotPermitted: this login may not have it.
    """
    try:
        job = ask(kind=kind, title=title, query=query, by=request.user, now=timezone.now())
    except RunsAlready as refusal:
        messages.warning(request, refusal.message)
        job = refusal.job
    request.session[HAS_JOBS] = True
    return redirect("training:job", job.pk)


@signed_in
@never_cache
@require_safe
def jobs(request: HtmxRequest) -> HttpResponse:
    """List the jobs and files of this login."""
    lines = job_lines(request.user, now=timezone.now())
    if not lines:
        request.session.pop(HAS_JOBS, None)
    return render(request, "training/jobs.html", {"lines": lines})


@signed_in
@never_cache
@require_safe
def job(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show one job."""
    line = job_line(own_job(job_id=pk, by=request.user), now=timezone.now())
    return render(request, "training/job.html", {"line": line})


@signed_in
@never_cache
@require_safe
def job_progress(request: HtmxRequest, pk: int) -> HttpResponse:
    """Give HTMX one job as it is now; without HTMX go to its page, which tells the same.

    The page asks by itself, every two seconds.
    """
    mine = own_job(job_id=pk, by=request.user)
    if not request.htmx:
        return redirect("training:job", pk)
    return render(request, "training/job.html#progress", {"line": job_line(mine, now=timezone.now())})


@signed_in
@require_POST
def job_cancel(request: HtmxRequest, pk: int) -> HttpResponse:
    """Stop a job."""
    cancel(job_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("Cancelled."))
    return redirect("training:job", pk)


@signed_in
@never_cache
@require_safe
def job_file(request: HtmxRequest, pk: int) -> FileResponse:
    """Hand out the file of a job as an attachment, and record the download."""
    if request.method == "HEAD":
        taken = own_job(job_id=pk, by=request.user)
        return FileResponse(as_attachment=True, filename=taken.file_name, content_type=taken.file_type)
    taken, file = hand_out(job_id=pk, by=request.user, now=timezone.now())
    return FileResponse(file, as_attachment=True, filename=taken.file_name, content_type=taken.file_type)
