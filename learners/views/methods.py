"""Assessment methods of the library: the list, new, edit, and whether one is offered."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from learners.forms.methods import MethodForm
from learners.models import AssessmentMethod
from learners.selectors.competency import list_methods
from learners.services.methods import create_method, edit_method
from training.core.permissions import Permission, requires
from training.core.refusals import NotFound
from training.core.web.answers import answer, go
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link
from training.views.library.frames import FORM


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def methods(request: HtmxRequest) -> HttpResponse:
    """List the methods, those that are offered first, with the number of sign-offs that name each."""
    return render(request, "learners/methods.html", {"methods": list_methods()})


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def method_new(request: HtmxRequest) -> HttpResponse:
    """Add a method."""
    form = MethodForm(posted(request))
    if form.is_valid():
        with form.refusing():
            return _saved(request, create_method(facts=form.facts(), by=request.user))
    return answer(request, FORM, part="form", form=form, heading=_("New method"), back=_methods())


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def method_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change a method, or stop offering it; sign-offs that name it keep it."""
    method = AssessmentMethod.objects.filter(pk=pk).first()
    if method is None:
        raise NotFound(_("There is no such assessment method."))
    heading = _("Edit %(name)s") % {"name": method}  # before the form changes the name
    form = MethodForm(posted(request), instance=method)
    if form.is_valid():
        with form.refusing():
            edited = edit_method(method_id=pk, facts=form.facts(), by=request.user, loaded=loaded_by(form))
            return _saved(request, edited)
    return answer(request, FORM, part="form", form=form, heading=heading, back=_methods())


def _saved(request: HtmxRequest, method: AssessmentMethod) -> HttpResponse:
    messages.success(request, _("%(name)s is saved.") % {"name": method})
    return go(request, "learners:methods")


def _methods() -> Link:
    return Link(_("Assessment methods"), reverse("learners:methods"))
