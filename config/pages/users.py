"""What the pages of users show: who there is, what each login may do, and what opens it (N3)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from config.api_tokens import TokenRefused, check_opens
from config.forms.users import ShownUsers
from config.last_days import has_ended
from config.models import ApiToken, CompanyAccount, Invitation, LastDay, SecondFactor
from config.second_factor import FACTORS
from training.core.groups import GROUPS
from training.core.kinds import StatusKind
from training.core.refusals import check_found
from training.core.trail import Source
from training.core.words import day
from training.models import Login, Membership


@dataclass(frozen=True)
class UserLine:
    """A login as the list shows it.

    Attributes:
        groups: what it is, in words; empty for a login without a role.
        kind, word: the state of it, as a pill.
        tokens: how many tokens of it open something now.
        factor: its second factor, in words: at the company's own sign-in, set up, missing, or none.
    """

    user: User
    groups: Sequence[str]
    kind: StatusKind
    word: str
    tokens: int
    factor: str


@dataclass(frozen=True)
class TokenLine:
    """A token of a login; `reason` says why it opens nothing, and is empty while it does."""

    token: ApiToken
    reason: str


def users_asked_for(text: str, shown: ShownUsers, *, now: datetime) -> QuerySet[User]:
    """Return the logins that match a search, by user name, with what `user_lines` shows of them."""
    rows = User.objects.filter(_in_state(shown), _mentioning(text)).order_by("username")
    return with_facts(rows, now=now)


def count_users(text: str) -> dict[ShownUsers, int]:
    """Return how many of the logins that match a search each entry of the strip holds."""
    rows = User.objects.filter(_mentioning(text))
    found = rows.aggregate(**{shown.value: Count("pk", filter=_in_state(shown)) for shown in ShownUsers})
    return {shown: found[shown.value] for shown in ShownUsers}


def with_facts(rows: QuerySet[User], *, now: datetime) -> QuerySet[User]:
    """Add to logins what their lines need, by a fixed number of queries."""
    invited = Invitation.objects.filter(user=OuterRef("pk"), used_at=None, ended_at=None, expires_at__gt=now)
    opens = Q(api_tokens__revoked_at=None, api_tokens__expires_at__gt=now)
    return (
        rows.select_related("last_day")
        .prefetch_related("groups")
        .annotate(
            open_tokens=Count("api_tokens", filter=opens),
            is_invited=Exists(invited),
            has_factor=Exists(SecondFactor.objects.filter(user=OuterRef("pk"), type__in=FACTORS)),
            is_of_company=Exists(CompanyAccount.objects.filter(user=OuterRef("pk"))),
        )
    )


def user_lines(users: Iterable[User], *, today: date) -> list[UserLine]:
    """Return the lines of logins that `with_facts` has read."""
    return [_line(user, today=today) for user in users]


def get_user(pk: int, *, now: datetime) -> User:
    """Return a login with what its line needs.

    Raises:
        NotFound: there is none.
    """
    return check_found(with_facts(User.objects.filter(pk=pk), now=now).first(), _("There is no such login."))


def tokens_of(user: User, *, now: datetime) -> list[TokenLine]:
    """Return the tokens of a login, the newest first, each with why it opens nothing if it does not."""
    tokens = ApiToken.objects.filter(user=user).select_related("user__last_day", "created_by")
    return [TokenLine(token, _reason(token, now=now)) for token in tokens]


def get_token(pk: int) -> ApiToken:
    """Return a token with its login.

    Raises:
        NotFound: there is none.
    """
    return check_found(ApiToken.objects.select_related("user").filter(pk=pk).first(), _("There is no such token."))


def of_user(user: User) -> Sequence[Source]:
    """Return the sources of a login's audit log: itself, its groups, what opens it, and its last day."""
    me = (user.pk,)
    return (
        Source(model=LastDay, ids=me, by="user", fields=("day",)),
        Source(model=Invitation, ids=me, by="user", fields=("expires_at", "used_at", "ended_at")),
        Source(
            model=ApiToken, ids=me, by="user", subject="name", fields=("scope", "expires_at", "revoked_at", "ended_by")
        ),
        Source(model=SecondFactor, ids=me, by="user", subject="type", fields=("type",)),
        Source(model=CompanyAccount, ids=me, by="user", subject="provider", fields=("uid",)),
        Source(model=Membership, ids=me, by="user", subject="group"),
        Source(model=Login, ids=me, without=("is_staff", "date_joined")),
    )


def _reason(token: ApiToken, *, now: datetime) -> str:
    try:
        check_opens(token, now=now)
    except TokenRefused as refused:
        return refused.message
    return ""


def _line(user: Any, *, today: date) -> UserLine:
    names = [group.name for group in user.groups.all() if group.name in GROUPS]
    groups = [*([_("Superuser")] if user.is_superuser else []), *(name[:1].upper() + name[1:] for name in names)]
    kind, word = _state(user, today=today)
    return UserLine(user, groups, kind, word, user.open_tokens, _factor(user, names))


def _factor(user: Any, names: Collection[str]) -> str:
    if user.is_of_company:
        return _("company account")
    if user.has_factor:
        return _("set up")
    roles = {*names, *(["superuser"] if user.is_superuser else [])}
    return _("missing") if roles & set(settings.SECOND_FACTOR_FOR) else ""


def _state(user: Any, *, today: date) -> tuple[StatusKind, str]:
    if not user.is_active:
        return StatusKind.NONE, pgettext("login", "Disabled")
    if has_ended(user, today=today):
        return StatusKind.NONE, _("Ended on %(day)s") % {"day": day(user.last_day.day)}
    if user.has_usable_password() or user.is_of_company:
        return StatusKind.OK, pgettext("login", "Active")
    if user.is_invited:
        return StatusKind.WAIT, _("Invited")
    return StatusKind.WARN, _("Nothing opens it")


def _in_state(shown: ShownUsers) -> Q:
    return Q() if shown is ShownUsers.ALL else Q(is_active=shown is ShownUsers.ACTIVE)


def _mentioning(text: str) -> Q:
    found = Q()
    for word in text.split():
        found &= (
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    return found
