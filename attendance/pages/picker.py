"""The picker beside a session's list: whom it shows, the groups above, and whom its one button adds (P1 to P4)."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from attendance.pages.candidates import (
    COUNTED,
    COUNTED_TO,
    LONGEST_PAGE,
    PAGE_SIZE,
    SHORTEST_SEARCH,
    Candidate,
    Group,
    Wanted,
    candidates,
    group_counts,
)
from training.models import Session


@dataclass(frozen=True)
class Filter:
    """One entry of the strip: everybody, or one group with how many it has, and the query that shows it."""

    group: Group | None
    count: str
    query: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Picker:
    """The picker as the page shows it.

    Attributes:
        counts: candidates by group, up to `COUNTED_TO`; None for whoever is offered nobody without a search.
        bulk_group: what the one button adds, red unless one group is shown, and `bulk`: these workers, at most as many
            as the room still holds.
        seats_left: how many the room still holds; None while there is no venue.
        next_limit: how many "load more" shows; None where these are all, or as many as one page shows.
        is_searching: there is enough text to search for.
    """

    wanted: Wanted
    candidates: list[Candidate]
    counts: dict[Group, int] | None
    bulk_group: Group
    bulk: list[int]
    seats_left: int | None
    next_limit: int | None
    is_searching: bool

    @property
    def fills_room(self) -> bool:
        """Whether the one button takes the last seats."""
        return self.seats_left is not None and len(self.bulk) == self.seats_left

    @property
    def is_full(self) -> bool:
        """Whether the room holds nobody more. Single workers can be added all the same (S7)."""
        return self.seats_left == 0

    @property
    def filters(self) -> list[Filter]:
        """The strip; a group counted to the end of counting is shown with a plus."""
        strip: list[tuple[Group | None, str]] = [(None, "")]
        for group, count in (self.counts or {}).items():
            strip.append((group, f"{count - 1}+" if count == COUNTED_TO else str(count)))
        return [
            Filter(group, words, self.wanted.query(group=group, limit=PAGE_SIZE), is_current=group == self.wanted.group)
            for group, words in strip
        ]

    @property
    def more(self) -> str:
        """The query of "load more"; empty where there is no more."""
        return self.wanted.query(limit=self.next_limit) if self.next_limit else ""


def picker(
    session: Session, wanted: Wanted, *, listed: int, offers_list: bool, now: dt.datetime, warning_days: int
) -> Picker:
    """Return the picker of a session.

    Args:
        listed: how many are on its list.
        offers_list: whoever may read the site is offered the most urgent (P1); others find people by name or badge.
    """
    is_searching = len(wanted.search.strip()) >= SHORTEST_SEARCH
    found, counts = [], None
    if offers_list or is_searching:
        found = candidates(session, wanted, now=now, warning_days=warning_days)
    if offers_list:
        counts = _counts(session, wanted, found, today=timezone.localdate(now), warning_days=warning_days)
    bulk_group = wanted.group or Group.RED
    bulk = [candidate.learner.pk for candidate in found if offers_list and candidate.group is bulk_group]
    seats_left = max(session.venue.capacity - listed, 0) if session.venue else None
    has_more = len(found) == wanted.limit < LONGEST_PAGE
    return Picker(
        wanted=wanted,
        candidates=found,
        counts=counts,
        bulk_group=bulk_group,
        bulk=bulk[:seats_left],
        seats_left=seats_left,
        next_limit=min(wanted.limit + PAGE_SIZE, LONGEST_PAGE) if has_more else None,
        is_searching=is_searching,
    )


def _counts(
    session: Session, wanted: Wanted, found: Collection[Candidate], *, today: dt.date, warning_days: int
) -> dict[Group, int]:
    """Return `group_counts`; a group that ends before the page does was counted by finding it."""
    shown = Counter(candidate.group for candidate in found)
    counts = {group: shown[group] for group in COUNTED if group in _complete(wanted, found)}
    others = [group for group in COUNTED if group not in counts]
    if others:
        counts |= group_counts(session, search=wanted.search, today=today, warning_days=warning_days, groups=others)
    return {group: counts[group] for group in COUNTED}


def _complete(wanted: Wanted, found: Collection[Candidate]) -> Collection[Group]:
    """Return the groups of which nobody is missing from the page."""
    groups = list(Group) if wanted.group is None else [wanted.group]
    last = max((candidate.group for candidate in found), key=groups.index, default=None)
    return groups if len(found) < wanted.limit or last is None else groups[: groups.index(last)]
