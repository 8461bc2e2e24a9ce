"""Logins of the demo; passwords are made from the secret key of the installation: no two demos share one."""

import base64
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.utils.crypto import salted_hmac

from training.core.groups import AUDITORS, SUPERVISORS, TRAINERS

SALT = "siteproof.demo.password"


@dataclass(frozen=True)
class LoginFacts:
    username: str
    first_name: str
    last_name: str
    group: str  # empty for a superuser
    is_told: bool = True


ADMIN = "admin"
SUPERVISORS_BY_NAME = ("supervisor", "supervisor2")
LOGINS = (
    LoginFacts("supervisor", "Mona", "Haddad", SUPERVISORS),
    LoginFacts("trainer", "Pierre", "Moreau", TRAINERS),
    LoginFacts("auditor", "Judith", "Verbeek", AUDITORS),
    LoginFacts(ADMIN, "Robert", "Aldous", ""),
    LoginFacts("trainer2", "Ingrid", "Solberg", TRAINERS, is_told=False),
    LoginFacts("supervisor2", "Anders", "Lindqvist", SUPERVISORS, is_told=False),
)


def write_logins() -> dict[str, User]:
    """Make the logins and return them by user name. Only those that the command tells have a password."""
    users = {}
    for facts in LOGINS:
        user = User(username=facts.username, first_name=facts.first_name, last_name=facts.last_name)
        user.is_superuser = user.is_staff = not facts.group
        user.set_password(password_of(facts.username) if facts.is_told else None)
        user.save()
        if facts.group:
            user.groups.add(Group.objects.get(name=facts.group))
        users[facts.username] = user
    return users


def told_logins() -> list[tuple[str, str, str]]:
    """Make sure that the passwords of the demo work, and return user name, password and kind of each login."""
    told = []
    for facts in LOGINS:
        user = User.objects.filter(username=facts.username).first()
        if user is None or not facts.is_told:
            continue
        password = password_of(facts.username)
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        told.append((facts.username, password, facts.group or "administrator"))
    return told


def password_of(username: str) -> str:
    """Return three groups of four letters and digits, easy to type."""
    letters = base64.b32encode(salted_hmac(SALT, username, algorithm="sha256").digest()).decode().lower()
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}"
