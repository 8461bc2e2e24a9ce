"""The history of the site as a file (X1)."""

from functools import partial

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from config.forms.history import HistoryForm
from config.pages.history import History, history_asked_for, kinds, people
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid
from training.papers.lists import Asking, FoundRows, declare_list, page_at
from training.papers.trails import log_found


def history_form(query: QueryDict) -> HistoryForm:
    """Return the filter that a query fills in."""
    return HistoryForm(query, people=people(), kinds=kinds())


def asked_history(form: HistoryForm) -> History:
    """Return what the filter asks for.

    Raises:
        Invalid: a value makes no sense; `errors` names the field.
        NothingOfThatName: what was typed names nothing.
    """
    if not form.is_valid():
        raise Invalid.of_fields({name: [str(text) for text in texts] for name, texts in form.errors.items()})
    return history_asked_for(form.wanted())


def _find(asking: Asking) -> FoundRows:
    asked = asked_history(history_form(asking.query))
    return log_found(lambda _asking: asked.sources, asking, only=asked.only)


declare_list(
    "history",
    _("History of the site"),
    check=partial(check_may, permission=Permission.ADMINISTER),
    find=_find,
    page=page_at("history"),
)
