from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import database_limits, database_roles


class Command(BaseCommand):
    help = "Gives the application's database role its rights. Run it as the owner of the tables after every migrate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", default="siteproof_app", help="the role of the application (siteproof_app)")

        parser.add_argument(
            "--log-role", default="", help="the role that writes the log of all seals, known to the worker only"
        )

    def handle(self, *args: Any, role: str, log_role: str, **options: Any) -> None:
        try:
            database_roles.set_up(role)
            if log_role:
                database_roles.set_up_log(log_role, application=role)
            database_limits.set_up(role)
        except (database_roles.UnfitRole, database_limits.LimitsMissing) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{role} may use the database, and cannot change what is append-only.")
        if log_role:
            self.stdout.write(f"{log_role} may write the log of all seals, and nothing else.")
