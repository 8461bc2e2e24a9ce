"""Venues: the list, one venue with what is booked there, new, edit, and whether it is in use."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from training.core.permissions import Permission, requires
from training.core.web.answers import answer, go
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link
from training.forms.library import VenueForm
from training.models import Venue
from training.pages.library_lists import coming_sessions, count_by_use
from training.pages.library_places import get_venue
from training.pages.library_trail import of_venue
from training.papers.library_lists import VENUE_SORTS, venues_asked_for
from training.selectors.feeds import open_feed
from training.services.venues import VenueFacts, create_venue, edit_venue
from training.views.library.frames import FORM, ListPage, filtered, first_of, library_log

FIELDS = "training/library/venue.html#fields"
VENUES = ListPage(
    name="venues",
    table="training/library/venues.html",
    heading=gettext_lazy("Venues"),
    searches=gettext_lazy("Name or location"),
    nothing=gettext_lazy("No venues here."),
    new=gettext_lazy("New venue"),
    new_at="training:venue_new",
)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def venues(request: HtmxRequest) -> HttpResponse:
    """List the venues with how much is booked there."""
    asked = venues_asked_for(request.GET, now=timezone.now())
    return filtered(request, VENUES, asked, counts=count_by_use(asked.found), columns=VENUE_SORTS)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def venue(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a venue and what is booked there."""
    venue = get_venue(pk)
    bookings = first_of(coming_sessions(venue_id=pk, now=timezone.now()))
    return render(request, "training/library/venue.html", {"venue": venue, "feed": open_feed(venue_id=pk), **bookings})


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def venue_new(request: HtmxRequest) -> HttpResponse:
    """Add a venue."""
    form = VenueForm(posted(request))
    if form.is_valid():
        with form.refusing():
            made = create_venue(facts=form.facts(), by=request.user, confirmed=form.confirmed)
            messages.success(request, _("%(name)s is added.") % {"name": made})
            return go(request, "training:venue", made.pk)
    heading, back = _("New venue"), Link(_("Venues"), reverse("training:venues"))
    return answer(request, FORM, part="form", form=form, fields=FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def venue_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change the details of a venue."""
    venue = get_venue(pk)
    heading, back = _("Edit %(name)s") % {"name": venue}, _page_of(venue)  # before the form changes the name
    form = VenueForm(posted(request), instance=venue)
    if form.is_valid():
        with form.refusing():
            edit_venue(
                venue_id=pk,
                facts=form.facts(),
                by=request.user,
                loaded=loaded_by(form),
                confirmed=form.confirmed,
            )
            messages.success(request, _("Saved."))
            return go(request, "training:venue", pk)
    return answer(request, FORM, part="form", form=form, fields=FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@require_POST
def venue_deactivate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Stop offering a venue; what is booked there stays."""
    venue = edit_venue(venue_id=pk, facts=VenueFacts(is_active=False), by=request.user)
    messages.success(
        request, _("%(name)s can no longer be chosen. What is already booked there stays.") % {"name": venue}
    )
    return go(request, "training:venue", pk)


@requires(Permission.KEEP_LIBRARY)
@require_POST
def venue_activate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Offer a venue again."""
    venue = edit_venue(venue_id=pk, facts=VenueFacts(is_active=True), by=request.user)
    messages.success(request, _("%(name)s can be chosen again.") % {"name": venue})
    return go(request, "training:venue", pk)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def venue_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a venue."""
    venue = get_venue(pk)
    return library_log(request, of_venue(venue), kind="venue", pk=pk, of=_page_of(venue))


def _page_of(venue: Venue) -> Link:
    return Link(str(venue), reverse("training:venue", args=[venue.pk]))
