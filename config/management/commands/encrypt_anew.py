from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from config.secret_texts import encrypt_anew

ENCRYPTED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class Command(BaseCommand):
    help = "Encrypt the secrets of second factors under the present SECRET_KEY, so that a former one can be forgotten."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        with transaction.atomic():
            for factor in Authenticator.objects.filter(type__in=ENCRYPTED).order_by("pk").select_for_update():
                field = ENCRYPTED[Authenticator.Type(factor.type)]
                try:
                    factor.data[field] = encrypt_anew(factor.data[field])
                except InvalidToken:
                    raise CommandError(
                        f"Second factor {factor.pk} is opened by no key: put the former SECRET_KEY into "
                        "SECRET_KEY_FALLBACKS, or reset the factors of its login. Nothing was changed."
                    ) from None
                factor.save(update_fields=["data"])
                done += 1
        self.stdout.write(f"{done} secrets are encrypted under the present SECRET_KEY.")
