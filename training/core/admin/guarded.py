"""The rules of all pages of Django Admin.

Writes go through services. If a service refuses, the form shows the reason as a sentence; nothing is saved, and what
was typed stays. Django's own delete page is switched off: rows that may be deleted have an `ObjectAction` for it.
"History" shows the audit trail, with changes from the pages and the API too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model, Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from training.core.audited import Authored
from training.core.keys import key_of
from training.core.permissions import fresh
from training.core.refusals import Refusal, database_refusals
from training.core.trail import Source, trail
from training.core.web.forms import QuestionForm, RefusableForm
from training.core.web.htmx import posted

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.utils.functional import _StrOrPromise


def who_acts(request: HttpRequest) -> "User":
    """Return the login of a request that `PermissionMiddleware` has let through."""
    assert request.user.is_authenticated, "Admin needs a login"  # noqa: S101  # programming error
    return request.user


class ServiceForm(RefusableForm, forms.ModelForm):
    """A form whose values go to a service, and which shows what it refused (`GuardedAdmin.changeform_view`).

    Attributes:
        refused: the refusal of the first round, shown in the second; None if there was none.
    """

    shows_stored = False
    refused: Refusal | None = None

    def full_clean(self) -> None:
        super().full_clean()
        if self.refused is not None and self.is_bound:
            self.refuse(self.refused)


class ChosenOnceForm(ServiceForm):
    """A row about one course, which is chosen once: for another course another row is added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["course"].disabled = True
            self.fields["course"].widget = forms.Select(choices=[(self.instance.course_id, str(self.instance.course))])


@dataclass(frozen=True, kw_only=True)
class ObjectAction:
    """A step that a service takes with one object, offered as a button that asks before it acts.

    Attributes:
        name: its part of the address of the page.
        question: the text that says beforehand what will happen; a function if it depends on the object.
        run: calls the service; it gets the object, and `by`, `now` and the form's values by name.
        done: the message after it was done.
        is_offered: whether the button is shown; the service checks again.
        form: the form that has to be filled in.
        form_of: the same, if it depends on the object.
        state: a fingerprint of everything that the question says; `run` gets the one that was shown as `confirmed`.
        removes: whether the object is gone afterwards, so that the list is shown instead of its page.
        is_fresh: whether it needs a password given minutes ago (N4).
    """

    name: str
    label: "_StrOrPromise"
    question: "_StrOrPromise | Callable[[Any], str]"
    run: Callable[..., Any]
    done: "_StrOrPromise"
    is_offered: Callable[[Any], bool] = lambda thing: True
    form: type[QuestionForm] = QuestionForm
    form_of: Callable[[Any], type[QuestionForm]] | None = None
    state: Callable[[Any], str] | None = None
    removes: bool = False
    is_fresh: bool = False


class KeyField(AutocompleteSelect):
    """A field that suggests rows. It looks up keys only: the form refuses anything else before the database fails."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [key for key in value if not key or key_of(str(key))], attrs)


class KeyFields(BaseModelAdmin):
    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if request is not None and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeyField(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class GuardedAdmin(KeyFields, admin.ModelAdmin):
    form = ServiceForm
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False
    change_list_template = "admin/guarded_change_list.html"
    change_form_template = "admin/guarded_change_form.html"
    object_actions: tuple[ObjectAction, ...] = ()
    is_fresh = False  # whether its pages that save something need a password given minutes ago (N4)
    audited_as: type[Model] | None = None  # the proxy that holds the audit events, if the table is not ours
    offered = Q()  # which rows fields of other pages suggest; stored references to other rows stay

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[Any]]:
        """Leave out read-only rows on the page of a new object, which has none yet."""
        return [inline for inline in self.inlines if obj is not None or not issubclass(inline, ReadOnlyInline)]

    def object_links(self, obj: Any) -> Sequence[tuple[str, str]]:
        """Return the label and the address of each other page about an object."""
        return ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        return self.suggested(request, found), may_have_duplicates

    def suggested(self, request: HttpRequest, found: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that a search found; only those in `offered` if a field of another page asks."""
        is_field = request.path == reverse(f"{self.admin_site.name}:autocomplete")
        return found.filter(self.offered) if is_field else found

    # Only services delete

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Refusals

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Save all or nothing. After a refusal the view runs a second time, which shows the reason and cannot save."""
        try:
            with database_refusals():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            if request.method != "POST":
                raise
            request.refusal = refusal  # type: ignore[attr-defined]  # read by get_form
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.refused = getattr(request, "refusal", None)  # type: ignore[attr-defined]  # made for this request alone
        return form

    # Who saves

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save a row that has no service, such as one that other rows only name."""
        if change and not form.has_changed():
            return
        sign(obj, request)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            sign(row, request)
            row.save()
        for row in formset.deleted_objects:
            row.delete()

    # History

    def history_of(self, obj: Any) -> Sequence[Source]:
        """Return the sources of the history of an object: its table, and in subclasses also the tables of its parts."""
        return (Source(model=self.audited_as or self.model, ids=(obj.pk,)),)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the audit trail of an object, with changes from Admin, pages, API and commands."""
        if not hasattr(self.audited_as or self.model, "pgh_event_model"):
            return super().history_view(request, object_id, extra_context)
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._does_not_exist(request, object_id)
        context = {
            **self._context(request, obj),
            "title": _("History of %(thing)s") % {"thing": obj},
            "trail": trail(self.history_of(obj), after=request.GET.get("after", "")),
        }
        return TemplateResponse(request, "admin/trail.html", context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Add a link to the audit trail of the table, the only place that still shows deleted rows."""
        events = getattr(self.audited_as or self.model, "pgh_event_model", None)
        trail_url = reverse(_url_name(self.admin_site, events, "changelist")) if events else ""
        return super().changelist_view(request, {**(extra_context or {}), "trail_url": trail_url})

    # Steps with one object

    def get_urls(self) -> list[URLPattern]:
        steps = [
            path(
                f"<path:object_id>/{action.name}/",
                self._step_view(action),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{action.name}",
            )
            for action in self.object_actions
        ]
        pages: list[URLPattern] = super().get_urls()
        if self.is_fresh:
            pages = [fresh_page(page) for page in pages]
        return [*steps, *pages]

    def _step_view(self, action: ObjectAction) -> Callable[..., HttpResponse]:
        view: Callable[..., HttpResponse] = self.admin_site.admin_view(partial(self.act, action=action))
        return fresh(view) if action.is_fresh else view

    def act(self, request: HttpRequest, object_id: str, *, action: ObjectAction) -> HttpResponse:
        """Ask, then call the service, outside of Admin's transaction because the service opens its own."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._does_not_exist(request, object_id)
        form_class = action.form_of(obj) if action.form_of else action.form
        form = form_class(posted(request))
        shown = action.state(obj) if action.state else None  # before the question, so that it is never newer
        if form.is_valid():
            seen = {"confirmed": request.POST.get("confirmed")} if action.state else {}
            try:
                action.run(obj, by=who_acts(request), now=timezone.now(), **seen, **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, str(action.done))
                return redirect(self._back(request, obj, is_gone=action.removes))
        context = {
            **self._context(request, obj),
            "title": action.label,
            "subtitle": str(obj),
            "question": action.question(obj) if callable(action.question) else action.question,
            "form": form,
            "confirmed": shown,
            "back_url": self._back(request, obj),
        }
        return TemplateResponse(request, "admin/act.html", context, status=form.http_status)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        if obj is not None:
            steps = (action for action in self.object_actions if action.is_offered(obj))
            context["object_actions"] = [
                *self.object_links(obj),
                *((action.label, reverse(self._step(action), args=[quote(obj.pk)])) for action in steps),
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def _step(self, action: ObjectAction) -> str:
        return _url_name(self.admin_site, self.model, action.name)

    def _back(self, request: HttpRequest, obj: Any, *, is_gone: bool = False) -> str:
        """Return the address of the object, or of its list if it is gone."""
        if is_gone:
            url = reverse(_url_name(self.admin_site, self.model, "changelist"))
        else:
            url = reverse(_url_name(self.admin_site, self.model, "change"), args=[quote(obj.pk)])
        return add_preserved_filters({"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}, url)

    def _context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "original": obj}

    def _does_not_exist(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer with a message on the index page, as Admin does for its own pages."""
        return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]


class ReadOnlyAdmin(GuardedAdmin):
    """For rows that only services or the database write; nobody edits them here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShownRows(BaseInlineFormSet):
    """Rows without inputs: nothing is posted back, however many there are, and nothing is saved."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []

    def is_valid(self) -> bool:
        return True

    def save(self, commit: bool = True) -> list[Any]:
        return []


class GuardedInline(KeyFields, admin.TabularInline):
    """Rows that are edited with the thing they belong to."""

    extra = 0
    select_related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related(*self.select_related) if self.select_related else rows


class ReadOnlyInline(GuardedInline):
    """Rows that are shown beside the thing they belong to, and not posted back with it."""

    formset = ShownRows
    can_delete = False
    template = "admin/read_only_inline.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def fresh_page(page: URLPattern) -> URLPattern:
    """Return a page of Admin that needs a password given minutes ago; lists and histories stay as they are."""
    is_read = not page.name or page.name.endswith(("_changelist", "_history"))
    return page if is_read else path(str(page.pattern), fresh(page.callback), name=page.name)


def sign(row: Model, request: HttpRequest) -> None:
    """Store who writes a row, if the row has fields for it."""
    if isinstance(row, Authored):
        if row._state.adding:
            row.created_by = who_acts(request)
        row.updated_by = who_acts(request)


def _url_name(site: admin.AdminSite, model: type[Model], page: str) -> str:
    return f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_{page}"
