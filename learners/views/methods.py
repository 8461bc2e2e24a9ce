"""Assessment methods of the library: the list, new, edit, offered or not."""

from collections.abc import Callable

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
from learners.services.methods import MethodFacts, create_method, edit_method
from training.core.permissions import Permission, requires
from training.core.refusals import Conflict, Invalid, NotFound
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest
from training.views.library.answers import asked, go


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def methods(request: HtmxRequest) -> HttpResponse:
    """List the methods, those on offer first, with how many sign-offs name each."""
    return render(request, "learners/methods.html", {"methods": list_methods()})


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def method_new(request: HtmxRequest) -> HttpResponse:
    """Add a method."""
    form = MethodForm(request.POST if request.method == "POST" else None)
    return _form(request, form, heading=_("New method"), save=lambda facts: create_method(facts=facts, by=request.user))


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def method_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change a method, or offer it no more; sign-offs that name it keep it."""
    method = AssessmentMethod.objects.filter(pk=pk).first()
    if method is None:
        raise NotFound(_("There is no such assessment method."))
    heading = _("Edit %(name)s") % {"name": method}
    form = MethodForm(request.POST if request.method == "POST" else None, instance=method)

    def save(facts: MethodFacts) -> AssessmentMethod:
        return edit_method(method_id=pk, facts=facts, by=request.user, loaded=loaded_by(form))

    return _form(request, form, heading=heading, save=save)


def _form(
    request: HtmxRequest, form: MethodForm, *, heading: str, save: Callable[[MethodFacts], AssessmentMethod]
) -> HttpResponse:
    refusal = None
    if form.is_valid():
        try:
            method = save(form.facts())
        except (Invalid, Conflict) as reason:
            refusal = reason
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": method})
            return go(request, "learners:methods")
    back = (_("Assessment methods"), reverse("learners:methods"))
    fields = "learners/partials/_method_fields.html"
    return asked(request, form, fields=fields, heading=heading, back=back, refusal=refusal)
