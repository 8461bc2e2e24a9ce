"""Taking over from an old register: the way in order, comparisons, the sample, and the signed report (I11)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from attendance.forms.taking_over import CompareForm, ExplainForm, SampleCheckForm, SampleForm, SignForm, WithdrawForm
from attendance.models import RegisterComparison, RegisterDifference, TakeOver
from attendance.pages import taking_over as pages
from attendance.papers.take_over import file_name, print_take_over
from attendance.selectors.taking_over import difference_groups, latest_sample, sample_counts, sampled_records
from attendance.services.imports.comparing import check_can_compare
from attendance.services.imports.steps import own_import
from attendance.services.imports.working import ImportWork, ask_for
from attendance.services.taking_over import (
    check_sampled,
    draw_sample,
    explain_difference,
    sign_take_over,
    withdraw_take_over,
)
from training.core.keys import key_of
from training.core.permissions import Permission, check_may, fresh, may, requires
from training.core.refusals import check_found
from training.core.web.answers import answer, go, stay
from training.core.web.htmx import HtmxRequest, posted

CELLS_PER_PAGE = 100


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def taking_over(request: HtmxRequest) -> HttpResponse:
    """Show the steps in order, and where the site is."""
    return answer(
        request,
        "attendance/taking_over.html",
        way=pages.taking_over(),
        may_lead=may(request.user, Permission.LEAD_TAKE_OVER),
        may_accept=may(request.user, Permission.ACCEPT_TAKE_OVER),
    )


@requires(Permission.LEAD_TAKE_OVER)
@require_POST
def import_compare(request: HtmxRequest, pk: int) -> HttpResponse:
    """Compare a checked import of records with the site, and bring nothing in."""
    one = own_import(import_id=pk, by=request.user)
    check_can_compare(one)
    form = CompareForm(request.POST)
    everybody = form.is_valid() and form.cleaned_data["holds_everybody"]
    ask_for(one, ImportWork.COMPARE, by=request.user, now=timezone.now(), holds_everybody=everybody)
    return go(request, "attendance:import", pk)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def comparison(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show what is the same, only there, only here and different; `?what=` and `?course=` narrow it."""
    return _comparison(request, pk, None)


@requires(Permission.LEAD_TAKE_OVER)
@require_POST
def comparison_explain(request: HtmxRequest, pk: int) -> HttpResponse:
    """Keep why cells of one course differ in one way."""
    form = ExplainForm(request.POST)
    if form.is_valid():
        with form.refusing():
            explain_difference(
                comparison_id=pk,
                what=form.cleaned_data["what"],
                course_id=form.cleaned_data["course"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=timezone.now(),
            )
            return go(request, "attendance:comparison", pk)
    return _comparison(request, pk, form)


@requires(Permission.READ_SITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def taking_over_sample(request: HtmxRequest) -> HttpResponse:
    """Show the latest sample; a POST draws another one."""
    form = SampleForm(posted(request))
    if form.is_bound:
        check_may(request.user, Permission.LEAD_TAKE_OVER)
    if form.is_valid():
        with form.refusing():
            draw_sample(size=form.cleaned_data["size"], by=request.user, now=timezone.now())
            return go(request, "attendance:taking_over_sample")
    return _sample(request, form)


@requires(Permission.LEAD_TAKE_OVER)
@require_POST
def taking_over_check(request: HtmxRequest, pk: int) -> HttpResponse:
    """Keep what somebody has found at the original of a sampled record."""
    form = SampleCheckForm(request.POST)
    if form.is_valid():
        with form.refusing():
            check_sampled(sampled_id=pk, **form.cleaned_data, by=request.user, now=timezone.now())
            if not request.htmx:
                return redirect("attendance:taking_over_sample")
    return _sample(request, SampleForm(), wrong=pk, checked=form)


@fresh
@requires(Permission.ACCEPT_TAKE_OVER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def taking_over_sign(request: HtmxRequest) -> HttpResponse:
    """Show what is signed, and sign it."""
    form = SignForm(posted(request))
    if form.is_valid():
        with form.refusing():
            sign_take_over(cut_over_on=form.cleaned_data["cut_over_on"], by=request.user, now=timezone.now())
            messages.success(request, _("The report is signed."))
            return go(request, "attendance:taking_over")
    return answer(request, "attendance/taking_over_sign.html", form=form, way=pages.taking_over())


@fresh
@requires(Permission.ACCEPT_TAKE_OVER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_over_withdraw(request: HtmxRequest, pk: int) -> HttpResponse:
    """Withdraw the acceptance of a take-over, with a reason."""
    one = check_found(TakeOver.objects.filter(pk=pk).first(), _("There is no such report."))
    form = WithdrawForm(posted(request))
    if form.is_bound and form.is_valid():
        with form.refusing():
            reason = form.cleaned_data["reason"]
            withdraw_take_over(take_over_id=pk, reason=reason, by=request.user, now=timezone.now())
            messages.success(request, _("The acceptance is withdrawn. What was brought in stays."))
            return stay(request, "attendance:taking_over")
    return answer(request, "attendance/take_over_withdraw.html", part="dialog", form=form, one=one)


@requires(Permission.READ_SITE)
@require_safe
def take_over_report(request: HtmxRequest, pk: int) -> HttpResponse:
    """Hand out a signed report as PDF."""
    reports = TakeOver.objects.select_related("withdrawal__withdrawn_by")
    one = check_found(reports.filter(pk=pk).first(), _("There is no such report."))
    return HttpResponse(
        print_take_over(one, printed_at=timezone.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{file_name(one)}"'},
    )


def _comparison(request: HtmxRequest, pk: int, form: ExplainForm | None) -> HttpResponse:
    found = RegisterComparison.objects.select_related("compared_by", "of").filter(pk=pk).first()
    one = check_found(found, _("There is no such comparison."))
    what, course = request.GET.get("what", ""), key_of(request.GET.get("course"))
    page = Paginator(pages.cells_of(one, what, course), CELLS_PER_PAGE).get_page(request.GET.get("page"))
    return answer(
        request,
        "attendance/comparison.html",
        form=form or ExplainForm(),
        one=one,
        groups=difference_groups(one),
        kinds=RegisterDifference.What.choices,
        shown=what,
        page=page,
        cells=list(page),
        may_lead=may(request.user, Permission.LEAD_TAKE_OVER),
        status=form.http_status if form is not None else 200,
    )


def _sample(
    request: HtmxRequest, form: SampleForm, *, wrong: int | None = None, checked: SampleCheckForm | None = None
) -> HttpResponse:
    sample = latest_sample()
    return answer(
        request,
        "attendance/taking_over_sample.html",
        part="list",
        target="sample",
        form=form,
        sample=sample,
        counts=sample_counts(sample) if sample else {},
        rows=list(sampled_records(sample)) if sample else [],
        choices=pages.found_choices(),
        wrong=wrong if checked is not None and checked.http_status != 200 else None,
        checked=checked,
        may_lead=may(request.user, Permission.LEAD_TAKE_OVER),
        status=checked.http_status if checked is not None else form.http_status,
    )
