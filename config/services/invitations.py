"""Invitations: a link that works once, by which the invited person chooses the password of a login (N3)."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.models import CompanyAccount, Invitation
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid, NotFound, check_found
from training.core.transactions import acting

LASTS = timedelta(days=7)
SECRET_BYTES = 32
LONGEST_SECRET = 100


class LoginDisabled(Conflict):
    """A login that is disabled is not invited: the link would be dead from the start (409)."""


class OpenedByCompany(Conflict):
    """A login of a company account has no password of this site, which would outlive the account (409)."""


class InvitationOver(NotFound):
    """The link opens nothing: it is unknown, was used, was replaced, or its days are over (404)."""


def invite_login(*, user_id: int, by: User | None, now: datetime) -> tuple[Invitation, str]:
    """Make a link by which the person chooses a password; a link made before is dead from then on.

    The password that the login has now, if any, works until the link is used.

    Args:
        by: the superuser who invites; None for an operator at the command line.

    Returns:
        the invitation, and its secret, which is kept nowhere.

    Raises:
        NotPermitted: the person is no superuser.
        NotFound: there is no such login.
        LoginDisabled: it is disabled.
        OpenedByCompany: its person comes in by the company's sign-in.
    """
    if by is not None:
        check_may(by, Permission.ADMINISTER)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with acting(by):
        rows = User.objects.select_for_update(no_key=True).filter(pk=user_id)
        user = check_found(rows.first(), _("There is no such login."))
        if not user.is_active:
            raise LoginDisabled(_("This login is disabled. Enable it first."))
        if has_company_account(user):
            raise OpenedByCompany(_("This login is opened by your company's sign-in, and has no password here."))
        end_invitations(user, now=now)
        invitation = Invitation.objects.create(
            user=user, digest=_digest(secret), created_at=now, created_by=by, expires_at=now + LASTS
        )
    return invitation, secret


def end_invitations(user: User, *, now: datetime) -> None:
    """End the open invitations of a login, in the transaction of the caller."""
    Invitation.objects.filter(user=user, used_at=None, ended_at=None).update(ended_at=now)


def has_company_account(user: User) -> bool:
    """Tell whether a login is opened by the company's own sign-in, which then says its groups."""
    return bool(CompanyAccount.objects.filter(user_id=user.pk).exists())


def open_invitation(secret: str, *, now: datetime) -> Invitation:
    """Return the invitation that a secret opens, with its login.

    Raises:
        InvitationOver: it opens none; which of the reasons it is, is not told.
    """
    found = Invitation.objects.select_related("user").filter(digest=_digest(secret)).first()
    if found is None or len(secret) > LONGEST_SECRET or not _opens(found, now=now) or not found.user.is_active:
        raise _over()
    return found


def accept_invitation(*, secret: str, password: str, now: datetime) -> User:
    """Give the login of an invitation the password that its person has chosen. The link is dead from then on.

    Sessions and tokens that the login had end with the old password.

    Raises:
        InvitationOver: as `open_invitation`; also where somebody used the link at the same moment.
        Invalid: the password is too easy to guess; `errors` names the field.
    """
    invitation = open_invitation(secret, now=now)
    check_password(password, user=invitation.user)
    encoded = make_password(password)  # slow on purpose, so outside of the transaction
    with acting(invitation.user):
        users = User.objects.select_for_update(no_key=True).filter(pk=invitation.user_id, is_active=True)
        user = users.first()
        locked = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
        if user is None or locked is None or not _opens(locked, now=now):
            raise _over()
        user.password = encoded
        user.save(update_fields=["password"])
        Invitation.objects.filter(pk=locked.pk).update(used_at=now)
    return user


def check_password(password: str, *, user: User, field: str = "password") -> None:
    """Refuse a password that is too easy to guess.

    Args:
        user: whose name and address the password must not resemble.
        field: of the form in which it was typed.

    Raises:
        Invalid: says why.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid.of_fields({field: error.messages}) from error


def _opens(invitation: Invitation, *, now: datetime) -> bool:
    return invitation.used_at is None and invitation.ended_at is None and invitation.expires_at > now


def _over() -> InvitationOver:
    return InvitationOver(
        _("This link works once and for seven days, and opens nothing any more. Ask who invited you for a new one.")
    )


def _digest(secret: str) -> str:
    """A secret is long and random, so one round of hashing is enough."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
