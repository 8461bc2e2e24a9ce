"""Filing certificates: rows are pasted, files dropped beside them, and both filed one by one or at once (I12)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from attendance.forms.filing import FilingAgreeForm, FilingPasteForm, FilingRowForm
from attendance.models import FilingPaste, FilingRow
from attendance.pages.filing import filing_page
from attendance.selectors.filing import filing_states, free_proofs
from attendance.services.filing import (
    FiledAlready,
    agree_paste,
    edit_row,
    file_rows,
    paste_rows,
    read_paste,
    remove_filed,
    remove_row,
)
from attendance.services.filing_files import drop_proofs, remove_proof
from learners.evidence.upload_names import FIELD
from training.core.keys import key_of
from training.core.permissions import Permission, requires
from training.core.refusals import check_found
from training.core.web.answers import answer, go, stay
from training.core.web.forms import QuestionForm
from training.core.web.htmx import HtmxRequest, posted

PAGE = "attendance/filing.html"


@requires(Permission.RECORD_EXTERNAL)
@never_cache
@require_safe
def filing(request: HtmxRequest) -> HttpResponse:
    """Show what waits to be filed, and take more rows and files."""
    return _page(request)


@requires(Permission.RECORD_EXTERNAL)
@require_POST
def filing_paste(request: HtmxRequest) -> HttpResponse:
    """Take rows from a spreadsheet."""
    form = FilingPasteForm(request.POST)
    if form.is_valid():
        with form.refusing():
            paste_rows(
                text=form.cleaned_data["text"],
                provider_id=form.cleaned_data["provider"],
                by=request.user,
                now=timezone.now(),
            )
            return go(request, "attendance:filing")
    return _page(request, paste_form=form)


@requires(Permission.RECORD_EXTERNAL)
@require_POST
def filing_agree(request: HtmxRequest, pk: int) -> HttpResponse:
    """Keep what the columns of pasted rows are and what was answered, and read them again."""
    now = timezone.now()
    paste = check_found(FilingPaste.objects.filter(owner=request.user, pk=pk).first(), _("There are no such rows."))
    form = FilingAgreeForm(paste, read_paste(paste, now=now), request.POST)
    if form.is_valid():
        with form.refusing():
            agree_paste(paste_id=pk, **form.said(), by=request.user, now=now)
            return go(request, "attendance:filing")
    return _page(request, agree=form)


@requires(Permission.RECORD_EXTERNAL)
@require_POST
def filing_drop(request: HtmxRequest) -> HttpResponse:
    """Take certificates. A script sends them one by one, and each answer is the list as it is then."""
    form = QuestionForm(request.POST)
    form.is_valid()
    with form.refusing():
        drop_proofs(files=request.FILES.getlist(FIELD), by=request.user, now=timezone.now())
        if not request.htmx:
            return go(request, "attendance:filing")
    return _page(request, form=form)


@requires(Permission.RECORD_EXTERNAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def filing_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a row with what is wrong by each field, and keep what is typed."""
    now = timezone.now()
    found = FilingRow.objects.filter(owner=request.user, pk=pk).select_related("paste", "proof")
    row = check_found(found.first(), _("There is no such row."))
    if row.record_id is not None:
        raise FiledAlready(_("This row is filed already. A wrong record is revoked and entered anew."))
    (state,) = filing_states([row], by=request.user, now=now)
    form = FilingRowForm(state, free_proofs(request.user), posted(request))
    if form.is_bound and form.is_valid():
        with form.refusing():
            proof_id = form.cleaned_data["proof"]
            edit_row(row_id=pk, typed=form.typed(), proof_id=proof_id, by=request.user, now=now)
            return stay(request, "attendance:filing")
    status = form.http_status if form.is_bound else 200
    return answer(request, "attendance/filing_edit.html", part="dialog", form=form, row=row, state=state, status=status)


@requires(Permission.RECORD_EXTERNAL)
@require_POST
def filing_remove(request: HtmxRequest) -> HttpResponse:
    """Take a row or a file off the list, or everything that is filed."""
    row, file = key_of(request.POST.get("row")), key_of(request.POST.get("file"))
    if row is not None:
        remove_row(row_id=row, by=request.user)
    elif file is not None:
        remove_proof(proof_id=file, by=request.user)
    else:
        remove_filed(by=request.user)
    return _page(request) if request.htmx else go(request, "attendance:filing")


@requires(Permission.RECORD_EXTERNAL)
@require_POST
def filing_file(request: HtmxRequest) -> HttpResponse:
    """Make records of one row, or of all that are ready."""
    form = QuestionForm(request.POST)
    form.is_valid()
    with form.refusing():
        row = key_of(request.POST.get("row"))
        filed = file_rows(by=request.user, now=timezone.now(), row_ids=None if row is None else [row])
        count = len(filed.records)
        words = ngettext("%(count)d record filed.", "%(count)d records filed.", count) % {"count": count}
        if filed.refused:
            refused = _("%(count)d could not be filed: each says why.") % {"count": filed.refused}
            messages.warning(request, f"{words} {refused}")
        else:
            messages.success(request, words)
        if not request.htmx:
            return go(request, "attendance:filing")
    return _page(request, form=form)


def _page(
    request: HtmxRequest,
    *,
    form: QuestionForm | None = None,
    paste_form: FilingPasteForm | None = None,
    agree: FilingAgreeForm | None = None,
) -> HttpResponse:
    wrong = next((each for each in (form, paste_form, agree) if each is not None and each.is_bound), None)
    listed = filing_page(request.user, now=timezone.now())
    context: dict[str, Any] = {
        "listed": listed,
        "asked": [
            agree if agree is not None and agree.paste.pk == paste.pk else FilingAgreeForm(paste, pasted)
            for paste, pasted in listed.pastes
        ],
        "paste_form": paste_form or FilingPasteForm(),
        "form": form or QuestionForm(),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "status": wrong.http_status if wrong is not None else 200,
    }
    return answer(request, PAGE, part="list", target="filing", **context)
