"""How a stored answer is shown: the verdict on a worker (L1, C7), and the days left or passed on that day (C5).

Nothing here decides compliance: these are pure functions over what `learners.services.compliance` has stored.
"""

from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from typing import NamedTuple, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.models import ComplianceStatus, Learner
from training.core.kinds import StatusKind
from training.core.words import days_left


class Verdict(TextChoices):
    """May this person work here today?"""

    CLEARED = "CLEARED", gettext_lazy("Cleared")
    NOT_CLEARED = "NOT_CLEARED", gettext_lazy("Not cleared")
    OUT_OF_DATE = "OUT_OF_DATE", gettext_lazy("Out of date")
    BLOCKED = "BLOCKED", gettext_lazy("Blocked")
    NOT_ACTIVE = "NOT_ACTIVE", gettext_lazy("Not active")


KIND_OF_VERDICT = {
    Verdict.CLEARED: StatusKind.OK,
    Verdict.NOT_CLEARED: StatusKind.BAD,
    Verdict.OUT_OF_DATE: StatusKind.BAD,
    Verdict.BLOCKED: StatusKind.BAD,
    Verdict.NOT_ACTIVE: StatusKind.NONE,
}


class Group(TextChoices):
    """The groups of ACTIVE workers by which pages count and filter; the values stand in addresses.

    TO_VERIFY is a group of workers. The number that pages call "to verify" is another one: it counts sign-offs
    (`learners.selectors.learners.sign_offs_owed`), and one worker may wait for several.
    """

    NOT_CLEARED = "not-cleared", gettext_lazy("Not cleared")
    DUE = "due", gettext_lazy("Due")
    EXPIRING = "expiring", gettext_lazy("Expiring")
    TO_VERIFY = "to-verify", gettext_lazy("Sign-off owed")
    CLEARED = "cleared", gettext_lazy("Cleared")

    @property
    def kind(self) -> StatusKind:
        """The status kind with which pages show the group."""
        return {Group.NOT_CLEARED: StatusKind.BAD, Group.TO_VERIFY: StatusKind.WAIT, Group.CLEARED: StatusKind.OK}.get(
            self, StatusKind.WARN
        )

    @property
    def meaning(self) -> str:
        """A sentence that says whom the group holds."""
        return {
            Group.NOT_CLEARED: _("A required training is missing, expired or overdue, or the answer is out of date."),
            Group.DUE: _("Cleared, with a first training that is due."),
            Group.EXPIRING: _("Cleared, with a proof that ends within the warning window."),
            Group.TO_VERIFY: _("A practical sign-off is owed; counted in the other groups as well."),
            Group.CLEARED: _("Nothing that is required is missing, expired or overdue."),
        }[self]


class Judged(Protocol):
    """The facts of a compliance item that decide how it is shown."""

    @property
    def status(self) -> str: ...
    @property
    def expiry_date(self) -> date | None: ...
    @property
    def due_date(self) -> date | None: ...
    @property
    def key_date(self) -> date | None: ...
    @property
    def holds_until(self) -> date | None: ...


class Facts(NamedTuple):
    """A compliance item without its reasons, for pages that show thousands; fields are named like its columns."""

    learner_id: int
    course_id: int
    status: str
    expiry_date: date | None
    due_date: date | None
    key_date: date | None
    holds_until: date | None
    awaiting_verification: bool
    is_from_register: bool


class Standing(NamedTuple):
    """The one word about a worker, or about something else that has a status."""

    kind: StatusKind
    word: str


class Urgency(IntEnum):
    """The order of items in a list, worst first; courses that are not required come last."""

    RED = 0
    DUE = 1
    EXPIRING = 2
    FINE = 3
    NOT_REQUIRED = 4


class ItemStanding(NamedTuple):
    """What a page says about one item.

    Attributes:
        time: the time left or passed, in words.
        order: sorts the worst items first, and of equally bad ones the most pressing first.
    """

    kind: StatusKind
    word: str
    time: str
    order: tuple[Urgency, date]

    @property
    def is_expiring(self) -> bool:
        """Whether the training is valid, and its last day lies in the warning window."""
        return self.order[0] == Urgency.EXPIRING


def is_out_of_date(holds_until: date | None, *, today: date) -> bool:
    """Tell whether a stored answer is past its last day, so that it counts as not cleared (C7)."""
    return holds_until is not None and holds_until < today


def verdict(learner: Learner, *, today: date) -> Verdict:
    """Return the verdict by the stored answer.

    "Blocked" and "Not active" come before anything else (L1). Red comes before "Out of date", which is not cleared
    either (C7).
    """
    if learner.status == Learner.Status.BLACKLISTED:
        return Verdict.BLOCKED
    if learner.status == Learner.Status.INACTIVE:
        return Verdict.NOT_ACTIVE
    if learner.compliance_status == ComplianceStatus.NON_COMPLIANT:
        return Verdict.NOT_CLEARED
    if is_out_of_date(learner.compliance_holds_until, today=today):
        return Verdict.OUT_OF_DATE
    return Verdict.CLEARED


def standing_of_worker(learner: Learner, items: Iterable[ItemStanding], *, is_to_verify: bool, today: date) -> Standing:
    """Return the one word for a row of a list: the verdict, or for a cleared worker the most pressing item.

    Args:
        items: at least all items of the worker that are not simply valid.
        is_to_verify: whether a practical sign-off is owed, which is shown if nothing worse is.
    """
    judged = verdict(learner, today=today)
    if judged is not Verdict.CLEARED:
        return Standing(KIND_OF_VERDICT[judged], str(judged.label))
    yellow = min((item for item in items if item.kind == StatusKind.WARN), key=lambda item: item.order, default=None)
    if yellow is not None:
        return Standing(yellow.kind, yellow.word)
    return Standing(StatusKind.WAIT, _("To verify")) if is_to_verify else Standing(StatusKind.OK, str(judged.label))


def standing_of_item(item: Judged, today: date, warning_days: int) -> ItemStanding:
    """Return what a page says about one item on a day.

    Args:
        warning_days: the length in days of the warning window before an expiry.
    """
    if item.status == ComplianceStatus.NON_COMPLIANT:
        return _red(item, today)
    if is_out_of_date(item.holds_until, today=today):
        assert item.holds_until is not None  # noqa: S101  # is_out_of_date has looked
        return ItemStanding(
            StatusKind.BAD,
            _("Out of date"),
            days_left((item.holds_until - today).days),
            (Urgency.RED, item.holds_until),
        )
    if item.status == ComplianceStatus.PENDING:
        assert item.due_date is not None  # noqa: S101  # only a rule with a grace period leaves an item pending
        return ItemStanding(StatusKind.WARN, _("Due"), _due((item.due_date - today).days), (Urgency.DUE, item.due_date))
    return _green(item, today, warning_days)


def _red(item: Judged, today: date) -> ItemStanding:
    since = item.key_date or date.min
    if item.expiry_date is not None:
        return ItemStanding(
            StatusKind.BAD, _("Expired"), days_left((item.expiry_date - today).days), (Urgency.RED, since)
        )
    if item.due_date is not None:
        late = _("%(days)d d late") % {"days": (today - item.due_date).days}
        return ItemStanding(StatusKind.BAD, _("Overdue"), late, (Urgency.RED, since))
    return ItemStanding(StatusKind.BAD, _("Missing"), _("no record"), (Urgency.RED, since))


def _green(item: Judged, today: date, warning_days: int) -> ItemStanding:
    if item.expiry_date is None:
        return ItemStanding(StatusKind.OK, _("Valid"), _("permanent"), (Urgency.FINE, date.max))
    days = (item.expiry_date - today).days
    if days <= warning_days:
        return ItemStanding(StatusKind.WARN, _("Expiring"), days_left(days), (Urgency.EXPIRING, item.expiry_date))
    return ItemStanding(StatusKind.OK, _("Valid"), days_left(days), (Urgency.FINE, item.expiry_date))


def _due(days: int) -> str:
    return _("due in %(days)d d") % {"days": days} if days > 0 else _("due today")
