"""Filling in a form of Django Admin the way a browser sends it."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from django.forms import CheckboxInput, MultiWidget
from django.test import Client
from zeal import zeal_ignore

from training.core.admin.guarded import ShownRows


def filled_in(client: Client, address: str, **typed: Any) -> dict[str, Any]:
    """Return what a browser would post from the page at `address`, with some values typed over.

    Names of inline rows stand as they are in the page, such as `requirements-0-starts_on`.
    """
    context = client.get(address).context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    formsets = [formset for formset in formsets if not isinstance(formset, ShownRows)]
    forms = [
        context["adminform"].form,
        *(formset.management_form for formset in formsets),
        *(form for formset in formsets for form in formset.forms),
    ]
    return {**_values(forms), **typed}


def new_row(prefix: str, number: int, **typed: Any) -> dict[str, Any]:
    """Return the fields of one more row of an inline, which has `number` rows before."""
    row = {f"{prefix}-{number}-{name}": value for name, value in typed.items()}
    return {f"{prefix}-TOTAL_FORMS": number + 1, **row}


def one_query_per_choice() -> AbstractContextManager[None]:
    """Django's forms look up every typed choice by itself; that is no loop of ours."""
    ignored: AbstractContextManager[None] = zeal_ignore([{"model": "*", "field": "get()"}])
    return ignored


def messages_of(response: Any) -> str:
    """Return every sentence that an answer of Admin shows about what was refused."""
    form = response.context["adminform"].form
    return " ".join(text for texts in form.errors.values() for text in texts)


def _values(forms: Iterable[Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            widget, value = field.field.widget, field.value()
            if isinstance(widget, MultiWidget):
                parts = widget.decompress(value) or ()
                data |= {f"{field.html_name}_{number}": part or "" for number, part in enumerate(parts)}
            elif not isinstance(widget, CheckboxInput):
                data[field.html_name] = "" if value is None else value
            elif value:
                data[field.html_name] = "on"
    return data
