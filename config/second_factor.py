"""Second factors: for whom they are required, how codes are counted, and how another superuser takes them away (N1)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added
from django.conf import settings
from django.contrib.auth.models import AbstractUser, User
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from config.attempts import CountedBy, counter
from config.company_sessions import KEY
from config.confirming import asking, lead_to
from config.login import guess
from config.problems import API, problem
from config.refusal_answers import SAFE, place_to_look
from config.sign_ins import note_code_refused
from training.core.permissions import Permission, View, check_may, roles_of
from training.core.refusals import Conflict, NotPermitted, Refusal, check_found
from training.core.transactions import acting, lock_row

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are none


class NoSecondFactor(Conflict):
    """The login has no second factor that could be taken away (409)."""


# Who needs one


def is_required(user: AbstractUser) -> bool:
    """Tell whether a login needs a second factor by `SECOND_FACTOR_FOR`."""
    return bool(settings.SECOND_FACTOR_FOR and roles_of(user) & set(settings.SECOND_FACTOR_FOR))


def without_second_factor(view: View) -> View:
    """Declare that a view runs for who still has to set up the second factor, or to show it."""
    view.is_without_second_factor = True  # type: ignore[attr-defined]  # read by the middleware
    return view


class SecondFactorMiddleware:
    """Lead who needs a second factor to the page that sets one up, or asks for it, before any other page.

    A session counts if a code, a recovery code or a passkey of a factor that the login still has was given in it, or if
    it began at the company's own sign-in page. Tokens are not asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        is_api = request.path.startswith(API)  # its views are public because its own gate checks who asks
        is_public = getattr(view, "is_public", False) and not is_api
        is_open = is_public or getattr(view, "is_without_second_factor", False)
        if is_open or not isinstance(request.user, AbstractUser) or getattr(request, "by_token", False):
            return None
        if not is_required(request.user) or KEY in request.session:  # the company's own factor counts
            return None
        kinds = dict(Authenticator.objects.filter(user_id=request.user.pk).values_list("pk", "type"))
        has_one = bool(set(kinds.values()) & set(FACTORS))
        if has_one and _was_shown(request, request.user, kinds):
            return None
        if is_api:
            return problem(HTTPStatus.FORBIDDEN, _("Your login needs a second factor. Open the site to show it."))
        if not has_one:
            return lead_to(request, reverse("mfa_index"))
        is_page = request.method in SAFE and not getattr(request, "htmx", False)
        back_to = request.get_full_path() if is_page else place_to_look(request)
        return asking(request, back_to=back_to, by_factor=True)


def _was_shown(request: HttpRequest, user: AbstractUser, kinds: dict[int, str]) -> bool:
    return any(each.get("id") in kinds for each in get_authentication_records(request, user) if "type" in each)


@receiver(authenticator_added, dispatch_uid="second_factor")
def count_as_shown(*, request: HttpRequest, user: AbstractUser, authenticator: Authenticator, **_signal: Any) -> None:
    """Take a factor that was set up just now as shown in this session: setting it up has proved it."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


# Pages


class SignInView(IndexView):  # type: ignore[misc]  # allauth has no types
    """What opens one's own login: the password, an app, passkeys, recovery codes."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "required": is_required(self.request.user)}


# Codes


class _CountedCode:
    """A form for a code that counts wrong ones of a login, in whichever process they arrive (ADR 29)."""

    user: AbstractUser
    refusal: Refusal | None = None

    def clean_code(self) -> str:
        with guess(self, [counter(CountedBy.SECOND_FACTOR, str(self.user.pk))]):
            code: str = super().clean_code()  # type: ignore[misc]  # of the form that this is mixed into
        return code


class CodeForm(_CountedCode, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code that is asked for at sign-in."""


class CodeAgainForm(_CountedCode, ReauthenticateForm):  # type: ignore[misc]  # as above
    """The code that is asked for in a session."""


@receiver(authentication_failed, dispatch_uid="second_factor")
def note_wrong_code(*, request: HttpRequest, user: AbstractUser, **_signal: Any) -> None:
    note_code_refused(request, user)


# Taking away


def reset_second_factor(*, user_id: int, by: User | None) -> None:
    """Take away every second factor and the recovery codes of a login, whose owner has lost them.

    The owner signs in with the password then, and is led to the page that sets up a new one; open sessions too.

    Args:
        by: the superuser who does it; None for an operator at the command line.

    Raises:
        NotPermitted: the person is no superuser, or it is the own login: a session left open must not be enough.
        NotFound: there is no such login.
        NoSecondFactor: it has none.
    """
    if by is not None:
        check_may(by, Permission.ADMINISTER)
        if by.pk == user_id:
            raise NotPermitted(_("Your own second factor is taken away by another superuser."))
    with acting(by):
        check_found(lock_row(User.objects.all(), user_id, no_key=True) or None, _("There is no such login."))
        taken, _kinds = Authenticator.objects.filter(user_id=user_id).delete()
        if not taken:
            raise NoSecondFactor(_("This login has no second factor."))
