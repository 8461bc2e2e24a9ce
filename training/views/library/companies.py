"""Companies: the list, one company with its trainers and classes, new, edit, and whether it is in use."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from training.core.permissions import Permission, requires
from training.core.web.answers import answer, go
from training.core.web.forms import loaded_by
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link
from training.forms.library import CompanyForm
from training.models import Company
from training.pages.library_lists import count_by_use
from training.pages.library_places import classes_of, get_company
from training.pages.library_trail import of_company
from training.papers.library_lists import COMPANY_SORTS, companies_asked_for
from training.services.companies import CompanyFacts, create_company, edit_company
from training.views.library.frames import FORM, ListPage, filtered, library_log

FIELDS = "training/library/company.html#fields"
COMPANIES = ListPage(
    name="companies",
    table="training/library/companies.html",
    heading=gettext_lazy("Companies"),
    searches=gettext_lazy("Name, code or prefix"),
    nothing=gettext_lazy("No companies here."),
    new=gettext_lazy("New company"),
    new_at="training:company_new",
)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def companies(request: HtmxRequest) -> HttpResponse:
    """List the companies with the numbers of their trainers and classes."""
    asked = companies_asked_for(request.GET)
    return filtered(request, COMPANIES, asked, counts=count_by_use(asked.found), columns=COMPANY_SORTS)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def company(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a company with its trainers and classes."""
    company = get_company(pk)
    context = {"company": company, "trainers": company.trainers.all(), "classes": classes_of(company)}
    return render(request, "training/library/company.html", context)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def company_new(request: HtmxRequest) -> HttpResponse:
    """Add a company."""
    form = CompanyForm(posted(request))
    if form.is_valid():
        with form.refusing():
            made = create_company(facts=form.facts(), by=request.user, confirmed=form.confirmed)
            messages.success(request, _("%(name)s is added.") % {"name": made})
            return go(request, "training:company", made.pk)
    heading, back = _("New company"), Link(_("Companies"), reverse("training:companies"))
    return answer(request, FORM, part="form", form=form, fields=FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def company_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change the details of a company."""
    company = get_company(pk)
    heading, back = _("Edit %(name)s") % {"name": company}, _page_of(company)  # before the form changes the name
    form = CompanyForm(posted(request), instance=company)
    if form.is_valid():
        with form.refusing():
            edit_company(
                company_id=pk,
                facts=form.facts(),
                by=request.user,
                loaded=loaded_by(form),
                confirmed=form.confirmed,
            )
            messages.success(request, _("Saved."))
            return go(request, "training:company", pk)
    return answer(request, FORM, part="form", form=form, fields=FIELDS, heading=heading, back=back)


@requires(Permission.KEEP_LIBRARY)
@require_POST
def company_deactivate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Stop offering a company; it stays wherever it is named."""
    company = edit_company(company_id=pk, facts=CompanyFacts(is_active=False), by=request.user)
    messages.success(
        request, _("%(name)s can no longer be chosen. Where it is already used, it stays.") % {"name": company}
    )
    return go(request, "training:company", pk)


@requires(Permission.KEEP_LIBRARY)
@require_POST
def company_activate(request: HtmxRequest, pk: int) -> HttpResponse:
    """Offer a company again."""
    company = edit_company(company_id=pk, facts=CompanyFacts(is_active=True), by=request.user)
    messages.success(request, _("%(name)s can be chosen again.") % {"name": company})
    return go(request, "training:company", pk)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def company_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a company."""
    company = get_company(pk)
    return library_log(request, of_company(company), kind="company", pk=pk, of=_page_of(company))


def _page_of(company: Company) -> Link:
    return Link(str(company), reverse("training:company", args=[company.pk]))
