from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.second_factor import reset_second_factor
from training.core.refusals import Refusal


class Command(BaseCommand):
    help = "Take away the second factor and the recovery codes of a login, where no other superuser is left to do it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="of the login")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        try:
            reset_second_factor(user_id=user.pk if user else 0, by=None)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write("Done. The password opens the site now; a required second factor is set up there.")
