"""Changes that are shown before they are made: first who turns, then, when somebody agrees to that, it is saved."""

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
    """How far a change has come: `outcome` is what it did, where `is_saved`, else what it would do.

    `notice` says that it would do something else by now than what was seen.
    """

    outcome: ToldOutcome
    is_saved: bool = False
    notice: str = ""


def preview_or_save(request: HttpRequest, change: Change, *, today: date) -> PreviewStep:
    """Show who turns; on the button of that preview save it, or show a new one where it would turn others by now.

    The preview sends back what it has shown in `seen`; `action` is its button: save, or all to name everybody.
    """
    action, seen = request.POST.get("action"), request.POST.get("seen")
    most = None if action == "all" else MOST_NAMED
    if action != "save" or not seen:
        return PreviewStep(told(try_out(change, today=today), most=most))
    return save_if_seen(change, seen=seen, today=today)


def save_if_seen(change: Change, *, seen: str, today: date) -> PreviewStep:
    """Save what does exactly what was seen; else save nothing and show what it would do now."""
    try:
        outcome = carry_out(change, seen=seen, today=today)
    except OutcomeDiffers as refusal:
        return PreviewStep(told(refusal.outcome, most=MOST_NAMED), notice=refusal.message)
    return PreviewStep(told(outcome, most=0), is_saved=True)


def status_of(step: PreviewStep | None) -> int | None:
    """Return the HTTP status of a page with a preview, where it is not that of its form: others would turn by now."""
    return Conflict.status if step is not None and step.notice else None


def words_of(outcome: ToldOutcome) -> str:
    """Return what a saved change did, in a sentence."""
    red, yellow, green = (count for _status, count in outcome.counts)
    if not red + yellow + green:
        return _("Nobody turned red, yellow or green.")
    return _("Turned red: %(red)d, yellow: %(yellow)d, green: %(green)d.") % {
        "red": red,
        "yellow": yellow,
        "green": green,
    }
