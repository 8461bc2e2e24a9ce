"""The seals of legal rows, the log of all seals, and what is kept of packs (T1 to T5).

Nobody writes here by hand. Triggers write seals, their openings and the queue, as part of the statement that writes the
sealed row (migration `config.0008_seals`); `manage.py seal_log` gives queued seals their place in the log, with a
database role of its own. Seals and log only grow. An opening goes when a person's data are erased (T6); the seal stays.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from training.core.audited import not_blank
from training.models.session import SHA256_HEX


class Seal(models.Model):
    """What a row said when it was written, or when it was changed: its leaf in the tree.

    Attributes:
        kind: of the row, as `config.ledger.sealed_tables` names it.
        row_id: the key of the row in its table.
        leaf: the exact text that was hashed. It is stored, and never written anew for the hash.
        leaf_hash: RFC 6962's hash of the leaf; other leaves name this seal by it.
        list: of a session, its whole attendance list, whose SHA-256 is in the leaf; never in a pack.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(_("kind"))
    row_id = models.BigIntegerField(_("row"))
    leaf = models.TextField(_("sealed text"))
    leaf_hash = models.BinaryField(_("hash of the leaf"))
    list = models.TextField(_("sealed list"), blank=True)
    sealed_at = models.DateTimeField(_("sealed at"), db_default=Now())

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        indexes = (models.Index(fields=("kind", "row_id"), name="seal_of_row"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"


class SealOpening(models.Model):
    """What is needed to open the digests of a seal: its salt, and the person and staff as they were called then."""

    seal_id = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField()
    person = models.TextField(blank=True)
    staff = models.TextField(blank=True)

    class Meta:
        verbose_name = _("opening of a seal")
        verbose_name_plural = _("openings of seals")

    def __str__(self) -> str:
        return str(self.seal_id)


class SealPending(models.Model):
    """A seal that has no place in the log yet."""

    seal_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = _("seal without a place")
        verbose_name_plural = _("seals without a place")

    def __str__(self) -> str:
        return str(self.seal_id)


class Log(models.Model):
    """A log of this site, by its origin. There is a second one only where an old backup was restored (T6).

    Attributes:
        begins_at: how many entries of the log before it were there when it began.
        follows: the newest checkpoint of the log before it that was found outside; empty for the first log.
    """

    id = models.BigAutoField(primary_key=True)
    origin = models.TextField(_("origin"), unique=True)
    begins_at = models.BigIntegerField(_("entries before it"), default=0)
    follows = models.TextField(_("checkpoint before it"), blank=True)
    started_at = models.DateTimeField(_("started at"), db_default=Now())

    class Meta:
        verbose_name = _("log")
        verbose_name_plural = _("logs")

    def __str__(self) -> str:
        return self.origin


class LogKey(models.Model):
    """The public part of a key that signs, or signed, checkpoints; those of the past stay listed."""

    id = models.BigAutoField(primary_key=True)
    verifier = models.TextField(_("verifier key"), unique=True)
    since = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("public key of the log")
        verbose_name_plural = _("public keys of the log")

    def __str__(self) -> str:
        return self.verifier


class LogEntry(models.Model):
    """The place of a seal in the log, from 0 on."""

    position = models.BigIntegerField(primary_key=True)
    seal_id = models.BigIntegerField(unique=True)
    leaf_hash = models.BinaryField()

    class Meta:
        verbose_name = _("entry of the log")
        verbose_name_plural = _("entries of the log")

    def __str__(self) -> str:
        return str(self.position)


class LogTile(models.Model):
    """A full tile of 256 hashes of the tree (C2SP tlog-tiles)."""

    id = models.BigAutoField(primary_key=True)
    level = models.IntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        verbose_name = _("tile of the log")
        verbose_name_plural = _("tiles of the log")
        constraints = (models.UniqueConstraint(fields=("level", "number"), name="log_tile_once"),)

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class LogCheckpoint(models.Model):
    """How many entries there were, and the root of their tree, as a signed note."""

    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False)
    size = models.BigIntegerField(_("entries"))
    note = models.TextField(_("signed note"))
    made_at = models.DateTimeField(_("made at"), db_default=Now())

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        constraints = (models.UniqueConstraint(fields=("log", "size"), name="log_checkpoint_one_of_a_size"),)

    def __str__(self) -> str:
        return str(self.size)


class LogAnchor(models.Model):
    """That a checkpoint is kept outside, and where (T3).

    Attributes:
        anchor: the name of the place, as the setting `LOG_ANCHORS` says it.
        token: an RFC 3161 time stamp of the note, where the anchor is a time stamp authority.
    """

    id = models.BigAutoField(primary_key=True)
    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.PROTECT, related_name="anchors")
    anchor = models.TextField(_("anchor"))
    token = models.BinaryField(_("time stamp"), null=True)
    anchored_at = models.DateTimeField(_("anchored at"), db_default=Now())

    class Meta:
        verbose_name = _("anchor of a checkpoint")
        verbose_name_plural = _("anchors of checkpoints")
        constraints = (models.UniqueConstraint(fields=("checkpoint", "anchor"), name="log_anchor_once"),)

    def __str__(self) -> str:
        return self.anchor


class PackMade(models.Model):
    """That an audit pack was made, and exactly which files it holds: sealed, so that no file can be replaced (T5).

    Attributes:
        files_sha256: the SHA-256 of the pack's list of files with their hashes.
        files: how many files the list names.
        records, revocations: how many of them the pack shows.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(_("what"), max_length=300)
    files_sha256 = models.CharField(_("SHA-256 of the list of files"), max_length=64)
    files = models.PositiveIntegerField(_("files"))
    records = models.PositiveIntegerField(_("records"))
    revocations = models.PositiveIntegerField(_("revocations"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("pack made")
        verbose_name_plural = _("packs made")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(files_sha256__regex=SHA256_HEX),
                name="pack_made_hash_is_sha256",
                violation_error_message=_("A SHA-256 has 64 hexadecimal digits."),
            ),
            not_blank("subject", name="pack_made_has_subject", message=_("Say what the pack is about.")),
        )

    def __str__(self) -> str:
        return self.subject


class Erasure(models.Model):
    """That personal data were erased (T6), and which seals can no longer be opened because of it.

    Attributes:
        seals: the keys of the seals whose openings were deleted, in order.
        rows: by table, the keys of the rows whose personal columns were emptied.
        reason: why, such as that the retention of a kind has passed; names nobody.
        erased_by: the operating system user who gave the command.
    """

    id = models.BigAutoField(primary_key=True)
    seals = models.JSONField(_("seals"))
    rows = models.JSONField(_("rows"))
    reason = models.TextField(_("reason"))
    erased_by = models.CharField(_("erased by"), max_length=150)
    erased_at = models.DateTimeField(_("erased at"), db_default=Now())

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = (not_blank("reason", name="erasure_has_reason", message=_("Say why it was erased.")),)

    def __str__(self) -> str:
        return self.reason
