"""Make a token for a program that acts as a login (N3)."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.utils import timezone

from config.api_tokens import create_token
from config.models import ApiToken
from training.core.audit_context import as_command
from training.core.refusals import check_found
from training.core.words import moment


class Command(BaseCommand):
    help = "Makes a token and prints it: it is stored nowhere, and cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="of the login as which the program acts")
        parser.add_argument("name", help="what the token is for")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.READ)
        parser.add_argument("--days", type=int, help="how long it can be used; by default API_TOKEN_DAYS")

    def handle(self, *args: Any, username: str, name: str, scope: str, days: int | None, **options: Any) -> None:
        found = User.objects.filter(username=username).first()
        user = check_found(found, f"There is no login {username}.")
        with as_command("create_token"):
            token, secret = create_token(user=user, name=name, scope=scope, days=days, by=None, now=timezone.now())
        self.stderr.write(f"{token.name}: {token.get_scope_display()}, until {moment(token.expires_at)}:")
        self.stdout.write(secret)
