"""Moving in: the list of imports, and the steps of one (I3 to I8)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from attendance.forms.imports import (
    ImportAnswersForm,
    ImportColumnsForm,
    ImportDoForm,
    ImportStartForm,
    ImportUndoForm,
)
from attendance.pages import imports as pages
from attendance.pages.import_leavers import leavers_card
from attendance.pages.import_names import alias_lines, headings_lines
from attendance.pages.import_rows import group_lines, name_places, row_lines, rows_of
from attendance.pages.import_turns import import_turns, otherwise_lines, phase_of
from attendance.pages.import_undo import WORK_WORDS, failure_of, may_undo, undo_card, undo_under_way, undone_lines
from attendance.papers.import_mended import refused_by_company, refused_companies, refused_rows
from attendance.papers.import_template import import_template as template_of
from attendance.selectors.named import everything
from attendance.services.imports.agreeing import agree_columns, answer_questions, revoke_alias, revoke_headings
from attendance.services.imports.choices import unsaid
from attendance.services.imports.doing import check_can_do
from attendance.services.imports.dropping import drop_import
from attendance.services.imports.filing import open_filed
from attendance.services.imports.receiving import FIELD, start_import
from attendance.services.imports.steps import own_import
from attendance.services.imports.undoing import check_can_preview_undo, check_can_undo_import, kept_preview
from attendance.services.imports.working import ImportWork, ask_for
from learners.evidence.kinds import Kind
from training.core.imports.declaration import ImportKind
from training.core.imports.registry import kind_of
from training.core.imports.rows import RowOutcome
from training.core.permissions import Permission, check_may, fresh, may, requires
from training.core.refusals import Invalid
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest
from training.core.xlsx_files import CONTENT_TYPE
from training.models import Import

State = Import.State
AT_WORK = {State.READING, State.CHECKING, State.DOING}

ROWS_PER_PAGE = 100


@requires(Permission.CHECK_FILES)
@require_safe
def imports(request: HtmxRequest) -> HttpResponse:
    """List the imports, and take the file of a new one."""
    return _list(request, ImportStartForm())


@requires(Permission.CHECK_FILES)
@require_POST
def import_start(request: HtmxRequest) -> HttpResponse:
    """Take files, and begin an import with them."""
    form = ImportStartForm(request.POST)
    if form.is_valid():
        with form.refusing():
            one = start_import(
                files=request.FILES.getlist(FIELD),
                sender=form.cleaned_data["sender"],
                by=request.user,
                now=timezone.now(),
            )
            ask_for(one, ImportWork.READ, by=request.user, now=timezone.now())
            return go(request, "attendance:import", one.pk)
    return _list(request, form)


@requires(Permission.CHECK_FILES)
@never_cache
@require_safe
def import_page(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show an import at the step where it is.

    `?step=` leads back to columns or questions, or to what undoing would do; `?kind=` tries a kind.
    """
    return _page(request, own_import(import_id=pk, by=request.user))


@requires(Permission.CHECK_FILES)
@require_POST
def import_agree(request: HtmxRequest, pk: int) -> HttpResponse:
    """Keep which sheets are taken and what their columns are, and read the rows."""
    one = own_import(import_id=pk, by=request.user)
    kind = _kind_asked(request.POST.get("kind", ""), one)
    form = ImportColumnsForm(one, kind, by=request.user, data=request.POST)
    if form.is_of_other_kind:
        return _page(request, one, columns=ImportColumnsForm(one, kind, by=request.user))
    if form.is_valid():
        with form.refusing():
            now = timezone.now()
            one = agree_columns(
                import_id=pk,
                kind=form.declared.name,
                layout=form.layout(),
                sender=form.cleaned_data["sender"],
                seen=_seen(request),
                by=request.user,
                now=now,
            )
            ask_for(one, ImportWork.CHECK, by=request.user, now=now)
            return _go_on(request, one)
    return _page(request, one, columns=form)


@requires(Permission.CHECK_FILES)
@require_POST
def import_answer(request: HtmxRequest, pk: int) -> HttpResponse:
    """Keep the answers, and check the rows."""
    one = own_import(import_id=pk, by=request.user)
    form = ImportAnswersForm(one, things=everything(one), data=request.POST)
    if form.is_valid():
        with form.refusing():
            now = timezone.now()
            one = answer_questions(import_id=pk, answers=form.answers(), seen=_seen(request), by=request.user, now=now)
            ask_for(one, ImportWork.CHECK, by=request.user, now=now)
            return _go_on(request, one)
    return _page(request, one, answers=form)


@requires(Permission.CHECK_FILES)
@require_POST
def import_check(request: HtmxRequest, pk: int) -> HttpResponse:
    """Check the rows once more, or go on with the step whose work has stopped."""
    one = own_import(import_id=pk, by=request.user)
    work = ImportWork.READ if one.state == State.READING or not one.outline else ImportWork.CHECK
    ask_for(one, work, by=request.user, now=timezone.now())
    return go(request, "attendance:import", pk)


@requires(Permission.CHECK_FILES)
@require_POST
def import_do(request: HtmxRequest, pk: int) -> HttpResponse:
    """Bring in what was checked and shown."""
    one = own_import(import_id=pk, by=request.user)
    form = ImportDoForm(request.POST)
    if form.is_valid():
        with form.refusing():
            judged = ("fingerprint", "only_good", "take_back", "accept_leavers")
            said = {name: form.cleaned_data[name] for name in judged}
            check_can_do(one, by=request.user, **said)
            ask_for(one, ImportWork.DO, by=request.user, now=timezone.now(), **form.cleaned_data)
            return go(request, "attendance:import", pk)
    return _page(request, one, doing=form)


@requires(Permission.CHECK_FILES)
@require_POST
def import_drop(request: HtmxRequest, pk: int) -> HttpResponse:
    """Drop an import that is not done, with its files and rows."""
    drop_import(import_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("Dropped. Nothing of the site has changed."))
    return redirect("attendance:imports")


@fresh
@requires(Permission.UNDO_IMPORT)
@require_POST
def import_undo_preview(request: HtmxRequest, pk: int) -> HttpResponse:
    """Find out what undoing an import would do, and undo nothing."""
    one = own_import(import_id=pk, by=request.user)
    check_can_preview_undo(one, by=request.user)
    ask_for(one, ImportWork.PREVIEW_UNDO, by=request.user, now=timezone.now())
    return go(request, f"{reverse('attendance:import', args=[pk])}?step=undo")


@fresh
@requires(Permission.UNDO_IMPORT)
@require_POST
def import_undo(request: HtmxRequest, pk: int) -> HttpResponse:
    """Undo an import as it was shown, with a reason."""
    one = own_import(import_id=pk, by=request.user)
    form = ImportUndoForm(request.POST)
    if form.is_valid():
        with form.refusing():
            said = {name: form.cleaned_data[name] for name in ("reason", "fingerprint")}
            said["reason"] = check_can_undo_import(one, **said, by=request.user)
            ask_for(one, ImportWork.UNDO, **said, by=request.user, now=timezone.now())
            return go(request, "attendance:import", pk)
    return _page(request, one, undoing=form)


@requires(Permission.CHECK_FILES)
@require_safe
def import_refused(request: HtmxRequest, pk: int) -> FileResponse:
    """Hand out the refused rows of a check as a workbook to mend, or as one for each company (`?by=company`)."""
    one = own_import(import_id=pk, by=request.user)
    name = _("%(name)s to mend") % {"name": one.title.rpartition(".")[0] or one.title}
    if request.GET.get("by") == "company":
        return FileResponse(refused_by_company(one), as_attachment=True, filename=f"{name}.zip")
    return FileResponse(refused_rows(one), as_attachment=True, filename=f"{name}.xlsx", content_type=CONTENT_TYPE)


@requires(Permission.UNDO_IMPORT)
@require_safe
def import_file(request: HtmxRequest, pk: int, number: int) -> FileResponse:
    """Hand out the stored file of an import, to whoever administers the site; that is logged."""
    file, content = open_filed(import_id=pk, number=number, by=request.user, now=timezone.now())
    return FileResponse(content, as_attachment=True, filename=file.name, content_type=Kind.TABLE.value)


@requires(Permission.CHECK_FILES)
@require_safe
def import_template(request: HtmxRequest, kind: str) -> FileResponse:
    """Hand out the template of a kind."""
    declared = kind_of(kind)
    check_may(request.user, declared.checks)
    return FileResponse(template_of(declared), as_attachment=True, filename=f"{kind}.xlsx", content_type=CONTENT_TYPE)


@requires(Permission.CHECK_FILES)
@require_safe
def aliases(request: HtmxRequest) -> HttpResponse:
    """List the names on whose meaning somebody has agreed, and the headings whose columns are."""
    return answer(request, "attendance/import_aliases.html", lines=alias_lines(), agreed=headings_lines())


@requires(Permission.CHECK_FILES)
@require_POST
def alias_revoke(request: HtmxRequest, pk: int) -> HttpResponse:
    """Let a name mean nothing by agreement any more."""
    revoke_alias(alias_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("Revoked. The name is asked about again."))
    return redirect("attendance:aliases")


@requires(Permission.CHECK_FILES)
@require_POST
def headings_revoke(request: HtmxRequest, pk: int) -> HttpResponse:
    """Propose nothing any more for tables with these headings."""
    revoke_headings(headings_id=pk, by=request.user)
    messages.success(request, _("Revoked. The columns are guessed again."))
    return redirect("attendance:aliases")


def _page(
    request: HtmxRequest,
    one: Import,
    *,
    columns: ImportColumnsForm | None = None,
    answers: ImportAnswersForm | None = None,
    doing: ImportDoForm | None = None,
    undoing: ImportUndoForm | None = None,
) -> HttpResponse:
    undo_work = undo_under_way(one)
    context: dict[str, Any] = {
        "one": one,
        "job": one.job,
        "steps": pages.steps_of(one),
        "state_kind": pages.STATE_KINDS[State(one.state)],
        "seen": one.changed_at.isoformat(),
        "failure": failure_of(one),
        "may_undo": undo_work is None and may_undo(one, request.user),
        "work": WORK_WORDS[undo_work] if undo_work else one.get_state_display(),
        "then_undo": undo_work is ImportWork.PREVIEW_UNDO,
        "may_open": may(request.user, Permission.UNDO_IMPORT),
        "told": pages.counts_told(one),
        "is_forgotten": pages.is_forgotten(one, now=timezone.now()),
    }
    match _shows(request, one, columns or answers or doing or undoing):
        case "columns" as shows:
            kind = _kind_asked(request.GET.get("kind", ""), one)
            form: Any = columns or ImportColumnsForm(one, kind, by=request.user)
            pages.tell_left_out(form.sheets)
        case "questions" as shows:
            form = answers or ImportAnswersForm(one, things=everything(one))
            name_places(one)
        case "check" as shows:
            form = doing or ImportDoForm(initial={"fingerprint": one.fingerprint})
            context |= {"others": pages.others_under_way(request.user, now=timezone.now()), **_check(request, one)}
        case "undo" as shows:
            card = undo_card(one)
            form = undoing or ImportUndoForm(initial={"fingerprint": card.fingerprint if card else ""})
            context["undo"] = card
        case "done" as shows:
            form = None
            context |= {"files": one.files.all(), "undone": undone_lines(one), **_written(request, one)}
            context |= {"taken_back": pages.taken_back_lines(one), "taken": pages.taken_back_count(one)}
        case shows:
            form = None
    return answer(
        request, "attendance/import.html", part="swapped", target="import-step", form=form, shows=shows, **context
    )


def _shows(request: HtmxRequest, one: Import, form: Any) -> str:
    """Return which part of the page is shown: the form that was refused, else what a person asks for or has to do."""
    asked = request.GET.get("step", "")
    if isinstance(form, ImportColumnsForm | ImportAnswersForm):
        shown = "columns" if isinstance(form, ImportColumnsForm) else "questions"
    elif one.state in {State.DONE, State.UNDONE}:
        shown = _shows_of_done(request, one, form)
    elif one.state in AT_WORK or not one.outline or (one.job is not None and one.job.is_open):
        shown = "work"
    elif asked == "columns" or "kind" in request.GET or not one.layout:
        shown = "columns"
    elif one.state == State.CHECKED and asked != "questions":
        shown = "check"
    else:
        shown = "questions" if pages.has_questions(one) else "columns"
    return shown


def _shows_of_done(request: HtmxRequest, one: Import, form: Any) -> str:
    work, decides = undo_under_way(one), may_undo(one, request.user)
    if work is ImportWork.UNDO or (work and decides):
        return "work"
    wants_to_undo = isinstance(form, ImportUndoForm) or (
        request.GET.get("step") == "undo" and kept_preview(one) is not None
    )
    return "undo" if decides and wants_to_undo else "done"


def _check(request: HtmxRequest, one: Import) -> dict[str, Any]:
    outcomes = pages.outcome_lines(one)
    shown = pages.outcome_asked(request.GET.get("show", "")) or pages.first_outcome(one)
    page = Paginator(rows_of(one, shown), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    can_compare, comparison = pages.comparing(one, request.user)
    return {
        "outcomes": outcomes,
        "shown": shown,
        "groups": group_lines(one),
        "unsaid": unsaid(one),
        "several_companies": len(refused_companies(one)) > 1,
        "page": page,
        "rows": list(row_lines(one, list(page.object_list))),
        "writes": pages.writes_of(one),
        "wrong": pages.wrong_of(one),
        "taken_back": pages.taken_back_lines(one),
        "taken": pages.taken_back_count(one),
        "leftover": pages.leftover_line(one),
        "wait": pages.wait_of(one),
        "asked_people": one.counts.get(RowOutcome.ASKED, 0),
        "may_do": may(request.user, kind_of(one.kind).does),
        "has_questions": pages.has_questions(one),
        "may_compare": can_compare,
        "comparison": comparison,
        "leavers": leavers_card(one, request.user),
        **_turns(one),
    }


def _written(request: HtmxRequest, one: Import) -> dict[str, Any]:
    page = Paginator(one.written.order_by("pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    otherwise, more = otherwise_lines(one) if one.state == State.DONE else ([], 0)
    return {
        "page": page,
        "rows": list(row_lines(one, list(page.object_list))),
        "otherwise": otherwise,
        "otherwise_more": more,
        **_turns(one),
    }


def _turns(one: Import) -> dict[str, Any]:
    phase = phase_of(one)
    return {} if phase is None else {"turns": import_turns(one, phase), "turns_query": f"?import={one.pk}"}


def _go_on(request: HtmxRequest, one: Import) -> HttpResponse:
    return _page(request, one) if request.htmx else redirect("attendance:import", one.pk)


def _kind_asked(name: str, one: Import) -> ImportKind:
    """Return the kind that a person has chosen, else the import's, else the one that its sheets look most like."""
    return kind_of(name or one.kind or pages.likeliest_kind(one))


def _seen(request: HtmxRequest) -> datetime:
    """Return when the import took its last step, as the person saw it.

    Raises:
        Invalid: the form was not sent by the page.
    """
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        raise Invalid(_("This form is incomplete. Reload the page and send it again.")) from None


def _list(request: HtmxRequest, form: ImportStartForm) -> HttpResponse:
    now = timezone.now()
    return answer(
        request,
        "attendance/imports.html",
        form=form,
        lines=pages.import_lines(request.user, now=now),
        others=pages.others_under_way(request.user, now=now),
        kinds=pages.kinds_for(request.user),
        max_bytes=settings.IMPORT_MAX_BYTES,
        max_zip_bytes=settings.IMPORT_CERTIFICATES_MAX_BYTES,
    )
