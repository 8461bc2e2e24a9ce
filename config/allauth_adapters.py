"""How django-allauth, which has second factors and single sign-on, is bent to this site (ADR 68).

Nobody signs up, nothing is sent by e-mail, addresses that are led back to are this site's own, `config.confirming` says
who was asked lately, and what is secret is encrypted.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from config import secret_texts
from config.client_address import client_address
from config.company_sessions import KEY
from config.confirming import is_confirmed


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Logins are made by superusers, and by single sign-on."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or ""

    def is_safe_url(self, url: str) -> bool:
        """Tell whether an address is one of this very host. allauth would lead to every host of ALLOWED_HOSTS."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the ways to ask somebody anew; whoever came from the company's sign-in page is asked there."""
        if KEY in context.request.session:
            return [{"id": "company", "description": settings.OIDC_NAME, "url": reverse("confirm_by_company")}]
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [{**each, "description": words[each["id"]]} for each in methods]

    def is_reauthentication_required(self, *, app: str, **_more: Any) -> bool:
        """Tell whether to ask anew, by the one time that all pages go by."""
        return not is_confirmed(context.request)

    def add_message(
        self, request: HttpRequest, level: int, *_arguments: Any, message: str = "", **_options: Any
    ) -> None:
        """Say what went wrong. What went well is seen on the page that follows."""
        if message:
            messages.add_message(request, level, message)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    """Secrets of codes are encrypted, and factors bear names that people understand."""

    def encrypt(self, text: str) -> str:
        return secret_texts.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secret_texts.decrypt(encrypted_text)

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        """Name a login by its user name alone: e-mail addresses do not leave the site."""
        return user.get_username()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002  # allauth's word
        """Return a name for a new passkey; its owner can give it a better one."""
        return _("Passkey %(n)d") % {"n": Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}
