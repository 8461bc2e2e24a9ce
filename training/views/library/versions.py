"""Versions of a course: write a new draft, edit, publish, archive, delete."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from training.core.permissions import Permission, requires
from training.core.refusals import NotFound
from training.core.web.answers import answer, go
from training.core.web.forms import loaded_by, loaded_in, remember
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link
from training.forms.library import VersionForm, initial_of
from training.models import Course, CourseVersion
from training.pages.library_courses import get_course, get_version, planned_with, publication
from training.policies.courses import check_can_archive, check_can_delete, check_can_edit, check_can_publish
from training.services.courses import (
    archive_version,
    create_version,
    delete_draft_version,
    edit_draft_version,
    publish_version,
)
from training.views.library.frames import FORM, QUESTION

FIELDS = "training/library/version.html#fields"


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def course_version_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Write the draft of the next version of a course; the form starts from the newest version."""
    course = get_course(pk)
    if course.deleted_at is not None:
        raise NotFound(_("This course was deleted, so it gets no new version."))
    newest = next(iter(course.versions.all()), None)
    initial = {**initial_of(newest), "change_log": ""} if newest is not None else {}
    form = VersionForm(posted(request), initial=initial, course=course)
    if form.is_valid():
        with form.refusing():
            version = create_version(
                course_id=pk,
                syllabus=form.syllabus(),
                prerequisites=form.cleaned_data["prerequisites"],
                by=request.user,
                now=timezone.now(),
            )
            words = {"number": version.number}
            messages.success(
                request, _("Version %(number)d is a draft. Nothing changes until it is published.") % words
            )
            return go(request, "training:course", pk)
    heading, back = _("New version of %(code)s") % {"code": course}, _page_of(course)
    return answer(request, FORM, part="form", form=form, fields=FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def version_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    version = get_version(pk)
    check_can_edit(version)
    form = VersionForm(posted(request), initial=initial_of(version), course=version.course)
    remember(form, version)
    if form.is_valid():
        with form.refusing():
            edit_draft_version(
                version_id=pk,
                syllabus=form.syllabus(),
                prerequisites=form.cleaned_data["prerequisites"],
                by=request.user,
                now=timezone.now(),
                loaded=loaded_by(form),
            )
            messages.success(request, _("The draft is saved."))
            return go(request, "training:course", version.course_id)
    heading, back = _("Edit version %(number)d of %(code)s") % _words(version), _page_of(version.course)
    return answer(request, FORM, part="form", form=form, fields=FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def version_publish(request: HtmxRequest, pk: int) -> HttpResponse:
    """Say what will change and what will stay, ask for confirmation, and publish a draft (S12)."""
    version = get_version(pk)
    check_can_publish(version)
    if request.method == "POST":
        publish_version(version_id=pk, by=request.user, now=timezone.now(), loaded=loaded_in(request.POST))
        messages.success(request, _("Version %(number)d of %(code)s is published.") % _words(version))
        return go(request, "training:course", version.course_id)
    return answer(
        request,
        QUESTION,
        part="dialog",
        words="training/library/version.html#publish",
        heading=_("Publish version %(number)d of %(code)s") % _words(version),
        back=_page_of(version.course),
        version=version,
        publication=publication(version),
    )


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def version_archive(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and archive the published version."""
    version = get_version(pk)
    check_can_archive(version)
    if request.method == "POST":
        archive_version(version_id=pk, by=request.user, now=timezone.now())
        messages.success(request, _("Version %(number)d of %(code)s is archived.") % _words(version))
        return go(request, "training:course", version.course_id)
    return answer(
        request,
        QUESTION,
        part="dialog",
        words="training/library/version.html#archive",
        heading=_("Archive version %(number)d of %(code)s") % _words(version),
        back=_page_of(version.course),
        planned=planned_with(version),
    )


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def version_delete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and delete a draft for good."""
    version = get_version(pk)
    check_can_delete(version)
    if request.method == "POST":
        delete_draft_version(version_id=pk, by=request.user)
        messages.success(request, _("The draft of version %(number)d is deleted.") % _words(version))
        return go(request, "training:course", version.course_id)
    heading, back = _("Delete the draft of version %(number)d of %(code)s") % _words(version), _page_of(version.course)
    words = "training/library/version.html#delete"
    return answer(request, QUESTION, part="dialog", words=words, heading=heading, back=back)


def _page_of(course: Course) -> Link:
    return Link(course.code, reverse("training:course", args=[course.pk]))


def _words(version: CourseVersion) -> dict[str, object]:
    return {"number": version.number, "code": version.course}
