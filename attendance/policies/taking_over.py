"""When a take-over from an old register can be signed (I11), and how its sample is drawn, without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from attendance.models import SampleCheck
from training.core.refusals import Conflict, Invalid

SAMPLE = 80  # records, if nobody says otherwise
MOST_SAMPLED = 2_000


class NotReady(Conflict):
    """Something has to be done before a take-over can be signed (409)."""


class StandsAlready(Conflict):
    """A signed report stands; it is withdrawn before another one is signed (409)."""


class CutOverAhead(Invalid):
    """The cut-over day lies in the future (400)."""


class SizeOutside(Invalid):
    """The size of the sample makes no sense (400)."""


class NoteMissing(Invalid):
    """What is wrong with a record, or where its original was looked for, is not said (400)."""


@dataclass(frozen=True)
class SampleCandidate:
    """A record that a sample can hold, in the random order in which it is drawn."""

    record: int
    course: int
    company: int


def choose_sample(candidates: Sequence[SampleCandidate], *, size: int) -> list[int]:
    """Return the records of a sample: the first of every course, of every company that these leave out, then by order.

    Args:
        candidates: in random order; the first `size` and the first of each course and company are enough.
        size: how many are wanted. Where there are more courses and companies than that, the sample is larger.
    """
    chosen: dict[int, None] = {}
    courses, companies = set[int](), set[int]()
    for each in candidates:
        if each.course not in courses:
            chosen[each.record] = None
            courses.add(each.course)
            companies.add(each.company)
    for each in candidates:
        if each.company not in companies:
            chosen[each.record] = None
            companies.add(each.company)
    for each in candidates:
        if len(chosen) >= size:
            break
        chosen[each.record] = None
    return list(chosen)


def check_size(size: int) -> None:
    """Refuse a sample of no record, or of more than people check.

    Raises:
        SizeOutside: say another number.
    """
    if not 1 <= size <= MOST_SAMPLED:
        text = _("Choose between 1 and %(most)d records.") % {"most": MOST_SAMPLED}
        raise SizeOutside.of_fields({"size": [text]})


def check_note(found: str, note: str) -> None:
    """I11: what is not right says with what.

    Raises:
        NoteMissing: it does not.
    """
    if found != SampleCheck.Found.RIGHT and not note.strip():
        text = _("Say what is wrong, or where the original was looked for.")
        raise NoteMissing.of_fields({"note": [text]})


@dataclass(frozen=True)
class Readiness:
    """What a signature needs.

    Attributes:
        sampled, checked: how many records the latest sample has, and of how many somebody has seen the original.
        has_comparison: whether an old workbook was compared.
        unexplained: how many groups of differences of the latest comparison nobody has explained.
        stands: whether a signed report stands already.
    """

    sampled: int
    checked: int
    has_comparison: bool
    unexplained: int
    stands: bool
    lacks: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        lacks = []
        if not self.has_comparison:
            lacks.append(_("Compare the old workbook with the site first."))
        if self.unexplained:
            lacks.append(
                _("Explain the differences of the latest comparison: %(count)d groups.") % {"count": self.unexplained}
            )
        if not self.sampled:
            lacks.append(_("Draw a sample of the records of the old register."))
        elif self.checked < self.sampled:
            lacks.append(
                _("Check the whole sample: %(checked)d of %(sampled)d records.")
                % {"checked": self.checked, "sampled": self.sampled}
            )
        object.__setattr__(self, "lacks", lacks)


def check_can_sign(ready: Readiness) -> None:
    """I11: a take-over is signed when the workbook is compared, its differences explained and the sample checked.

    Raises:
        StandsAlready, NotReady: the sentence says what is to be done.
    """
    if ready.stands:
        raise StandsAlready(_("A signed report stands. Withdraw it, with a reason, before another one is signed."))
    if ready.lacks:
        raise NotReady(" ".join(ready.lacks))


def check_cut_over(day: date, *, today: date) -> None:
    """Refuse a cut-over day that is still to come: only what has happened is signed.

    Raises:
        CutOverAhead: sign on that day.
    """
    if day > today:
        raise CutOverAhead.of_fields({"cut_over_on": [_("That day is still to come. Sign on the cut-over day.")]})
