"""Single sign-on: people come in with the account of their company, over OpenID Connect (N2, ADR 70).

A person is known by the `sub` of the provider and by nothing else. What the claim of groups says is what the person may
do, at each sign-in and, every few minutes, in between (`config.company_sessions`).
"""

import time
from typing import Any

import requests
import structlog
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.openid_connect import views as allauth_views
from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config import secret_texts
from config.confirming import confirm, way_back
from config.sign_ins import note_company_refused
from training.core.groups import GROUPS
from training.core.permissions import LoginRole, public, signed_in
from training.core.refusals import Conflict, NotPermitted, Refusal, Unavailable
from training.core.transactions import acting

logger = structlog.get_logger(__name__)

PROVIDER = "company"
REFRESH = "refresh"  # where a sign-in under way keeps the token, encrypted
JUST_NOW_SECONDS = 60


class CompanyRefused(NotPermitted):
    """The provider knows the person, and the site does not let the person in (403)."""


class CompanyNameTaken(Conflict):
    """A login of this site has the name that the company account would get (409)."""


class ProviderAway(Unavailable):
    """The provider does not answer, or not as OpenID Connect says (503)."""


# Claims


def granted(claims: dict[str, Any]) -> set[LoginRole]:
    """Return what the groups of a claim open here by `OIDC_GROUPS`; nothing if the claim is missing."""
    named = claims.get(settings.OIDC_GROUPS_CLAIM) or []
    listed = [named] if isinstance(named, str) else [str(each) for each in named]
    return {LoginRole(settings.OIDC_GROUPS[each]) for each in listed if each in settings.OIDC_GROUPS}


def take_over(user: User, roles: set[LoginRole]) -> None:
    """Give a login exactly these roles; what changes leaves events. It is the person whom they name.

    Args:
        roles: what the claim opens, as `granted` says it.
    """
    wanted = roles & set(GROUPS)
    has = set(Group.objects.filter(user=user, name__in=GROUPS).values_list("name", flat=True))
    is_superuser = LoginRole.SUPERUSER in roles
    if has == wanted and user.is_superuser == is_superuser:
        return
    with acting(user):
        user.groups.remove(*Group.objects.filter(name__in=has - wanted))
        user.groups.add(*Group.objects.filter(name__in=wanted - has))
        if user.is_superuser != is_superuser:
            user.is_superuser = user.is_staff = is_superuser
            user.save(update_fields=["is_superuser", "is_staff"])
    if hasattr(user, "_siteproof_roles"):  # what `roles_of` has kept
        del user._siteproof_roles


# Signing in


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """How allauth's sign-in by a provider is bent to this site."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True  # `pre_social_login` has refused whom no group lets in

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Decide about somebody whom the provider has sent back.

        Raises:
            Refusal: the person is not let in, or is not who was to be asked anew; noted among the sign-ins.
        """
        name = str(sociallogin.user.get_username())  # the claim's, or that of the login which is known
        try:
            self._judge(request, sociallogin)
        except Refusal:
            note_company_refused(request, username=name)
            raise

    def _judge(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        known, told = (sociallogin.account.extra_data.get(part) or {} for part in ("id_token", "userinfo"))
        _forget_claims(sociallogin)
        if known.get("sub") != sociallogin.account.uid or told.get("sub", known["sub"]) != known["sub"]:
            raise ProviderAway(_("Your company's sign-in page contradicts itself. Tell your site's administrator."))
        process = sociallogin.state.get("process")
        if process == AuthProcess.REDIRECT:
            _check_is_the_same(request, sociallogin, asked_at=known.get("auth_time", 0))
            confirm(request)
            return
        if process != AuthProcess.LOGIN:  # linking an account to a login would be a second way in
            raise CompanyRefused(_("Sign in with your company account from the sign-in page."))
        claims = {**known, **told}
        roles = granted(claims)
        if not roles:
            raise CompanyRefused(
                _("Your company account opens nothing here. Ask your company for a group that does, then try again.")
            )
        token, sociallogin.token = sociallogin.token, None  # what is left would be stored with the session
        if not token.token_secret:
            raise CompanyRefused(
                _("Your company's sign-in page does not say for how long you belong to it. Tell your administrator.")
            )
        sociallogin.state[REFRESH] = secret_texts.encrypt(token.token_secret)
        if sociallogin.is_existing:
            take_over(sociallogin.user, roles)
        else:
            _check_name(sociallogin.user, str(claims.get("preferred_username") or ""))
            sociallogin.state["roles"] = sorted(roles)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the login of somebody who comes for the first time. It has no password.

        Raises:
            CompanyNameTaken: somebody else took the name a moment ago.
        """
        user: User = sociallogin.user
        if not user.username:  # allauth takes away a name that it does not like
            raise CompanyNameTaken(_("A login of this site is called so already. Ask your site's administrator."))
        user.set_unusable_password()
        with acting(None):
            user.save()
            sociallogin.account.user = user
            sociallogin.account.save()
        take_over(user, {LoginRole(each) for each in sociallogin.state["roles"]})
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **_more: Any
    ) -> None:
        """Say what went wrong between provider and site, in a sentence.

        Raises:
            ProviderAway: always, unless the person went back.
        """
        if error != AuthError.CANCELLED:
            logger.warning("single_sign_on_failed", exception=type(exception).__name__)
            raise provider_away() from exception


def provider_away() -> ProviderAway:
    """Return the refusal for a provider that does not answer, or not as expected."""
    return ProviderAway(_("Your company's sign-in page could not be asked. Try again from the sign-in page."))


def _forget_claims(sociallogin: SocialLogin) -> None:
    """Keep nothing of what the provider says about a person beyond the `sub`."""
    sociallogin.account.extra_data = {}
    sociallogin.email_addresses = []
    if sociallogin.is_existing:
        sociallogin.account.save(update_fields=["extra_data"])


def _check_is_the_same(request: HttpRequest, sociallogin: SocialLogin, *, asked_at: float) -> None:
    is_same = sociallogin.is_existing and request.user.is_authenticated and sociallogin.user.pk == request.user.pk
    if not is_same or time.time() - asked_at > JUST_NOW_SECONDS:
        raise CompanyRefused(_("Your company's sign-in page was to ask you anew, and has not, or somebody else."))


def _check_name(user: AbstractUser, name: str) -> None:
    """Take the name from the claim as it is, unless somebody has it: a second "ada" is no "ada2"."""
    user.username = name
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise CompanyRefused(
            _("Your company account has no name, or facts about you that cannot be stored here: %(why)s")
            % {"why": " ".join(error.messages)}
        ) from error
    if User.objects.filter(username__iexact=name).exists():
        raise CompanyNameTaken(
            _("A login of this site is called %(name)s already. Ask your site's administrator.") % {"name": name}
        )


# Pages


@public
@require_safe
def openid_connect_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the company's sign-in page. It is a link: a form could not lead to another site."""
    return _to_provider(request, AuthProcess.LOGIN, {})


@signed_in
@require_safe
def confirm_by_company(request: HttpRequest) -> HttpResponse:
    """Lead to the company's sign-in page, which has to ask even who is signed in there (N4)."""
    return _to_provider(request, AuthProcess.REDIRECT, {"prompt": "login", "max_age": "0"})


@public
@require_safe
def openid_connect_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take somebody whom the company's sign-in page sends back."""
    _provider(request)
    try:
        response: HttpResponse = allauth_views.callback(request, provider_id)
    except requests.RequestException as error:
        raise provider_away() from error
    return response


def _to_provider(request: HttpRequest, process: str, parameters: dict[str, str]) -> HttpResponse:
    provider = _provider(request)
    try:
        response: HttpResponse = provider.redirect(
            request, process, next_url=way_back(request) or None, auth_params=parameters
        )
    except (requests.RequestException, ValueError, KeyError) as error:
        raise provider_away() from error
    return response


def _provider(request: HttpRequest) -> Any:
    try:
        return get_adapter(request).get_provider(request, PROVIDER)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
