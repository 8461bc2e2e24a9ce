"""Signing in and changing the password, with a bound on guessing that never locks an owner out (ADR 29)."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from config import hashers
from config.attempts import CountedBy, Counter, TooManyAttempts, begin, counter, succeeded, take_back
from config.client_address import client_network
from config.confirming import confirm, other_ways, way_back
from config.hashers import TooManyAtOnce
from config.sign_ins import note_throttled
from training.core.refusals import Refusal

SALT = "known browser"
NAMES_OF_A_BROWSER = 8  # enough for a computer that a shift shares
BUSY_SECONDS = 5


# Browsers in which somebody has signed in before


def _known(request: HttpRequest) -> dict[str, Any]:
    """Return the random number of the browser, and the hashes of the names that have signed in with it."""
    sealed = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        known = signing.loads(sealed, salt=SALT, max_age=settings.KNOWN_BROWSER_COOKIE_AGE)
    except signing.BadSignature:
        return {"browser": secrets.token_hex(8), "names": []}
    return dict(known)


def _hash(name: str) -> str:
    return counter(CountedBy.NAME, name).who


def remember_browser(request: HttpRequest, response: HttpResponse, name: str) -> None:
    """Set a signed cookie which says that this name has signed in with this browser.

    Nobody can forge it, or use it for another name.
    """
    known = _known(request)
    others = [each for each in known["names"] if each != _hash(name)]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps({**known, "names": [*others, _hash(name)][-NAMES_OF_A_BROWSER:]}, salt=SALT),
        max_age=settings.KNOWN_BROWSER_COOKIE_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def counters_of(request: HttpRequest, name: str) -> list[Counter]:
    """Return the counters of an attempt to sign in. Strangers who guess a name do not slow the browser of its owner."""
    known = _known(request)
    if _hash(name) in known["names"]:
        return [counter(CountedBy.NAME_IN_BROWSER, name, known["browser"])]
    network = client_network(request)
    return [
        counter(CountedBy.NAME_FROM_ADDRESS, name, network),
        counter(CountedBy.ADDRESS, network),
        counter(CountedBy.NAME, name),
    ]


# Forms


class GuessingForm(Protocol):
    refusal: Refusal | None


@contextmanager
def guess(form: GuessingForm, counters: list[Counter], *, is_known: bool = False) -> Iterator[None]:
    """Count the check of a password, which runs inside, as a failed attempt unless it succeeds.

    Args:
        is_known: the name has signed in with this browser before, so strangers do not delay the check.

    Raises:
        ValidationError: too many attempts, or too many at once; `form.refusal` says which.
    """
    now = timezone.now()
    try:
        begin(counters, now=now)
        with hashers.ahead_of_strangers() if is_known else nullcontext():
            yield
    except TooManyAtOnce as refusal:
        take_back(counters)  # nobody has looked at the password
        raise _said(form, refusal) from refusal
    except TooManyAttempts as refusal:
        raise _said(form, refusal) from refusal
    succeeded(counters, now=now)


def _said(form: GuessingForm, refusal: Refusal) -> forms.ValidationError:
    form.refusal = refusal
    return forms.ValidationError(refusal.message)


class SignInForm(AuthenticationForm):
    """Name and password, which are checked only as often as the limits on guessing allow."""

    refusal: Refusal | None = None

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password or self.request is None:
            return super().clean()
        counters = counters_of(self.request, name)
        with guess(self, counters, is_known=counters[0].kind == CountedBy.NAME_IN_BROWSER):
            return super().clean()


class OldPasswordForm(PasswordChangeForm):
    """A session left open must not be a place to guess its owner's password."""

    refusal: Refusal | None = None

    def clean_old_password(self) -> str:
        with guess(self, [counter(CountedBy.OLD_PASSWORD, str(self.user.pk))]):
            return super().clean_old_password()


class PasswordAgainForm(forms.Form):
    """The password of who is signed in, asked anew (N4)."""

    refusal: Refusal | None = None
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: AbstractBaseUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        with guess(self, [counter(CountedBy.OLD_PASSWORD, str(self.user.pk))]):
            if not self.user.check_password(password):
                raise forms.ValidationError(_("This is not your password."))
        return password


# Middleware


def signed_in_before_strangers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let people who are signed in hash, say, a new password in the queue of known people, ahead of strangers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.user.is_authenticated:
            with hashers.ahead_of_strangers():
                return get_response(request)
        return get_response(request)

    return middleware


# Views


def _with_status(response: HttpResponse, refusal: Refusal | None) -> HttpResponse:
    """Tell programs by the status what the form says, too often (429) or too many at once (503), and when to retry."""
    if refusal is not None:
        response.status_code = refusal.status
        response["Retry-After"] = str(refusal.seconds if isinstance(refusal, TooManyAttempts) else BUSY_SECONDS)
    return response


class LoginView(views.LoginView):
    form_class = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, or ask for the second factor first if the login has one, in a session that begins anew."""
        user = form.get_user()
        self.request.session.cycle_key()
        response: HttpResponse = perform_password_login(
            self.request,
            {"username": user.get_username()},
            Login(user=user, redirect_url=self.get_success_url()),
        )
        remember_browser(self.request, response, user.get_username())
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, company=settings.OIDC_NAME if settings.OIDC_ISSUER else "")

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if isinstance(getattr(form, "refusal", None), TooManyAttempts):
            note_throttled(self.request, username=form.data.get("username", ""))
        return _with_status(super().form_invalid(form), getattr(form, "refusal", None))


class ConfirmView(FormView):
    """Asks who is signed in for the password, and leads back (N4); codes, passkeys and company accounts have pages."""

    template_name = "registration/confirm.html"
    form_class = PasswordAgainForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead on to another way if there is no password to ask for.

        Raises:
            PermissionDenied: there is no other way either.
        """
        ways = other_ways(request)
        if isinstance(request.user, AbstractUser) and request.user.has_usable_password():
            return super().get(request, *args, **kwargs)
        if not ways:
            raise PermissionDenied
        return redirect(ways[0]["url"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ways = other_ways(self.request)
        return super().get_context_data(**kwargs, reauthentication_alternatives=ways, next=way_back(self.request))

    def get_success_url(self) -> str:
        return way_back(self.request) or resolve_url(settings.LOGIN_REDIRECT_URL)

    def form_valid(self, form: PasswordAgainForm) -> HttpResponse:
        confirm(self.request)
        return super().form_valid(form)

    def form_invalid(self, form: PasswordAgainForm) -> HttpResponse:
        return _with_status(super().form_invalid(form), form.refusal)


class PasswordChangeView(views.PasswordChangeView):
    form_class = OldPasswordForm

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        return _with_status(super().form_invalid(form), getattr(form, "refusal", None))
