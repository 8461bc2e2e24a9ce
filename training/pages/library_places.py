"""Venues and companies as the library shows them."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from training.core.refusals import check_found
from training.models import Company, Session, TrainingClass, Venue
from training.selectors.sessions import Shown, in_state


def venues_with_bookings(venues: QuerySet[Venue], *, now: datetime) -> QuerySet[Venue]:
    """Return `venues` by name, each with `coming`, the number of its scheduled sessions that have not ended."""
    ahead = Q(sessions__in=Session.objects.filter(in_state(Shown.COMING, now=now)))
    return venues.annotate(coming=Count("sessions", filter=ahead)).order_by("name", "pk")


def get_venue(pk: int) -> Venue:
    """Return a venue.

    Raises:
        NotFound: there is no such venue.
    """
    return check_found(Venue.objects.filter(pk=pk).first(), _("There is no such venue."))


def companies_with_use(companies: QuerySet[Company]) -> QuerySet[Company]:
    """Return `companies` by name, each with `trainer_count` (those in use) and `class_count` (active ones)."""
    return companies.annotate(
        trainer_count=Count("trainers", filter=Q(trainers__is_active=True), distinct=True),
        class_count=Count("classes", filter=Q(classes__status=TrainingClass.Status.ACTIVE), distinct=True),
    ).order_by("name")


def get_company(pk: int) -> Company:
    """Return a company, as `companies_with_use` does.

    Raises:
        NotFound: there is no such company.
    """
    return check_found(companies_with_use(Company.objects.filter(pk=pk)).first(), _("There is no such company."))


def classes_of(company: Company) -> QuerySet[TrainingClass]:
    """Return the classes that are delivered to a company, the latest first, with their course."""
    return company.classes.select_related("course").order_by("-start_date", "-pk")
