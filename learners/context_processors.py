"""What pages of every layer show of workers: how many practical sign-offs wait, in the top bar."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest

from learners.selectors.learners import sign_offs_owed


def navigation_counts(request: HttpRequest) -> Mapping[str, Mapping[str, Callable[[], int]]]:
    """Return numbers beside entries of the top bar, by URL name; each is counted only where its entry is drawn."""
    return {"navigation_counts": {"attendance:verify": sign_offs_owed}}
