"""The pages of django-allauth that this site uses, listed one by one; nothing else of it can be reached (N1).

Their names are those by which allauth finds them. What changes a factor, or shows recovery codes, asks anew who it is.
"""

from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth import views as auth
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from config import company_accounts, login
from config.second_factor import SignInView, without_second_factor
from training.core.permissions import View, fresh, public, signed_in


def _to_set_up(view: View) -> View:
    """Return a page that changes a factor: open to who has to set one up, and only minutes after being asked."""
    return fresh(without_second_factor(signed_in(view)))


urlpatterns: list[URLPattern] = [
    path("login/", public(login.LoginView.as_view()), name="account_login"),
    path("login/code/", public(factors.authenticate), name="mfa_authenticate"),
    path("login/passkey/", public(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("login/inactive/", public(require_safe(RedirectView.as_view(pattern_name="login"))), name="account_inactive"),
    path("logout/", public(auth.LogoutView.as_view()), name="account_logout"),
    path(
        "confirm/",
        without_second_factor(signed_in(login.ConfirmView.as_view())),
        name="account_reauthenticate",
    ),
    path("confirm/code/", without_second_factor(signed_in(factors.reauthenticate)), name="mfa_reauthenticate"),
    path(
        "confirm/passkey/",
        without_second_factor(signed_in(passkeys.reauthenticate_webauthn)),
        name="mfa_reauthenticate_webauthn",
    ),
    path("confirm/company/", without_second_factor(company_accounts.confirm_by_company), name="confirm_by_company"),
    path(
        "login/company/",
        company_accounts.openid_connect_login,
        {"provider_id": company_accounts.PROVIDER},
        name="openid_connect_login",
    ),
    path(
        "login/company/back/",
        company_accounts.openid_connect_callback,
        {"provider_id": company_accounts.PROVIDER},
        name="openid_connect_callback",
    ),
    path(
        "login/company/cancelled/",
        public(require_safe(RedirectView.as_view(pattern_name="login"))),
        name="socialaccount_login_cancelled",
    ),
    path("sign-in/", without_second_factor(signed_in(SignInView.as_view())), name="mfa_index"),
    path("sign-in/app/", _to_set_up(totp.activate_totp), name="mfa_activate_totp"),
    path("sign-in/app/remove/", _to_set_up(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "sign-in/passkeys/",
        without_second_factor(signed_in(require_safe(RedirectView.as_view(pattern_name="mfa_index")))),
        name="mfa_list_webauthn",
    ),
    path("sign-in/passkeys/add/", _to_set_up(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("sign-in/passkeys/<int:pk>/edit/", _to_set_up(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("sign-in/passkeys/<int:pk>/remove/", _to_set_up(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("sign-in/codes/", _to_set_up(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("sign-in/codes/new/", _to_set_up(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
]
