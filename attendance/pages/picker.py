"""The picker beside a session's list: candidates, groups, and the workers whom its one button adds (P1 to P4)."""

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
    CandidateGroup,
    Wanted,
    candidates,
    group_counts,
)
from training.models import Session


@dataclass(frozen=True)
class Filter:
    """One entry of the strip: everybody, or one group with its number of candidates, and the query that shows it."""

    group: CandidateGroup | None
    count: str
    query: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Picker:
    """The picker as the page shows it.

    Attributes:
        counts: candidates by group, counted up to `COUNTED_TO`; None for people who see nobody before they search.
        bulk_group: the group that the one button adds: the chosen group, or red.
        bulk: the workers that the button adds, at most as many as there are seats left.
        seats_left: free seats of the venue; None while there is no venue.
        next_limit: how many rows "load more" shows; None if all are shown, or as many as one page can show.
        is_searching: whether the text is long enough to search for.
    """

    wanted: Wanted
    candidates: list[Candidate]
    counts: dict[CandidateGroup, int] | None
    bulk_group: CandidateGroup
    bulk: list[int]
    seats_left: int | None
    next_limit: int | None
    is_searching: bool

    @property
    def fills_room(self) -> bool:
        """Whether the one button would take the last seats."""
        return self.seats_left is not None and len(self.bulk) == self.seats_left

    @property
    def is_full(self) -> bool:
        """Whether no seat is left. Single workers can be added all the same (S7)."""
        return self.seats_left == 0

    @property
    def filters(self) -> list[Filter]:
        """The entries of the strip. A group in which the counting stopped is shown with a plus."""
        strip: list[tuple[CandidateGroup | None, str]] = [(None, "")]
        for group, count in (self.counts or {}).items():
            strip.append((group, f"{count - 1}+" if count == COUNTED_TO else str(count)))
        return [
            Filter(group, words, self.wanted.query(group=group, limit=PAGE_SIZE), is_current=group == self.wanted.group)
            for group, words in strip
        ]

    @property
    def more(self) -> str:
        """The query of "load more"; empty if there is nothing more to load."""
        return self.wanted.query(limit=self.next_limit) if self.next_limit else ""


def picker(
    session: Session, wanted: Wanted, *, listed: int, offers_list: bool, now: dt.datetime, warning_days: int
) -> Picker:
    """Return the picker of a session.

    Args:
        session: the session of the list.
        wanted: which candidates, and how many at most.
        listed: how many workers are on its list.
        offers_list: whether the most urgent workers are shown without a search (P1). Only people who may read the whole
            site get them; others find workers by name or badge.
        now: the present moment.
        warning_days: how many days before an expiry the warning begins.
    """
    is_searching = len(wanted.search.strip()) >= SHORTEST_SEARCH
    found, counts = [], None
    if offers_list or is_searching:
        found = candidates(session, wanted, now=now, warning_days=warning_days)
    if offers_list:
        counts = _counts(session, wanted, found, today=timezone.localdate(now), warning_days=warning_days)
    bulk_group = wanted.group or CandidateGroup.RED
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
) -> dict[CandidateGroup, int]:
    """Return `group_counts`. A group whose candidates are all on the page is not counted by a query again."""
    shown = Counter(candidate.group for candidate in found)
    counts = {group: shown[group] for group in COUNTED if group in _complete(wanted, found)}
    others = [group for group in COUNTED if group not in counts]
    if others:
        counts |= group_counts(session, search=wanted.search, today=today, warning_days=warning_days, groups=others)
    return {group: counts[group] for group in COUNTED}


def _complete(wanted: Wanted, found: Collection[Candidate]) -> Collection[CandidateGroup]:
    """Return the groups whose candidates are all on the page."""
    groups = list(CandidateGroup) if wanted.group is None else [wanted.group]
    last = max((candidate.group for candidate in found), key=groups.index, default=None)
    return groups if len(found) < wanted.limit or last is None else groups[: groups.index(last)]
