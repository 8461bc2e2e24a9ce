"""API tokens: made and revoked by those who administer, shown once, kept as a hash, with a scope and an end."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from config.last_days import has_ended
from config.models import ApiToken
from training.core.permissions import SUPERUSER_ONLY, Permission, check_may, may, withhold
from training.core.refusals import Conflict, Invalid, check_fields
from training.core.transactions import acting
from training.core.words import day

MARK = "sp_"  # so that leak scanners and people know one when they see it
USE_IS_NOTED_EVERY = timedelta(minutes=1)
Scope, Ended = ApiToken.Scope, ApiToken.Ended


class TokenAlreadyRevoked(Conflict):
    """The token opens nothing any more (409)."""


class TokenRefused(Exception):  # noqa: N818  # an answer, not an accident
    """A token opens nothing; the message says why (401). `token` is None where it is not known here."""

    def __init__(self, message: str, token: ApiToken | None = None) -> None:
        super().__init__(message)
        self.message, self.token = message, token


def create_token(
    *, user: User, name: str, by: User | None, now: datetime, scope: str = Scope.WRITE, days: int | None = None
) -> tuple[ApiToken, str]:
    """Make a token for a login.

    Args:
        by: the superuser who makes it; None for an operator at the command line.
        scope: what the token may do of what its login may; `admin` only for a login that may revoke, correct or merge.
        days: for how many days it is valid; None means `API_TOKEN_DAYS` of the settings.

    Returns:
        the row, and the token itself, which is not stored and cannot be shown again.

    Raises:
        NotPermitted: the person is no superuser.
        Invalid: the name is blank or too long, the scope is unknown or not for this login, or `days` is out of range.
    """
    if by is not None:
        check_may(by, Permission.ADMINISTER)
    days = settings.API_TOKEN_DAYS if days is None else days
    check_can_have(user, scope=scope, days=days)
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=name.strip(),
        scope=scope,
        digest=_digest(secret),
        beginning=secret[:8],
        created_at=now,
        created_by=by,
        expires_at=now + timedelta(days=days),
    )
    check_fields(token)
    with acting(by):
        token.save()
    return token, secret


def check_can_have(user: User, *, scope: str, days: int) -> None:
    """Refuse a token that lasts too long, or whose scope goes further than its login.

    Raises:
        Invalid: names the field.
    """
    if not 1 <= days <= settings.API_TOKEN_MAX_DAYS:
        message = _("A token lasts from 1 to %(most)d days.") % {"most": settings.API_TOKEN_MAX_DAYS}
        raise Invalid(message, errors={"days": [message]})
    if scope == Scope.ADMIN and not any(may(user, permission) for permission in SUPERUSER_ONLY):
        message = _("This login may not revoke, correct or merge, so no token of it can.")
        raise Invalid(message, errors={"scope": [message]})


def revoke_token(*, token_id: int, by: User, now: datetime) -> None:
    """Revoke a token: from now on it is refused.

    Raises:
        NotPermitted: the person is no superuser.
        TokenAlreadyRevoked: somebody did it before, or the token ended with its login.
    """
    check_may(by, Permission.ADMINISTER)
    standing = ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True)
    with acting(by):
        revoked = standing.update(revoked_at=now, ended_by=Ended.REVOKED)
    if not revoked:
        raise TokenAlreadyRevoked(_("This token was revoked already."))


def use_token(secret: str, *, now: datetime) -> ApiToken:
    """Return the row of a token with its login, and note its use, at most once a minute.

    Rights that the scope leaves out are withheld from the returned login. `last_used_at` is as it was before this use,
    so that the caller can recognise the first one.

    Raises:
        TokenRefused: the token is unknown or has ended, or its login is disabled.
    """
    token = ApiToken.objects.select_related("user__last_day").filter(digest=_digest(secret)).first()
    if token is None:
        raise TokenRefused(_("This token is not known here. Check that it was copied whole."))
    check_opens(token, now=now)
    if token.last_used_at is None or now - token.last_used_at >= USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    if token.scope != Scope.ADMIN:
        withhold(token.user, SUPERUSER_ONLY)
    return token


def check_opens(token: ApiToken, *, now: datetime) -> None:
    """Refuse a token that has ended, or whose login is disabled.

    Raises:
        TokenRefused: says which of these, and since when.
    """
    if token.revoked_at is not None:
        sentences = {
            Ended.PASSWORD: _("This token ended on %(day)s, when the password of its login was changed."),
            Ended.DISABLED: _("This token ended on %(day)s, when its login was disabled."),
            Ended.DEMOTED: _("This token ended on %(day)s, when its login lost a right."),
        }
        sentence = sentences.get(Ended(token.ended_by or Ended.REVOKED), _("This token was revoked on %(day)s."))
        raise TokenRefused(_ask_anew(sentence % {"day": day(timezone.localdate(token.revoked_at))}), token)
    assert token.expires_at is not None  # noqa: S101  # the constraint api_token_has_end
    if token.expires_at <= now:
        since = day(timezone.localdate(token.expires_at))
        raise TokenRefused(_ask_anew(_("This token ended on %(day)s.") % {"day": since}), token)
    if has_ended(token.user, today=timezone.localdate(now)):
        raise TokenRefused(_ask_anew(_("The last day of this token's login is over.")), token)
    if not token.user.is_active:
        raise TokenRefused(_ask_anew(_("The login of this token is disabled.")), token)


def _ask_anew(sentence: str) -> str:
    return f"{sentence} {_('Ask an administrator for a new one.')}"


def _digest(secret: str) -> str:
    """A token is long and random, so one round of hashing is enough."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
