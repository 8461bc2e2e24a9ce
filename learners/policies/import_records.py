"""Training records of registers and matrices, as an import brings them in (I1)."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from learners.models import TrainingRecord
from learners.policies import import_words as words
from learners.policies.import_columns import BADGE, COMPANY, COURSE
from training.core.imports.declaration import (
    ImportChoice,
    ImportColumn,
    ImportGrid,
    ImportKind,
    MonthMeans,
    Reads,
    Thing,
)
from training.core.permissions import Permission
from training.policies import import_words as shared
from training.policies.import_columns import NAME_COLUMNS, yes_or_no
from training.policies.import_words import said

SAID_ONCE = (
    ImportColumn(
        name="register",
        label=_("Name of the register"),
        reads=Reads.TEXT,
        help_text=_("A register that comes again under the same name is compared with what it said before."),
    ),
    ImportColumn(
        name="provider",
        label=_("Provider of all records"),
        reads=Reads.THING,
        thing=Thing.COMPANY,
        help_text=_("The company that gave the training, where the file does not say it."),
    ),
    ImportColumn(
        name="counts",
        label=_("Records without a certificate"),
        reads=Reads.CHOICE,
        choices=yes_or_no(_("count"), _("do not count until they have one")),
        if_unsaid=_("Records without a certificate do not count until they have one."),
    ),
    ImportColumn(
        name="counts_until",
        label=_("They count until"),
        reads=Reads.DAY,
        help_text=_("Empty: a year from today."),
    ),
    ImportColumn(name="reason", label=_("Why"), reads=Reads.TEXT),
)

RECORDS = ImportKind(
    name="records",
    label=_("Training records"),
    words=said(
        en="Training records,Training matrix,Training register,Training log,Certificates,Certificate register,Training status,Matrix,Competency matrix,Training history,Training tracker,Training report,Certification register,Training expiry",
        de="Schulungsnachweise,Schulungsmatrix,Qualifikationsmatrix,Schulungsübersicht,Unterweisungsnachweis,Unterweisungsmatrix,Nachweise,Schulungsregister,Zertifikate,Schulungsstand,Qualifikationen",
        fr="Suivi des formations,Matrice de formation,Registre des formations,Tableau de formation,Habilitations,Suivi formation,Tableau de suivi des formations,Matrice de compétences",
        es="Registro de formación,Matriz de formación,Matriz de capacitación,Control de formación,Certificados,Registro de capacitaciones,Registro de cursos",
        pt="Registo de formação,Matriz de formação,Registro de treinamentos,Matriz de treinamento,Certificados,Mapa de formação,Controle de treinamentos",
        tr="Eğitim kayıtları,Eğitim matrisi,Eğitim takip,Sertifikalar,Eğitim takip çizelgesi,Eğitim listesi takip",
        pl="Rejestr szkoleń,Matryca szkoleń,Ewidencja szkoleń,Uprawnienia,Macierz szkoleń,Ewidencja uprawnień",
        nl="Opleidingsregister,Opleidingsmatrix,Trainingsmatrix,Certificaten,Trainingsoverzicht,Opleidingsoverzicht",
        it="Registro formazione,Matrice formazione,Scadenzario formazione,Attestati,Matrice della formazione,Scadenziario corsi",
        ar="سجل التدريب,مصفوفة التدريب,الشهادات,سجلات التدريب,متابعة التدريب,سجل الدورات",
    ),
    columns=(
        ImportColumn(
            name="number",
            label=_("Record"),
            reads=Reads.WHOLE,
            words=words.RECORD_NUMBER,
            examples=("", ""),
            help_text=_("The number of a record of this site, as its exports have it; empty for new ones."),
        ),
        BADGE,
        *NAME_COLUMNS,
        COMPANY,
        replace(COURSE, is_needed=True),
        ImportColumn(
            name="completed_on",
            label=_("Completed on"),
            reads=Reads.DAY,
            words=words.COMPLETED,
            vague_words=shared.DATE,
            examples=("2025-05-14", "2025-06-02"),
            help_text=_("The day on which the training was completed; not after today."),
            may_lie_ahead=False,
        ),
        ImportColumn(
            name="expires_on",
            label=_("Valid until"),
            reads=Reads.DAY,
            month=MonthMeans.LAST_DAY,
            words=words.EXPIRES,
            vague_words=shared.DATE,
            examples=("2027-05-14", "for life"),
            help_text=_("The last day, or “for life”; by the course's validity if empty."),
        ),
        ImportColumn(
            name="result",
            label=_("Result"),
            reads=Reads.CHOICE,
            words=words.RESULT,
            choices=(
                ImportChoice(
                    value=TrainingRecord.Result.PASSED, label=TrainingRecord.Result.PASSED.label, words=words.PASSED
                ),
                ImportChoice(
                    value=TrainingRecord.Result.FAILED, label=TrainingRecord.Result.FAILED.label, words=words.FAILED
                ),
            ),
            examples=("passed", "passed"),
            help_text=_("Passed or failed; passed if empty."),
        ),
        ImportColumn(
            name="provider",
            label=_("Provider"),
            reads=Reads.THING,
            thing=Thing.COMPANY,
            words=words.PROVIDER,
            examples=("Falkenberg Training", "Falkenberg Training"),
            help_text=_("The company that gave the training, by name or code."),
        ),
        ImportColumn(
            name="certificate",
            label=_("Certificate"),
            reads=Reads.TEXT,
            words=words.CERTIFICATE,
            examples=("", ""),
            help_text=_("The name of its file in the ZIP or folder that comes along, such as “00417 HSE-001.pdf”."),
        ),
        ImportColumn(
            name="comments",
            label=_("Comments"),
            reads=Reads.TEXT,
            words=shared.NOTES,
            examples=("", "Retested once"),
            help_text=_("Any text."),
        ),
    ),
    identified_by=("badge_id", "first_name", "last_name", "company", "course", "provider", "completed_on"),
    grid=ImportGrid(
        sides=("badge_id", "full_name", "first_name", "last_name", "company"),
        heads="course",
        cells=("completed_on", "expires_on"),
    ),
    said_once=SAID_ONCE,
    place=90,
    checks=Permission.RECORD_EXTERNAL,
    does=Permission.IMPORT_REGISTER,
)
