"""Columns that several kinds of imports share (I1): names, ways to reach somebody, what is still in use."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from training.core.imports.declaration import ImportChoice, ImportColumn, Reads
from training.policies import import_words as words
from training.policies.import_words import said


def yes_or_no(label_yes: Any, label_no: Any) -> tuple[ImportChoice, ImportChoice]:
    """Return the two choices of a column that says yes or no, by the values "yes" and "no"."""
    return (
        ImportChoice(value="yes", label=label_yes, words=words.YES_WORDS),
        ImportChoice(value="no", label=label_no, words=words.NO_WORDS),
    )


def is_active() -> ImportColumn:
    """Return the column that says whether a thing is offered for anything new."""
    return ImportColumn(
        name="is_active",
        label=_("Active"),
        reads=Reads.CHOICE,
        words=said(
            en="Active,In use,Is active,Status",
            de="Aktiv,In Gebrauch,Status",
            fr="Actif,Active,Statut",
            es="Activo,Activa,Estado",
            pt="Ativo,Ativa,Estado,Situação",
            tr="Aktif,Durum",
            pl="Aktywny,Aktywna,Status",
            nl="Actief,Status",
            it="Attivo,Attiva,Stato",
            ar="نشط,فعال,الحالة",
        ),
        choices=yes_or_no(_("active"), _("not active")),
        examples=("yes", "yes"),
        help_text=_("Yes or no. What is not active is offered for nothing new."),
    )


FULL_NAME = ImportColumn(
    name="full_name",
    label=_("Name"),
    reads=Reads.FULL_NAME,
    words=words.FULL_NAME,
    help_text=_("First and last name in one column: “Weiß, Jana”. Leave it out if there are two columns."),
)
FIRST_NAME = ImportColumn(
    name="first_name",
    label=_("First name"),
    reads=Reads.TEXT,
    words=words.FIRST_NAME,
    examples=("Jana", "Tarek"),
    help_text=_("One of first and last name may be empty."),
)
LAST_NAME = ImportColumn(
    name="last_name",
    label=_("Last name"),
    reads=Reads.TEXT,
    words=words.LAST_NAME,
    examples=("Weiß", "Al-Masri"),
    help_text=_("One of first and last name may be empty."),
)
NAME_COLUMNS = (FULL_NAME, FIRST_NAME, LAST_NAME)
EMAIL_COLUMN = ImportColumn(
    name="email",
    label=_("E-mail"),
    reads=Reads.TEXT,
    words=words.EMAIL,
    examples=("jana.weiss@example.com", ""),
    help_text=_("An address such as name@example.com."),
    is_personal=True,
)
PHONE_COLUMN = ImportColumn(
    name="phone",
    label=_("Phone"),
    reads=Reads.BADGE,  # a number for spreadsheets, whose leading zeros and plus signs matter
    words=words.PHONE,
    examples=("+49 30 1234567", ""),
    help_text=_("As it is dialled."),
    is_personal=True,
)
