"""Changes with a preview: a page first shows whose answer would change, and saves when somebody agrees to that (C6)."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from learners.pages.outcomes import ToldOutcome, told
from learners.services.preview import Change, OutcomeDiffers, carry_out, try_out
from training.core.refusals import Conflict

MOST_NAMED = 50


@dataclass(frozen=True)
class PreviewStep:
    """How far a change has come: `outcome` is what it did if `is_saved`, else what it would do.

    `notice` says that by now it would do something else than the person saw; empty otherwise.
    """

    outcome: ToldOutcome
    is_saved: bool = False
    notice: str = ""


def preview_or_save(request: HttpRequest, change: Change, *, today: date) -> PreviewStep:
    """Preview a change; on the button of the preview save it, or preview it again if it would do something else by now.

    The preview sends back in `seen` what it has shown. `action` is the button: "save", or "all" to name everybody.
    """
    action, seen = request.POST.get("action"), request.POST.get("seen")
    most = None if action == "all" else MOST_NAMED
    if action != "save" or not seen:
        return PreviewStep(told(try_out(change, today=today), most=most))
    return save_if_seen(change, seen=seen, today=today)


def save_if_seen(change: Change, *, seen: str, today: date) -> PreviewStep:
    """Save a change if it does exactly what was seen; else save nothing and show what it would do now."""
    try:
        outcome = carry_out(change, seen=seen, today=today)
    except OutcomeDiffers as refusal:
        return PreviewStep(told(refusal.outcome, most=MOST_NAMED), notice=refusal.message)
    return PreviewStep(told(outcome, most=0), is_saved=True)


def status_of(step: PreviewStep | None) -> int | None:
    """Return 409 if a change would do something else than was seen; None if the status is that of the form."""
    return Conflict.status if step is not None and step.notice else None


def words_of(outcome: ToldOutcome) -> str:
    """Return in a sentence how many answers a saved change turned red, yellow and green."""
    red, yellow, green = (count for _status, count in outcome.counts)
    if not red + yellow + green:
        return _("Nobody turned red, yellow or green.")
    return _("Turned red: %(red)d, yellow: %(yellow)d, green: %(green)d.") % {
        "red": red,
        "yellow": yellow,
        "green": green,
    }
