"""The secret addresses of calendars: making a new one, which ends the old one, and switching it off (X4)."""

import secrets
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, check_found
from training.core.transactions import acting
from training.models import CalendarFeed, Trainer, Venue
from training.selectors.feeds import digest_of

SECRET_BYTES = 32


class NotInUse(Conflict):
    """The trainer or the venue is not in use, so that its calendar would be dead from the start (409)."""


def renew_feed(*, owner: Trainer | Venue, by: User, now: datetime) -> tuple[CalendarFeed, str]:
    """Make a new secret address for the calendar of a trainer or a venue. The one before is dead from then on.

    Returns:
        the address, and its secret, which is kept nowhere.

    Raises:
        NotPermitted: neither a supervisor nor the trainer.
        NotFound: it is not there any more.
        NotInUse: it is not in use.
    """
    check_may_offer(owner, by)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with acting(by):
        if not _locked(owner).is_active:
            raise NotInUse(_("%(name)s is not in use. Activate it first.") % {"name": owner})
        _end(owner, by=by, now=now)
        feed = CalendarFeed.objects.create(
            trainer=owner if isinstance(owner, Trainer) else None,
            venue=owner if isinstance(owner, Venue) else None,
            digest=digest_of(secret),
            created_at=now,
            created_by=by,
        )
    return feed, secret


def end_feed(*, owner: Trainer | Venue, by: User, now: datetime) -> bool:
    """Switch the address of a calendar off, and tell whether there was one.

    Raises:
        NotPermitted, NotFound: as `renew_feed`.
    """
    check_may_offer(owner, by)
    with acting(by):
        _locked(owner)
        return _end(owner, by=by, now=now)


def check_may_offer(owner: Trainer | Venue, by: User) -> None:
    """Refuse whoever may not make the address of this calendar: a trainer makes the own one only.

    Raises:
        NotPermitted: the table does not grant it.
    """
    check_may(by, Permission.OFFER_CALENDAR, owner if isinstance(owner, Trainer) else None)


def _locked(owner: Trainer | Venue) -> Trainer | Venue:
    """Lock the row of the owner, so that two who renew at once end up with one address."""
    gone = _("It is not there any more.")
    if isinstance(owner, Trainer):
        return check_found(Trainer.objects.select_for_update(no_key=True).filter(pk=owner.pk).first(), gone)
    return check_found(Venue.objects.select_for_update(no_key=True).filter(pk=owner.pk).first(), gone)


def _end(owner: Trainer | Venue, *, by: User, now: datetime) -> bool:
    return bool(owner.feeds.filter(ended_at=None).update(ended_at=now, ended_by=by))
