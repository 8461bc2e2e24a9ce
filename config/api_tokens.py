"""API tokens: made and revoked by those who administer, shown once, kept as a hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from config.models import ApiToken
from training.permissions import Permission, check_may
from training.refusals import Conflict, check_fields, database_refusals

MARK = "sp_"  # so that leak scanners and people know one when they see it
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class AlreadyRevoked(Conflict):
    """The token opens nothing any more (409)."""


def make_token(*, user: User, name: str, by: User, now: datetime) -> tuple[ApiToken, str]:
    """Make a token for a login.

    Returns:
        its row, and the token itself, which cannot be had again.

    Raises:
        NotPermitted: not granted; superusers only.
        Invalid: the name is blank or too long.
    """
    check_may(by, Permission.ADMINISTER)
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user, name=name.strip(), digest=_digest(secret), beginning=secret[:8], created_at=now, created_by=by
    )
    check_fields(token)
    with database_refusals():
        token.save()
    return token, secret


def revoke_token(*, token_id: int, by: User, now: datetime) -> None:
    """Let a token open nothing from now on.

    Raises:
        NotPermitted: not granted; superusers only.
        AlreadyRevoked: somebody did it before.
    """
    check_may(by, Permission.ADMINISTER)
    with database_refusals():
        revoked = ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True).update(revoked_at=now)
    if not revoked:
        raise AlreadyRevoked(_("This token was revoked already."))


def use_token(secret: str, *, now: datetime) -> ApiToken | None:
    """Return a token with the login that it stands for, and note the use, at most once a minute; None if it opens
    nothing."""
    tokens = ApiToken.objects.select_related("user")
    token = tokens.filter(digest=_digest(secret), revoked_at__isnull=True, user__is_active=True).first()
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at >= USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _digest(secret: str) -> str:
    """A token is long and random, so one round of hashing is enough."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
