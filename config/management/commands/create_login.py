"""Make a login, and the link by which its person chooses a password (N3)."""

import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils import timezone

from config.services.invitations import check_password, invite_login
from config.services.users import UserFacts, create_login
from training.core.audit_context import as_command
from training.core.groups import GROUPS
from training.core.words import moment


class Command(BaseCommand):
    help = (
        "Makes a login and prints the path of a link, to be put behind the site's address, by which its person "
        "chooses the password; it works once and for seven days. With --password-stdin the password is the first "
        "line of standard input instead."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--email", default="")
        parser.add_argument("--group", action="append", choices=GROUPS, default=[], help="can be given several times")
        parser.add_argument("--superuser", action="store_true")
        parser.add_argument(
            "--last-day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="after it the login opens nothing"
        )
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *args: Any, username: str, password_stdin: bool, **options: Any) -> None:
        facts = UserFacts(
            username=username,
            first_name=options["first_name"],
            last_name=options["last_name"],
            email=options["email"],
            groups=options["group"],
            is_superuser=options["superuser"],
            last_day=options["last_day"],
        )
        now, password = timezone.now(), ""
        if password_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
            check_password(password, user=User(username=username, email=facts.email))
        with as_command("create_login"):
            user = create_login(facts=facts, by=None, now=now, password=password)
            if password_stdin:
                self.stdout.write(f"{username}: the login is made.")
                return
            invitation, secret = invite_login(user_id=user.pk, by=None, now=now)
        until = moment(invitation.expires_at)
        self.stderr.write(f"{username}: the login is made. The link works once, until {until}:")
        self.stdout.write(reverse("invitation_accept", query={"key": secret}))
