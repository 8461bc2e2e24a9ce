"""What the doors of the site store: tokens, sign-ins, how much a login asks, failed attempts, and answers to repeat."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited, not_blank
from training.core.words import day


@audited(exclude=["last_used_at"])
class ApiToken(models.Model):
    """Lets a program act as a login, within a scope and until an end. Only the hash is kept: the token itself is shown
    once, when it is made.

    The database ends it when its login is disabled, gets another password or loses a right, through whichever door
    that happens, and nothing revives it (migration `0006_squashed_guards`).
    """

    class Scope(models.TextChoices):
        """What a token may do of what its login may; each includes the ones before it."""

        READ = "read", _("read")
        WRITE = "write", _("write")
        ADMIN = "admin", _("also revoke, correct and merge")

    class Ended(models.TextChoices):
        REVOKED = "revoked", _("revoked")
        PASSWORD = "password", _("password of the login changed")  # a reason
        DISABLED = "disabled", _("login disabled")
        DEMOTED = "demoted", _("login lost a right")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("login"), on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(_("what it is for"), max_length=100)
    scope = models.CharField(_("scope"), max_length=5, choices=Scope.choices, default=Scope.WRITE)
    digest = models.CharField(_("SHA-256 of the token"), max_length=64, unique=True, editable=False)
    beginning = models.CharField(_("begins with"), max_length=12, editable=False)
    created_at = models.DateTimeField(_("made at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        null=True,  # by an operator, at the command line
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    expires_at = models.DateTimeField(_("ends at"), null=True, editable=False)  # null in old events only
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("ended early at"), null=True, editable=False)
    ended_by = models.CharField(_("ended early by"), max_length=8, choices=Ended.choices, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created_at", "-pk")
        constraints = (
            not_blank("name", name="api_token_has_name", message=_("Say what the token is for.")),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=False, expires_at__gt=models.F("created_at")),
                name="api_token_has_end",
                violation_error_message=_("A token ends after it was made."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class SignIn(models.Model):
    """One attempt to sign in by password or token, or a sign-out; append-only, kept for as long as the site is.

    Written by `config.sign_ins`. The name is the one that was typed: whoever reads this may meet a password that
    somebody typed into the wrong field.
    """

    class Outcome(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        REFUSED = "refused", _("refused")
        THROTTLED = "throttled", _("told to wait")
        SIGNED_OUT = "signed_out", _("signed out")
        TOKEN_USED = "token_used", _("token used for the first time")  # an outcome
        TOKEN_REFUSED = "token_refused", _("token refused")  # an outcome
        FACTOR_REFUSED = "code_refused", _("code of the second factor refused")
        CONFIRMED = "confirmed", _("asked again, and confirmed")

    at = models.DateTimeField(_("when"))
    outcome = models.CharField(_("outcome"), max_length=13, choices=Outcome.choices)
    username = models.CharField(_("user name as typed"), max_length=150, blank=True)
    name = models.CharField(_("person, as named then"), max_length=302, blank=True)
    user_id = models.BigIntegerField(_("number of the login"), null=True)  # no foreign key: the row outlives the login
    token_id = models.BigIntegerField(_("number of the token"), null=True)
    address = models.CharField(_("client address"), max_length=45, blank=True)
    browser = models.CharField(_("browser or program"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("at",), name="sign_in_at"),
            models.Index(fields=("address", "at"), name="sign_in_address"),
        )

    def __str__(self) -> str:
        return f"{self.username}: {self.get_outcome_display()}"


class LoggedLook(models.Model):
    """One look of a superuser at who read, signed in or used what (N6); append-only (migration `0014_looks`).

    Written by `config.looks`.
    """

    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who looked"), on_delete=models.PROTECT, related_name="+"
    )
    path = models.CharField(_("page"), max_length=200)
    query = models.CharField(_("asked for"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("at", "id"), name="look_at"),)

    def __str__(self) -> str:
        return self.path


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
    """The answer to a POST that came with a key, of a program or of a form, to be given again when it is repeated.

    Written by `config.sent_once`. Without a status the first request has not been answered: it is running, broke down
    or was cut off. What it committed has its audit context, which tells afterwards whether anything was saved.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    context_id = models.UUIDField(null=True)  # audit context, whose row comes with the first change that is committed
    status = models.PositiveIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=bytes)
    headers = models.JSONField(null=True)  # where to go, and what HTMX is told
    messages = models.TextField(blank=True, db_default="")  # as Django writes them into a session
    page = models.TextField(blank=True, db_default="")  # the path that a form was sent from
    for_htmx = models.BooleanField(db_default=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # when it ended without an answer to keep

    class Meta:
        verbose_name = _("answer to repeat")
        verbose_name_plural = _("answers to repeat")
        indexes = (models.Index(fields=("created_at",), name="idempotent_answer_created_at"),)
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), name="idempotent_answer_one_per_key"),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__range=(200, 399)),
                name="idempotent_answer_is_no_refusal",
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


class CacheEntry(models.Model):
    """What all processes share for minutes, such as that a code of a second factor was used; Django's cache writes it.

    Its columns are those that `django.core.cache.backends.db` asks for.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("cached value")
        verbose_name_plural = _("cached values")

    def __str__(self) -> str:
        return self.cache_key


# Tables of allauth, audited through proxies as logins are (ADR 27)


@audited(exclude=["last_used_at"], secret="data")  # noqa: S106  # the name of a field
class SecondFactor(Authenticator):  # type: ignore[misc]  # allauth has no types
    """A second factor of a login, or its recovery codes. An event "data" is a used code, or a new name of a passkey."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")


@audited(exclude=["last_login", "extra_data"])
class CompanyAccount(SocialAccount):  # type: ignore[misc]  # as above
    """The company account that opens a login by single sign-on."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("company account")
        verbose_name_plural = _("company accounts")


class CompanySession(models.Model):
    """A session that began at the company's sign-in page, and the token by which the site asks whether it goes on.

    Written by `config.company_sessions`.
    """

    key = models.CharField(max_length=43, primary_key=True)  # the session knows it
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    refresh = models.TextField()  # encrypted (config.secret_texts)
    began_at = models.DateTimeField(db_index=True)
    checked_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # when a request began to ask the provider

    class Meta:
        verbose_name = _("session of a company account")
        verbose_name_plural = _("sessions of company accounts")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.began_at}"


@audited()
class Invitation(models.Model):
    """A link by which whoever is invited chooses the password of a login: once, and for some days.

    Only its hash is kept. The database keeps one open link for each login, and nothing revives one that was used or
    ended (migration `0010_invitations`).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("login"), on_delete=models.PROTECT, related_name="invitations"
    )
    digest = models.CharField(_("SHA-256 of the secret"), max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        null=True,  # by an operator, at the command line
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    expires_at = models.DateTimeField(_("ends at"), editable=False)
    used_at = models.DateTimeField(_("used at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended early at"), null=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(used_at=None, ended_at=None),
                name="invitation_one_open",
                violation_error_message=_("Somebody else has just made a link for this login. Reload the page."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="invitation_has_end",
                violation_error_message=_("An invitation ends after it was made."),
            ),
        )

    def __str__(self) -> str:
        return str(self.user)


@audited()
class LastDay(models.Model):
    """The last day on which a login opens anything; after it sign-in is refused, and sessions and tokens end (N6)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("login"), on_delete=models.PROTECT, related_name="last_day"
    )
    day = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("last day of a login")
        verbose_name_plural = _("last days of logins")

    def __str__(self) -> str:
        return day(self.day)


class ErasureHold(models.Model):
    """That a worker is not erased while it stands: a claim is pending, or an authority asks for the data (T6).

    The owner of the database writes it, by `erase_personal_data --suspend` and `--resume`.
    """

    learner = models.ForeignKey(
        "learners.Learner", verbose_name=_("worker"), on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"))
    held_by = models.CharField(_("suspended by"), max_length=150)
    held_at = models.DateTimeField(_("suspended at"))
    ended_by = models.CharField(_("resumed by"), max_length=150, blank=True)
    ended_at = models.DateTimeField(_("resumed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("suspended erasure")
        verbose_name_plural = _("suspended erasures")
        constraints = (
            not_blank("reason", name="erasure_hold_has_reason", message=_("Say why the erasure is suspended.")),
            models.UniqueConstraint(
                fields=("learner",), condition=Q(ended_at=None), name="erasure_hold_one_open_of_a_worker"
            ),
        )

    def __str__(self) -> str:
        return self.reason


class BackupRun(models.Model):
    """A backup that ended, written by `manage.py backup`. One that was killed or refused leaves no row.

    It stands in the database, so that every machine of the site sees how old the last one is, without a key to the
    place where backups lie. The application reads it only.

    Attributes:
        began_at: when the snapshot was taken; everything that was committed before is in it.
        damaged: how many files of evidence are missing from it; 0 for a good one.
    """

    began_at = models.DateTimeField(_("began at"), db_index=True)
    ended_at = models.DateTimeField(_("ended at"))
    target = models.TextField(_("place"))
    generation = models.CharField(_("name"), max_length=40)
    manifest_sha256 = models.CharField(_("SHA-256 of the manifest"), max_length=64)
    files = models.PositiveBigIntegerField(_("files of evidence"))
    bytes = models.PositiveBigIntegerField(_("bytes of evidence"))
    damaged = models.PositiveBigIntegerField(_("files that are missing from it"))

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        ordering = ("-began_at", "-pk")

    def __str__(self) -> str:
        return self.generation
