"""Moving in (I1 to I8): imports, their files, the rows that wait, what they wrote, and what was agreed for later."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited, not_blank
from training.core.imports.declaration import Thing
from training.core.imports.rows import RowOutcome
from training.models.session import SHA256_HEX

THINGS = [(each.value, each.value) for each in Thing]
EMPTY_OBJECT, EMPTY_LIST = Value({}, models.JSONField()), Value([], models.JSONField())
OUTCOMES = [(each.value, each.value) for each in RowOutcome]


DERIVED = ["outline", "questions", "report", "certificates", "changed_at", "fingerprint", "job"]  # of a check: large


@audited(exclude=DERIVED)
class Import(models.Model):
    """One import, from the file that was dropped to what it wrote, or to its being undone.

    Until it is done nothing of the site changes: file, answers and rows wait, for their owner only, and are removed
    some days after the last step. The legal steps are in `training.policies.import_steps`.

    Attributes:
        outline: what the files hold: sheets, headings, five values of each column, what was guessed.
        layout: the kind's columns as a person confirmed them, by sheet.
        questions: what has to be said before rows can be checked, with what is proposed.
        answers: by key of the question.
        choices: for the whole import: the provider, whether register records count, only the good rows.
        counts: rows by outcome; when it is done, rows by what was written.
        report: groups of refusals, who turns red, what is left; what an undo could not take back.
        certificates: by what a cell says, which file or pages of a ZIP it means, and how they were judged (I7).
        fingerprint: of everything that the check has shown; doing compares it.
    """

    class State(models.TextChoices):
        READING = "READING", _("Being read")
        ASKING = "ASKING", _("Columns and questions")
        CHECKING = "CHECKING", _("Being checked")
        CHECKED = "CHECKED", _("Checked")
        DOING = "DOING", _("Being brought in")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")
        DROPPED = "DROPPED", _("Dropped")
        UNDONE = "UNDONE", _("Undone")

    WAITING = (State.READING, State.ASKING, State.CHECKING, State.CHECKED, State.DOING)

    kind = models.CharField(_("kind"), max_length=30, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READING)
    title = models.CharField(_("what"), max_length=300)
    sender = models.CharField(
        _("sender"), max_length=150, blank=True, help_text=_("Whose file it is: answers are remembered for it.")
    )
    is_unattended = models.BooleanField(
        _("by a program"), default=False, help_text=_("What is clear needs nobody to agree to it.")
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("started by"), on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(_("started at"))
    changed_at = models.DateTimeField(_("last step at"))
    job = models.ForeignKey(
        "training.Job", verbose_name=_("job"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    outline = models.JSONField(_("outline"), default=dict, encoder=DjangoJSONEncoder)
    layout = models.JSONField(_("layout"), default=dict, encoder=DjangoJSONEncoder)
    questions = models.JSONField(_("questions"), default=dict, encoder=DjangoJSONEncoder)
    answers = models.JSONField(_("answers"), default=dict, encoder=DjangoJSONEncoder)
    choices = models.JSONField(_("choices"), default=dict, encoder=DjangoJSONEncoder)
    counts = models.JSONField(_("counts"), default=dict, encoder=DjangoJSONEncoder)
    report = models.JSONField(_("report"), default=dict, encoder=DjangoJSONEncoder)
    certificates = models.JSONField(_("certificates"), default=dict, db_default=EMPTY_OBJECT)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)
    failure = models.TextField(_("failure"), blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("done by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(_("done at"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undo_reason = models.TextField(_("reason for undoing"), blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-started_at", "-pk")
        indexes = (models.Index(fields=("state", "changed_at"), name="import_by_state"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("DONE", "UNDONE"), done_by__isnull=False, done_at__isnull=False)
                | (~Q(state__in=("DONE", "UNDONE")) & Q(done_by__isnull=True, done_at__isnull=True)),
                name="import_done_says_who_and_when",
                violation_error_message=_("An import that is done says by whom and when."),
            ),
            models.CheckConstraint(
                condition=~Q(state="UNDONE")
                | Q(undone_by__isnull=False, undone_at__isnull=False, undo_reason__trim__length__gt=0),
                name="import_undone_says_why",
                violation_error_message=_("Undoing an import needs a reason."),
            ),
            models.CheckConstraint(
                condition=~Q(state="FAILED") | Q(failure__trim__length__gt=0),
                name="import_failed_says_why",
                violation_error_message=_("An import that failed says why."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in self.WAITING


class ImportFile(models.Model):
    """A file of an import. Until the import is done it waits in the private store; then it is evidence (I8).

    Attributes:
        key: in the store of waiting files; empty once it is removed there.
        book_key: of what was read from it, there.
        evidence_key: in the evidence store, once the import is done and until it is deleted.
        deleted_at: when the stored file was deleted, some months later (setting IMPORT_FILE_MONTHS).
    """

    of = models.ForeignKey(Import, verbose_name=_("import"), on_delete=models.CASCADE, related_name="files")
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    is_table = models.BooleanField(_("is a table"), default=True)  # else certificates
    key = models.CharField(_("key"), max_length=200, blank=True)
    book_key = models.CharField(_("key of what was read"), max_length=200, blank=True)
    evidence_key = models.CharField(_("evidence key"), max_length=200, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True)

    class Meta:
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("of", "number"), name="import_file_once"),
            not_blank("name", name="import_file_has_name", message=_("A file has a name.")),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256_HEX), name="import_file_has_hash"),
        )

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """A row that waits to be brought in, with what the check says of it. Removed when the import has ended.

    Attributes:
        number: of the row in the import, from 1.
        row: of the sheet, as the spreadsheet shows it.
        cells: by column of the kind, the index of the sheet's column.
        values: by column, as text that `training.core.imports` reads back.
        thing: the key of what is there already.
        worker: the key of the worker whom it would change.
        before, after: by column, what would change, in words.
        read_problems: what could not be read of it; `problems` is all that is wrong with it.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    sheet = models.PositiveSmallIntegerField()
    row = models.PositiveIntegerField()
    cells = models.JSONField(db_default=EMPTY_OBJECT)
    values = models.JSONField(db_default=EMPTY_OBJECT)
    outcome = models.CharField(max_length=8, choices=OUTCOMES, blank=True, db_default="")
    identity = models.TextField(blank=True, db_default="")
    thing = models.BigIntegerField(null=True)
    worker = models.BigIntegerField(null=True)
    before = models.JSONField(db_default=EMPTY_OBJECT)
    after = models.JSONField(db_default=EMPTY_OBJECT)
    read_problems = models.JSONField(db_default=EMPTY_LIST)
    problems = models.JSONField(db_default=EMPTY_LIST)
    candidates = models.JSONField(db_default=EMPTY_LIST)

    class Meta:
        verbose_name = _("waiting row")
        verbose_name_plural = _("waiting rows")
        constraints = (models.UniqueConstraint(fields=("of", "number"), name="import_row_once"),)
        indexes = (models.Index(fields=("of", "outcome", "number"), name="import_row_by_outcome"),)

    def __str__(self) -> str:
        return f"{self.sheet}:{self.row}"


class ImportedRow(models.Model):
    """What one row of an import wrote: it leads from the row to the thing and back (I8). Append-only.

    Attributes:
        table: of the thing, and its `key`.
        before, after: by column, what it changed, in words; `before` is empty for a new thing.
        kept: what it changed, as it is stored, by names of the kind's service; for taking it back (I8).
    """

    class Act(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")

    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="written", db_index=False)
    sheet = models.PositiveSmallIntegerField(_("sheet"))
    row = models.PositiveIntegerField(_("row"))
    act = models.CharField(_("what it did"), max_length=7, choices=Act.choices)
    table = models.CharField(_("table"), max_length=63)
    key = models.BigIntegerField(_("key"))
    identity = models.TextField(_("what it is"))
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    kept = models.JSONField(_("kept for undoing"), default=dict, db_default=EMPTY_OBJECT)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        indexes = (
            models.Index(fields=("of", "sheet", "row"), name="imported_row_by_place"),
            models.Index(fields=("table", "key"), name="imported_row_by_thing"),
        )

    def __str__(self) -> str:
        return self.identity


@audited()
class ImportAlias(models.Model):
    """What a text means in the files of a sender, as somebody has said once (I4). It can be revoked, not changed.

    Attributes:
        text: as `training.core.sameness` compares it; `written` as it stood in the file.
        key: of what is meant; none where it is left out.
    """

    thing = models.CharField(_("what is named"), max_length=10, choices=THINGS)
    sender = models.CharField(_("sender"), max_length=150, blank=True)
    text = models.TextField(_("compared text"))
    written = models.TextField(_("written"))
    key = models.BigIntegerField(_("key"), null=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("agreed by"), on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(_("agreed at"))
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("revoked by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("agreed name")
        verbose_name_plural = _("agreed names")
        ordering = ("thing", "sender", "text")
        constraints = (
            models.UniqueConstraint(
                fields=("thing", "sender", "text"), condition=Q(revoked_at__isnull=True), name="import_alias_once"
            ),
            not_blank("written", name="import_alias_is_written", message=_("An agreed name has letters.")),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="import_alias_revoked_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.written


class ImportHeadings(models.Model):
    """What was agreed on for a table with these headings, in any order, proposed when it comes again (I3).

    Attributes:
        headings: SHA-256 of the headings as they are compared.
        layout: as an import has it, with headings in place of the indexes of columns.
        answers: how the columns are read, by question.
    """

    headings = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=30)
    sender = models.CharField(_("sender"), max_length=150, blank=True, db_default="")
    layout = models.JSONField(_("layout"), default=dict)
    answers = models.JSONField(_("answers"), default=dict)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(_("agreed at"))

    class Meta:
        verbose_name = _("agreed columns")
        verbose_name_plural = _("agreed columns")
        constraints = (models.UniqueConstraint(fields=("headings", "kind", "sender"), name="import_headings_once"),)

    def __str__(self) -> str:
        return self.kind
