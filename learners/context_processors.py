"""What pages of every layer show of workers: how many practical sign-offs wait, in the top bar."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest

from learners.selectors.learners import pending_sign_offs


def navigation_counts(request: HttpRequest) -> Mapping[str, Mapping[str, Callable[[], int]]]:
    """Return numbers beside entries of the top bar, by URL name; each is counted only where its entry is drawn.

    What is pending stands in an index of its own, so that the count reads nothing else.
    """
    return {"navigation_counts": {"attendance:verify": pending_sign_offs().count}}
