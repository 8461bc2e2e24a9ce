"""What the doors of the JSON API keep: tokens, how much a login asks, and answers to give again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.models.base import audited, not_blank


@audited(exclude=["last_used_at"])
class ApiToken(models.Model):
    """Lets a program act as a login. Only the hash is kept: the token itself is shown once, when it is made."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("login"), on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(_("what it is for"), max_length=100)
    digest = models.CharField(_("SHA-256 of the token"), max_length=64, unique=True, editable=False)
    beginning = models.CharField(_("begins with"), max_length=12, editable=False)
    created_at = models.DateTimeField(_("made at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created_at", "-pk")
        constraints = (not_blank("name", name="api_token_has_name", message=_("Say what the token is for.")),)

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class ApiUse(models.Model):
    """How many requests a login has made in the present minute; one row per login, overwritten."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    minute = models.DateTimeField()
    requests = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("use of the API")
        verbose_name_plural = _("uses of the API")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.requests}"


class IdempotentAnswer(models.Model):
    """The answer to a POST that was sent with an `Idempotency-Key`, to be given again when it is repeated.

    Without a status the first request has not been answered.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to repeat")
        verbose_name_plural = _("answers to repeat")
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), name="idempotent_answer_one_per_key"),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__range=(200, 299)),
                name="idempotent_answer_is_a_success",
            ),
        )

    def __str__(self) -> str:
        return self.key


class Attempts(models.Model):
    """How many passwords or tokens of a name, an address or both were wrong lately; see `config.attempts`."""

    kind = models.CharField(max_length=32)
    who = models.CharField(max_length=64)  # a keyed hash: names and addresses are in no dump
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("failed attempts")
        verbose_name_plural = _("failed attempts")
        constraints = (models.UniqueConstraint(fields=("kind", "who"), name="attempts_counted_once"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.failures}"
