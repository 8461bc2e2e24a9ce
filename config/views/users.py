"""Users: who there is, what each login may do, and what opens it; invitations and tokens (N3)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.api_tokens import create_token, revoke_token
from config.attempts import CountedBy, begin, counter, take_back
from config.client_address import client_address
from config.forms.users import ChosenPasswordForm, NewTokenForm, UserFilterForm, UserForm, facts_of
from config.pages.users import count_users, get_token, get_user, of_user, tokens_of, user_lines, users_asked_for
from config.second_factor import reset_second_factor
from config.services.invitations import accept_invitation, has_company_account, invite_login, open_invitation
from config.services.users import create_login, disable_login, edit_login, enable_login
from training.core.permissions import Permission, fresh, logged_look, name_of, public, requires
from training.core.web.answers import answer, go, stay
from training.core.web.forms import QuestionForm
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link, told

ROWS_PER_PAGE = 50


@requires(Permission.ADMINISTER)
@logged_look
@never_cache
@require_safe
def users(request: HtmxRequest) -> HttpResponse:
    """List the logins: groups, last sign-in, tokens."""
    form, now = UserFilterForm(request.GET), timezone.now()
    rows = users_asked_for(form.text, form.shown(), now=now)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return answer(
        request,
        "config/users.html",
        part="swapped",
        target="users",
        lines=user_lines(page.object_list, today=timezone.localdate(now)),
        page=page,
        counts=list(count_users(form.text).items()),
        shown=form.shown(),
        text=form.text,
        typed=form["q"].value() or "",
    )


@requires(Permission.ADMINISTER)
@fresh
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def user_new(request: HtmxRequest) -> HttpResponse:
    """Make a login, and the link by which its person chooses a password; the link is shown once."""
    form = UserForm(posted(request))
    if form.is_valid():
        with form.refusing():
            now = timezone.now()
            made = create_login(facts=form.facts(), by=request.user, now=now)
            return _invited(request, made.pk)
    heading, back = _("New user"), Link(_("Users"), reverse("users"))
    return answer(request, "config/user_form.html", form=form, heading=heading, back=back, is_new=True)


@requires(Permission.ADMINISTER)
@logged_look
@never_cache
@require_safe
def user(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a login: what it may do, what opens it, its tokens, and what happened to it."""
    now = timezone.now()
    found = get_user(pk, now=now)
    return render(
        request,
        "config/user.html",
        {
            "line": user_lines([found], today=timezone.localdate(now))[0],
            "tokens": tokens_of(found, now=now),
            "is_own": found.pk == request.user.pk,
            "from_company": has_company_account(found),
        },
    )


@requires(Permission.ADMINISTER)
@fresh
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Change a login: its name, its groups, its last day."""
    now = timezone.now()
    found = get_user(pk, now=now)
    form = UserForm(posted(request), initial=facts_of(found), fixes_groups=has_company_account(found))
    if form.is_valid():
        with form.refusing():
            edit_login(user_id=pk, facts=form.facts(), by=request.user, now=now)
            messages.success(request, _("Saved."))
            return go(request, "user", pk)
    heading, back = _("Edit %(name)s") % {"name": name_of(found)}, _page_of(found)
    return answer(request, "config/user_form.html", part="form", form=form, heading=heading, back=back)


@requires(Permission.ADMINISTER)
@fresh
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def user_invite(request: HtmxRequest, pk: int) -> HttpResponse:
    """Make a link by which the person chooses a password, after a question; it is shown once."""
    found = get_user(pk, now=timezone.now())
    if request.method == "POST":
        return _invited(request, pk)
    return render(request, "config/user_invite.html", {"about": found, "back": _page_of(found)})


@requires(Permission.ADMINISTER)
@fresh
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def user_disable(request: HtmxRequest, pk: int) -> HttpResponse:
    """Cut a login off at once, after a question."""
    found = get_user(pk, now=timezone.now())
    form = QuestionForm(posted(request))
    if form.is_valid():
        with form.refusing():
            disable_login(user_id=pk, by=request.user, now=timezone.now())
            messages.success(request, _("%(name)s is cut off.") % {"name": name_of(found)})
            return stay(request, "user", pk)
    heading = _("Disable %(name)s") % {"name": name_of(found)}
    words = "config/user_questions.html#disable"
    return _ask(request, form, heading=heading, words=words, back=_page_of(found), about=found)


@requires(Permission.ADMINISTER)
@fresh
@require_POST
def user_enable(request: HtmxRequest, pk: int) -> HttpResponse:
    """Let a disabled login sign in again."""
    found = enable_login(user_id=pk, by=request.user)
    messages.success(request, _("%(name)s can sign in again.") % {"name": name_of(found)})
    return go(request, "user", pk)


@requires(Permission.ADMINISTER)
@fresh
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def user_second_factor_reset(request: HtmxRequest, pk: int) -> HttpResponse:
    """Take away the second factors of somebody who has lost them, after a question."""
    found, form = get_user(pk, now=timezone.now()), QuestionForm(posted(request))
    if form.is_valid():
        with form.refusing():
            reset_second_factor(user_id=pk, by=request.user)
            messages.success(request, _("The second factor is taken away; the next sign-in asks for a new one."))
            return stay(request, "user", pk)
    words, back = "config/user_questions.html#factor", _page_of(found)
    return _ask(request, form, heading=_("Reset the second factor"), words=words, back=back, about=found)


@requires(Permission.ADMINISTER)
@never_cache
@require_safe
def user_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a login."""
    found = get_user(pk, now=timezone.now())
    above = (Link(_("Users"), reverse("users")),)
    return told(
        request, of_user(found), of=_page_of(found), above=above, exported="user-log", export_query=f"?user={pk}"
    )


@requires(Permission.ADMINISTER)
@fresh
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def user_token_new(request: HtmxRequest, pk: int) -> HttpResponse:
    """Make a token for a program that acts as this login; it is shown once."""
    found, form = get_user(pk, now=timezone.now()), NewTokenForm(posted(request))
    context: dict[str, Any] = {
        "back": _page_of(found),
        "heading": _("New token of %(name)s") % {"name": name_of(found)},
    }
    if form.is_valid():
        with form.refusing():
            # Answered with a page, and never to HTMX: the answers to HTMX, and messages, are kept for a while.
            token, secret = create_token(user=found, **form.cleaned_data, by=request.user, now=timezone.now())
            return render(request, "config/user_token_new.html", {**context, "made": token, "secret": secret})
    return answer(request, "config/user_token_new.html", form=form, **context)


@requires(Permission.ADMINISTER)
@fresh
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: HtmxRequest, pk: int) -> HttpResponse:
    """Revoke a token, after a question."""
    token, form = get_token(pk), QuestionForm(posted(request))
    if form.is_valid():
        with form.refusing():
            revoke_token(token_id=pk, by=request.user, now=timezone.now())
            messages.success(request, _("The token can no longer be used."))
            return stay(request, "user", token.user_id)
    words = "config/user_questions.html#token"
    return _ask(request, form, heading=_("Revoke a token"), words=words, back=_page_of(token.user), token=token)


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HtmxRequest) -> HttpResponse:
    """Let whoever was invited choose the password; the secret stands in the query, which no log holds (ADR 55)."""
    now, secret = timezone.now(), request.GET.get("key", "")
    counters = [counter(CountedBy.INVITATION_FROM_ADDRESS, client_address(request) or "")]
    begin(counters, now=now)
    invitation = open_invitation(secret, now=now)
    take_back(counters)
    form = ChosenPasswordForm(posted(request))
    if form.is_valid():
        with form.refusing():
            accept_invitation(secret=secret, password=form.cleaned_data["password"], now=now)
            messages.success(request, _("The password is set. Sign in with it."))
            return redirect("login")
    return answer(request, "config/invitation_accept.html", form=form, invitation=invitation)


def _invited(request: HtmxRequest, pk: int) -> HttpResponse:
    """Make the link, and answer with a page that shows it, never to HTMX, whose answers are kept for a while."""
    now = timezone.now()
    invitation, secret = invite_login(user_id=pk, by=request.user, now=now)
    address = request.build_absolute_uri(reverse("invitation_accept", query={"key": secret}))
    context = {"about": invitation.user, "back": _page_of(invitation.user), "made": invitation, "address": address}
    return render(request, "config/user_invite.html", context)


def _ask(request: HtmxRequest, form: QuestionForm, *, heading: str, words: str, **context: Any) -> HttpResponse:
    return answer(
        request, "config/user_questions.html", part="dialog", form=form, heading=heading, words=words, **context
    )


def _page_of(about: Any) -> Link:
    return Link(name_of(about), reverse("user", args=[about.pk]))
