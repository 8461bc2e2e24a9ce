"""The last day of a login: after it, nobody signs in with it, and its sessions and tokens open nothing (N6)."""

from datetime import date
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractUser, User
from django.utils import timezone


def has_ended(user: AbstractUser, *, today: date) -> bool:
    """Tell whether the last day of a login is over.

    Args:
        user: read with `last_day`, else one query more is asked.
        today: the site's date.
    """
    last = getattr(user, "last_day", None)
    return last is not None and last.day < today


class LoginBackend(ModelBackend):
    """Opens a login by its password, and finds the login of a session, until its last day is over."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Tell whether a login is active and has not ended; asked at sign-in and by every request of a session."""
        return super().user_can_authenticate(user) and not has_ended(user, today=timezone.localdate())

    def get_user(self, user_id: Any) -> User | None:
        """Return the login of a session, with its last day by the same query; None if it opens nothing any more."""
        user = User.objects.select_related("last_day").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
