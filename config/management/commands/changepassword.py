from typing import Any

from django.contrib.auth.management.commands import changepassword

from training.core.audit_context import as_command


class Command(changepassword.Command):
    """Django's own command; its audit event names the command and who ran it."""

    def handle(self, *args: Any, **options: Any) -> Any:
        with as_command("changepassword"):
            return super().handle(*args, **options)
