from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from training.core.audit_context import as_command


class Command(createsuperuser.Command):
    """Django's own command; its audit event names the command and who ran it."""

    def handle(self, *args: Any, **options: Any) -> Any:
        with as_command("createsuperuser"):
            return super().handle(*args, **options)
