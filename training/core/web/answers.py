"""How views answer: with a page, with the part of it that HTMX asked for, or by leading to another page.

A page and its parts are one template; the parts are its `{% partialdef %}`s. Reloading the page therefore shows the
same as what HTMX swaps in.
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
    """Answer with a page, or with a part of it if HTMX asks.

    Args:
        page: the template.
        part: the `partialdef` that HTMX gets; empty if HTMX gets the whole page too. For a dialog that holds a form it
            is "dialog"; once the form is sent, HTMX gets only the part "form".
        target: the id of the element that HTMX must ask for to get the part; empty if every request of HTMX gets it.
        form: the form of the page, `form` in the template.
        status: the HTTP status; by default that of a `RefusableForm`, and 200 without one.
        context: what else the template needs. It also gets `in_dialog`: whether it is shown in a dialog over a page.
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
    """Let HTMX put the answer in place of another element than the one for which it asked.

    Args:
        element: the id of that other element.
    """
    return reswap(retarget(response, f"#{element}"), "outerHTML")


def go(request: HtmxRequest, where: str, *args: Any) -> HttpResponse:
    """Lead the browser to another page, with or without HTMX.

    Args:
        where: the URL name of the page, or its address.
        args: the arguments of the URL name.
    """
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(where, *args))
    return redirect(where, *args)


def stay(request: HtmxRequest, where: str, *args: Any) -> HttpResponse:
    """Reload the page over which a dialog was opened; without HTMX lead to `where`, a URL name or an address."""
    return HttpResponseClientRefresh() if request.htmx else redirect(where, *args)
