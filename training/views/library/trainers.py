"""Trainers and what they may teach: the list, one trainer, new, edit, whether one is in use, and qualifications."""

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from training.core.permissions import Permission, requires
from training.core.web.answers import answer, go
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link
from training.forms.library import QualificationForm, TrainerForm
from training.models import Session, Trainer
from training.pages.library_lists import count_by_use
from training.pages.library_trail import of_trainer
from training.pages.library_trainers import (
    bookings_of,
    get_qualification,
    get_trainer,
    qualification_lines,
    relying_on,
    trainer_lines,
    unqualified_for,
)
from training.papers.library_lists import TRAINER_SORTS, trainers_asked_for
from training.selectors.feeds import open_feed
from training.services.trainers import (
    TrainerFacts,
    create_qualification,
    create_trainer,
    edit_qualification,
    edit_trainer,
    remove_qualification,
)
from training.views.library.frames import FORM, QUESTION, ListPage, filtered, first_of, library_log

FIELDS = "training/library/trainer.html#fields"
QUALIFICATION_FIELDS = "training/library/qualification.html#fields"
TRAINERS = ListPage(
    name="trainers",
    table="training/library/trainers.html",
    heading=gettext_lazy("Trainers"),
    searches=gettext_lazy("Name or company"),
    nothing=gettext_lazy("No trainers here."),
    new=gettext_lazy("New trainer"),
    new_at="training:trainer_new",
)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def trainers(request: HtmxRequest) -> HttpResponse:
    """List the trainers with the courses they may teach and their load in this week (S6)."""
    asked = trainers_asked_for(request.GET)
    counts, lines = count_by_use(asked.found), partial(trainer_lines, today=timezone.localdate())
    return filtered(request, TRAINERS, asked, counts=counts, columns=TRAINER_SORTS, lines=lines)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def trainer(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a trainer: qualifications, load, and booked sessions."""
    trainer, today = get_trainer(pk), timezone.localdate()
    bookings = bookings_of(trainer, now=timezone.now())
    context = {
        "trainer": trainer,
        "qualifications": qualification_lines(
            trainer, coming=bookings, today=today, warning_days=settings.EXPIRY_WARNING_DAYS
        ),
        "unqualified": unqualified_for(trainer, bookings),
        "line": trainer_lines([trainer], today=today)[0],
        "feed": open_feed(trainer_id=pk),
        **first_of(bookings),
    }
    return render(request, "training/library/trainer.html", context)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trainer_new(request: HtmxRequest) -> HttpResponse:
    """Add a trainer."""
    form = TrainerForm(posted(request))
    if form.is_valid():
        with form.refusing():
            made = create_trainer(facts=form.facts(), by=request.user, confirmed=form.confirmed)
            messages.success(request, _("%(name)s is added. Add what the trainer may teach.") % {"name": made})
            return go(request, "training:trainer", made.pk)
    heading, back = _("New trainer"), Link(_("Trainers"), reverse("training:trainers"))
    return answer(request, FORM, part="form", form=form, fields=FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trainer_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change the details of a trainer."""
    trainer = get_trainer(pk)
    heading, back = _("Edit %(name)s") % {"name": trainer}, _page_of(trainer)  # before the form changes the name
    form = TrainerForm(posted(request), instance=trainer)
    if form.is_valid():
        with form.refusing():
            edit_trainer(
                trainer_id=pk,
                facts=form.facts(),
                by=request.user,
                loaded=loaded_by(form),
                confirmed=form.confirmed,
            )
            messages.success(request, _("Saved."))
            return go(request, "training:trainer", pk)
    return answer(request, FORM, part="form", form=form, fields=FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@require_POST
def trainer_deactivate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Stop offering a trainer. Booked sessions stay, and the answer names them."""
    trainer = edit_trainer(trainer_id=pk, facts=TrainerFacts(is_active=False), by=request.user)
    messages.success(request, _("%(name)s can no longer be chosen.") % {"name": trainer})
    _warn_of(request, bookings_of(trainer, now=timezone.now()))
    return go(request, "training:trainer", pk)


@requires(Permission.KEEP_LIBRARY)
@require_POST
def trainer_activate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Offer a trainer again."""
    trainer = edit_trainer(trainer_id=pk, facts=TrainerFacts(is_active=True), by=request.user)
    messages.success(request, _("%(name)s can be chosen again.") % {"name": trainer})
    return go(request, "training:trainer", pk)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def trainer_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a trainer and their qualifications."""
    trainer = get_trainer(pk)
    return library_log(request, of_trainer(trainer), kind="trainer", pk=pk, of=_page_of(trainer))


# Qualifications


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trainer_qualification_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Add a qualification: the trainer may teach one more course."""
    trainer = get_trainer(pk)
    form = QualificationForm(posted(request), trainer=trainer)
    if form.is_valid():
        with form.refusing():
            create_qualification(
                trainer_id=pk, course_id=form.cleaned_data["course"], facts=form.facts(), by=request.user
            )
            messages.success(request, _("The qualification is added."))
            return go(request, "training:trainer", pk)
    heading, back = _("New qualification of %(name)s") % {"name": trainer}, _page_of(trainer)
    return answer(request, FORM, part="form", form=form, fields=QUALIFICATION_FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def qualification_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change the certificate number and the days of a qualification; name the sessions that it no longer covers."""
    qualification = get_qualification(pk)
    trainer = qualification.trainer
    form = QualificationForm(posted(request), instance=qualification)
    if form.is_valid():
        with form.refusing():
            edit_qualification(qualification_id=pk, facts=form.facts(), by=request.user, loaded=loaded_by(form))
            messages.success(request, _("Saved."))
            _warn_of(request, unqualified_for(trainer, bookings_of(trainer, now=timezone.now())))
            return go(request, "training:trainer", trainer.pk)
    heading = _("Qualification of %(name)s for %(code)s") % {"name": trainer, "code": qualification.course}
    back = _page_of(trainer)
    return answer(request, FORM, part="form", form=form, fields=QUALIFICATION_FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def qualification_remove(request: HtmxRequest, pk: int) -> HttpResponse:
    """Name the sessions that rely on a qualification, and remove it."""
    qualification = get_qualification(pk)
    trainer = qualification.trainer
    relying = relying_on(qualification, bookings_of(trainer, now=timezone.now()))
    if request.method == "POST":
        remove_qualification(qualification_id=pk, by=request.user)
        messages.success(request, _("The qualification is removed."))
        _warn_of(request, relying)
        return go(request, "training:trainer", trainer.pk)
    return answer(
        request,
        QUESTION,
        part="dialog",
        words="training/library/qualification.html#remove",
        heading=_("Remove %(code)s from %(name)s") % {"code": qualification.course, "name": trainer},
        back=_page_of(trainer),
        qualification=qualification,
        relying=relying,
    )


def _page_of(trainer: Trainer) -> Link:
    return Link(str(trainer), reverse("training:trainer", args=[trainer.pk]))


def _warn_of(request: HtmxRequest, sessions: Sequence[Session]) -> None:
    """Warn about the sessions that stay booked with this trainer all the same."""
    if sessions:
        text = ngettext(
            "%(count)d session stays booked with this trainer: %(names)s. Choose another trainer there if needed.",
            "%(count)d sessions stay booked with this trainer: %(names)s. Choose another trainer there if needed.",
            len(sessions),
        )
        names = ", ".join(session.reference for session in sessions)
        messages.warning(request, text % {"count": len(sessions), "names": names})
