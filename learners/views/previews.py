"""Changes that are shown before they are made: first who turns, then, when somebody agrees to that, it is saved."""

from dataclasses import dataclass
from datetime import date

from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from learners.pages.outcomes import ToldOutcome, told
from learners.services.preview import Change, OutcomeDiffers, carry_out, try_out
from training.core.refusals import Conflict, Refusal

MOST_NAMED = 50


@dataclass(frozen=True)
class Step:
    """How far a change has come: `outcome` is what it did, where `is_saved`, else what it would do.

    `notice` says that it would do something else by now than what was seen.
    """

    outcome: ToldOutcome
    is_saved: bool = False
    notice: str = ""


def preview_or_save(request: HttpRequest, change: Change, *, today: date) -> Step:
    """Show who turns; on the button of that preview save it, or show a new one where it would turn others by now.

    The preview sends back what it has shown in `seen`; `action` is its button: save, or all to name everybody.
    """
    action, seen = request.POST.get("action"), request.POST.get("seen")
    most = None if action == "all" else MOST_NAMED
    if action != "save" or not seen:
        return Step(told(try_out(change, today=today), most=most))
    return save_if_seen(change, seen=seen, today=today)


def save_if_seen(change: Change, *, seen: str, today: date) -> Step:
    """Save what does exactly what was seen; else save nothing and show what it would do now."""
    try:
        outcome = carry_out(change, seen=seen, today=today)
    except OutcomeDiffers as refusal:
        return Step(told(refusal.outcome, most=MOST_NAMED), notice=refusal.message)
    return Step(told(outcome, most=0), is_saved=True)


def status_of(step: Step | None, *, form: BaseForm | None = None, refusal: Refusal | None = None) -> int:
    """Return the status of the page that shows a form with its preview, or with why there is none."""
    if isinstance(refusal, Conflict) or (step is not None and step.notice):
        return Conflict.status
    return 422 if form is not None and form.errors else 200


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
