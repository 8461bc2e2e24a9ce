"""Where a thing is shown. An app names no page of an app above it; the settings tell both of them (`PAGES`)."""

from django.conf import settings
from django.db.models import Model
from django.urls import reverse


def page_of(model: type[Model], pk: int) -> str:
    """Return the address of the page of a thing.

    Args:
        pk: the key of the thing.
    """
    page, _list = settings.PAGES[model._meta.label]
    return reverse(page, args=[pk])


def list_of(model: type[Model]) -> str:
    """Return the address of the list of all things of a kind."""
    _page, all_of_them = settings.PAGES[model._meta.label]
    return reverse(all_of_them)
