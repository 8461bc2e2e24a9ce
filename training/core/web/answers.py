"""How views answer: with a page or the part of it that HTMX asked for, and with the way on to another page.

A page and its parts are one template; the parts are its `{% partialdef %}`s. Whatever HTMX swaps in is therefore what
reloading the page would show.
"""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh, reswap, retarget

from training.core.web.forms import RefusableForm
from training.core.web.htmx import HtmxRequest, swaps


def answer(
    request: HtmxRequest,
    page: str,
    /,
    *,
    part: str = "",
    target: str = "",
    form: BaseForm | None = None,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """Answer with a page; HTMX gets a part of it.

    Args:
        page: the template.
        part: the `partialdef` of it that HTMX gets. For a dialog that holds a form: "dialog", and once something is
            typed the form alone, which is its part "form". Without one HTMX gets the page, as everybody does.
        target: the element that HTMX must ask for to get the part; without it every request of HTMX does.
        form: the form of the page, `form` in the template.
        status: by default what a form that can be refused says, and 200 without one.
        context: what else the template shows. It also gets `in_dialog`: whether it stands in a dialog over a page.
    """
    if form is not None:
        context["form"] = form
    if status is None:
        status = form.http_status if isinstance(form, RefusableForm) else 200
    is_part = bool(part) and (swaps(request, target) if target else bool(request.htmx))
    context["in_dialog"] = is_part and part == "dialog"
    if context["in_dialog"] and isinstance(form, RefusableForm) and form.is_reply:
        part = "form"
    return render(request, f"{page}#{part}" if is_part else page, context, status=status)


def swapped_into(response: HttpResponse, element: str) -> HttpResponse:
    """Let HTMX put an answer in the place of another element than the one for which it asked.

    Args:
        element: its id.
    """
    return reswap(retarget(response, f"#{element}"), "outerHTML")


def go(request: HtmxRequest, where: str, *args: Any) -> HttpResponse:
    """Lead to another page, by its URL name or its address."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(where, *args))
    return redirect(where, *args)


def stay(request: HtmxRequest, where: str, *args: Any) -> HttpResponse:
    """Show again the page over which a dialog was opened; without HTMX lead to `where`, by its URL name or address."""
    return HttpResponseClientRefresh() if request.htmx else redirect(where, *args)
