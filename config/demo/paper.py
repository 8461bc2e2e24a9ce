"""Paper of the demo: sign-in sheets as they come back from a session, and certificates from elsewhere."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.papers.sheet import sheet_data
from attendance.selectors.sheet import SheetContents
from learners.models import Learner
from training.core.printing import printable, typeset
from training.core.words import day

SIGNED_SHEET = Path(__file__).with_name("signed_sheet.typ")
CERTIFICATE = Path(__file__).with_name("certificate.typ")
PENS = ("#1f2f7a", "#1a237e", "#22305c", "#202020")

Stroke = dict[str, Any]  # one line of a pen in mm: colour, width, where it starts, and cubic curves from there on


@dataclass(frozen=True)
class Signed:
    """A printed sheet that people signed; walk-ins wrote their names on the free lines."""

    sheet: SheetContents
    walk_ins: Sequence[SessionAttendee]
    printed_at: datetime


def signed_sheet(signed: Signed) -> bytes:
    """Return the PDF of a signed sheet; equal sheets give equal bytes."""
    session = signed.sheet.session
    rng = random.Random(session.reference)
    data = sheet_data(signed.sheet, printed_at=signed.printed_at)
    by_line = {attendee.line: attendee for attendee in (*signed.sheet.attendees, *signed.walk_ins)}
    data["ink"] = [
        {
            "color": rng.choice(PENS),
            "rows": [_ink(rng, by_line.get(row["line"]), is_walk_in=row["walk-in"]) for row in page["rows"]],
            "trainer": signature(str(session.trainer), rng),
            "date": day(session.end_time),
        }
        for page in data["pages"]
    ]
    return typeset(SIGNED_SHEET, data, made_at=signed.printed_at)


def certificate(*, provider: str, course: str, number: str, on: date, holders: list[Learner]) -> bytes:
    """Return the PDF of a certificate for a group."""
    data = {
        "title": f"Certificate {number}",
        "provider": provider,
        "course": course,
        "number": number,
        "date": day(on),
        "holders": [{"name": printable(each.name), "badge": each.badge_id} for each in holders],
        "signature": signature(provider, random.Random(number)),
        "words": {
            "certificate": "Certificate of attendance",
            "text": "was completed and the final test passed by",
            "columns": ["", "Name", "Badge", "Certificate"],
            "signed": "For the training centre",
            "date": "Date of completion",
        },
    }
    return typeset(CERTIFICATE, data, made_at=datetime.combine(on, time(), timezone.get_default_timezone()))


def _ink(rng: random.Random, attendee: SessionAttendee | None, *, is_walk_in: bool) -> dict[str, Any]:
    if attendee is None or not attendee.is_present:
        return {"signature": None, "time": "", "passed": False, "failed": False, "walk-in": ""}
    learner = attendee.learner
    assert attendee.session.start_time is not None  # noqa: S101  # a session that took place
    came = timezone.localtime(attendee.session.start_time) - timedelta(minutes=rng.randint(-4, 14))
    return {
        "signature": signature(f"{learner.name} {learner.badge_id}", rng),
        "time": f"{came:%H:%M}",
        "passed": attendee.has_passed,
        "failed": not attendee.has_passed,
        "walk-in": f"{printable(learner.name)}, {learner.badge_id}" if is_walk_in else "",
    }


def signature(person: str, occasion: random.Random) -> Stroke:
    """Return a signature: in the same hand each time for the same person, but never the same line twice."""
    hand = random.Random(person)

    def point(x: float, y: float) -> list[float]:
        return [round(x + occasion.uniform(-0.25, 0.25), 2), round(y + occasion.uniform(-0.25, 0.25), 2)]

    x, base = hand.uniform(1.5, 4), hand.uniform(5.6, 6.6)
    height, stride = hand.uniform(2.4, 4.2), hand.uniform(1.5, 2.6)
    start = point(x, base)
    # A capital, tall and round; then strokes that shrink, some of which dip below the line; then perhaps a flourish.
    curves = [[point(x - 1, base - height), point(x + 2.4, base - height * 1.25), point(x + 1.2, base)]]
    x += 1.2
    for number in range(hand.randint(4, 10)):
        step = stride * hand.uniform(0.6, 1.3)
        rise = height * hand.uniform(0.15, 0.75) / (1 + number * 0.12)
        dip = hand.uniform(1, 2) if hand.random() < 0.18 else hand.uniform(-0.4, 0.3)
        curves.append([_mirrored(curves[-1]), point(x + step * 0.4, base - rise), point(x + step, base + dip)])
        x += step
    if hand.random() < 0.6:
        left = hand.uniform(2, 8)
        curves.append([point(x + 3, base + 0.2), point(x, base + 2), point((x + left) / 2, base + 1.7)])
        curves.append([_mirrored(curves[-1]), point(left + 2, base + 1), point(left, base + 1.3)])
    return {"pen": hand.choice(PENS), "width": round(hand.uniform(0.22, 0.42), 2), "start": start, "curves": curves}


def _mirrored(curve: list[list[float]]) -> list[float]:
    """Return the control point that lets the next curve go on without a corner."""
    _, (control_x, control_y), (end_x, end_y) = curve
    return [round(2 * end_x - control_x, 2), round(2 * end_y - control_y, 2)]
