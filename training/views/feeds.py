"""Calendars of trainers and venues: their secret addresses, which are made, renewed and switched off here (X4)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from training.core.permissions import Permission, may, requires
from training.core.web.htmx import HtmxRequest
from training.core.web.trails import Link
from training.models import CalendarFeed, Trainer, Venue
from training.pages.library_places import get_venue
from training.pages.library_trainers import get_trainer
from training.selectors.feeds import open_feed
from training.services.feeds import check_may_offer, end_feed, renew_feed

FEED_URL = "calendar_feed"  # its view stands in config, where guessing is slowed


@requires(Permission.OFFER_CALENDAR)
@never_cache
@require_safe
def calendar(request: HtmxRequest) -> HttpResponse:
    """Show a trainer the own calendar; others are led to the trainers of the library, each of whom has one."""
    trainer = Trainer.objects.filter(user=request.user).first()
    if trainer is None:
        return redirect("training:trainers" if may(request.user, Permission.READ_SITE) else settings.LOGIN_REDIRECT_URL)
    return render(request, "training/calendar.html", {"owner": trainer, "feed": open_feed(trainer_id=trainer.pk)})


@requires(Permission.OFFER_CALENDAR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trainer_feed_renew(request: HtmxRequest, pk: int) -> HttpResponse:
    """Make the address of a trainer's calendar, after a question if there is one already; it is shown once."""
    trainer = get_trainer(pk)
    return _renew(request, trainer, open_feed(trainer_id=pk))


@requires(Permission.OFFER_CALENDAR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trainer_feed_end(request: HtmxRequest, pk: int) -> HttpResponse:
    """Switch the address of a trainer's calendar off, after a question."""
    trainer = get_trainer(pk)
    return _switch_off(request, trainer)


@requires(Permission.OFFER_CALENDAR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def venue_feed_renew(request: HtmxRequest, pk: int) -> HttpResponse:
    """Make the address of a venue's calendar, after a question if there is one already; it is shown once."""
    venue = get_venue(pk)
    return _renew(request, venue, open_feed(venue_id=pk))


@requires(Permission.OFFER_CALENDAR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def venue_feed_end(request: HtmxRequest, pk: int) -> HttpResponse:
    """Switch the address of a venue's calendar off, after a question."""
    venue = get_venue(pk)
    return _switch_off(request, venue)


def _renew(request: HtmxRequest, owner: Trainer | Venue, feed: CalendarFeed | None) -> HttpResponse:
    check_may_offer(owner, request.user)
    context: dict[str, Any] = {"owner": owner, "feed": feed, "back": _page_of(owner, request)}
    if request.method == "POST":
        # Answered with a page, and never to HTMX: the answers to HTMX, and messages, are kept for a while.
        made, secret = renew_feed(owner=owner, by=request.user, now=timezone.now())
        address = request.build_absolute_uri(reverse(FEED_URL, query={"key": secret}))
        context |= {"feed": made, "address": address}
    return render(request, "training/feed_renew.html", context)


def _switch_off(request: HtmxRequest, owner: Trainer | Venue) -> HttpResponse:
    check_may_offer(owner, request.user)
    back = _page_of(owner, request)
    if request.method != "POST":
        return render(request, "training/feed_end.html", {"owner": owner, "back": back})
    if end_feed(owner=owner, by=request.user, now=timezone.now()):
        messages.success(request, _("The address of the calendar is switched off."))
    return redirect(back.url)


def _page_of(owner: Trainer | Venue, request: HtmxRequest) -> Link:
    """Return the link to the page that offers the calendar: trainers see their own only."""
    if not may(request.user, Permission.READ_SITE):
        return Link(_("Calendar"), reverse("training:calendar"))
    name = "training:trainer" if isinstance(owner, Trainer) else "training:venue"
    return Link(str(owner), reverse(name, args=[owner.pk]))
