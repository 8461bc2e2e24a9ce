"""Workers as an import brings them in (I1): one column for each of their fields."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from learners.models import Learner
from learners.policies import import_words as words
from learners.policies.import_columns import BADGE, COMPANY, ROLE
from learners.policies.leavers import Holds
from learners.policies.worker_fields import WORKER_FIELDS
from training.core.imports.declaration import ImportChoice, ImportColumn, ImportKind, MonthMeans, Reads, Thing
from training.core.permissions import Permission
from training.policies.import_columns import EMAIL_COLUMN, FIRST_NAME, FULL_NAME, LAST_NAME, PHONE_COLUMN, yes_or_no
from training.policies.import_words import said

# What an import takes for each field of a worker; label and help of a field come from its one declaration.
_OF_FIELDS = {
    "badge_id": replace(BADGE, is_needed=True),
    "first_name": FIRST_NAME,
    "last_name": LAST_NAME,
    "other_name": ImportColumn(
        name="other_name", label="", reads=Reads.TEXT, words=words.OTHER_NAME, examples=("", "سامي المصري")
    ),
    "phone": PHONE_COLUMN,
    "email": EMAIL_COLUMN,
    "status": ImportColumn(
        name="status",
        label="",
        reads=Reads.CHOICE,
        words=words.STATUS,
        choices=(
            ImportChoice(
                value=Learner.Status.ACTIVE,
                label=Learner.Status.ACTIVE.label,
                words=said(
                    en="active,current,on site,employed,yes,working,onsite,mobilised", de="aktiv,beschäftigt,im Einsatz,ja,anwesend", fr="actif,active,en poste,présent,oui",
                    es="activo,activa,alta,de alta,vigente", pt="ativo,ativa,em serviço,no ativo", tr="aktif,çalışıyor,görevde", pl="aktywny,aktywna,zatrudniony,pracuje,zatrudniona",
                    nl="actief,in dienst,werkzaam", it="attivo,attiva,in forza,in servizio", ar="نشط,فعال,على رأس العمل,يعمل",
                ),
            ),
            ImportChoice(
                value=Learner.Status.INACTIVE,
                label=Learner.Status.INACTIVE.label,
                words=said(
                    en="inactive,left,leaver,demobilised,demobilized,terminated,resigned,former,off site,demobbed,no", de="inaktiv,ausgeschieden,ausgetreten,nein,nicht aktiv,abgemeldet",
                    fr="inactif,inactive,parti,sorti,non", es="inactivo,inactiva,baja,de baja", pt="inativo,inativa,desligado,saiu,demitido", tr="pasif,ayrıldı,işten ayrıldı,çıkış,ayrılmış",
                    pl="nieaktywny,nieaktywna,zwolniony,odszedł,niezatrudniony", nl="inactief,uit dienst,vertrokken", it="inattivo,inattiva,cessato,dimesso,non attivo", ar="غير نشط,مستقيل,غادر,منتهية خدماته,ترك العمل",
                ),
            ),
            ImportChoice(
                value=Learner.Status.BLACKLISTED,
                label=Learner.Status.BLACKLISTED.label,
                words=said(
                    en="blocked,blacklisted,banned,barred,suspended", de="gesperrt,Hausverbot", fr="bloqué,exclu,interdit", es="bloqueado,vetado", pt="bloqueado,impedido", tr="engelli,yasaklı,kara liste",
                    pl="zablokowany,zakaz wstępu", nl="geblokkeerd,toegang ontzegd", it="bloccato,interdetto", ar="محظور,موقوف",
                ),
            ),
        ),
        examples=("active", "active"),
    ),
    "status_reason": ImportColumn(name="status_reason", label="", reads=Reads.TEXT, words=words.STATUS_REASON),
    "company": COMPANY,
    "role": ROLE,
    "role_assigned_at": ImportColumn(
        name="role_assigned_at", label="", reads=Reads.DAY, words=words.ROLE_SINCE, examples=("2026-03-02", "")
    ),
    "supervisor": ImportColumn(
        name="supervisor", label="", reads=Reads.BADGE, thing=Thing.WORKER, words=words.SUPERVISOR, examples=("", "00417")
    ),
    "start_date": ImportColumn(
        name="start_date", label="", reads=Reads.DAY, words=words.START, examples=("2026-03-02", "2026-03-16")
    ),
    "end_date": ImportColumn(
        name="end_date",
        label="",
        reads=Reads.DAY,
        month=MonthMeans.LAST_DAY,
        words=words.END,
        examples=("", "2026-12-31"),
    ),
}  # fmt: skip


def _columns_of_workers() -> Sequence[ImportColumn]:
    """Return a column for each field of a worker, with its name in one column before the two, and the areas."""
    columns = []
    for field in WORKER_FIELDS:
        column = _OF_FIELDS[field.name]
        label = field.label or column.label or getattr(Learner._meta.get_field(field.name), "verbose_name", field.name)
        columns.append(replace(column, label=label, help_text=column.help_text or field.help_text))
        if field.name == "badge_id":
            columns.append(FULL_NAME)
    areas = ImportColumn(
        name="areas",
        label=_("Areas"),
        reads=Reads.THINGS,
        thing=Thing.AREA,
        words=words.AREA,
        examples=("Tank farm; Jetty", ""),
        help_text=_("By name, with semicolons between them."),
    )
    return (*columns, areas)


SAID_ONCE = (
    replace(COMPANY, label=_("Employer of new workers"), help_text=""),
    replace(ROLE, label=_("Role of new workers"), help_text=""),
    ImportColumn(name="start_date", label=_("First day of new workers"), reads=Reads.DAY),
    ImportColumn(
        name="all_areas",
        label=_("The file names all areas of each worker"),
        reads=Reads.CHOICE,
        choices=yes_or_no(_("yes, others end"), _("no, they are added")),
    ),
    ImportColumn(
        name="holds",
        label=_("The file holds"),
        reads=Reads.CHOICE,
        choices=(
            ImportChoice(value=Holds.CHANGES, label=_("only changes: whoever is not in it stays"), words={}),
            ImportChoice(value=Holds.SITE, label=_("everybody on the site: whoever is not in it leaves"), words={}),
            ImportChoice(
                value=Holds.COMPANIES, label=_("everybody of certain companies: their others leave"), words={}
            ),
        ),
        help_text=_("Who leaves is shown by name before anything is written."),
    ),
    ImportColumn(
        name="companies",
        label=_("Of which companies"),
        reads=Reads.THINGS,
        thing=Thing.COMPANY,
        help_text=_("Where the file holds everybody of certain companies."),
    ),
    ImportColumn(
        name="file_date",
        label=_("The file is of"),
        reads=Reads.DAY,
        help_text=_("The last day of those who leave is the day before. If empty, it is today."),
    ),
    ImportColumn(
        name="reason",
        label=_("Why days lie before the last change of status"),
        reads=Reads.TEXT,
        help_text=_("Only an administrator may enter such days."),
    ),
)

WORKERS = ImportKind(
    name="workers",
    label=_("Workers"),
    words=said(
        en="Workers,Employees,Personnel,Manpower,Staff list,Worker list,Employee list,Personnel list,Workforce,Crew,Crew list,Headcount,Manpower list,Staff,Employee master,Active employees",
        de="Mitarbeiter,Personal,Mitarbeiterliste,Personalliste,Belegschaft,Beschäftigte,Mannschaft,Personalstamm",
        fr="Personnel,Salariés,Employés,Liste du personnel,Effectif,Liste des salariés,Effectifs",
        es="Trabajadores,Empleados,Personal,Lista de trabajadores,Plantilla,Listado de personal,Relación de trabajadores",
        pt="Trabalhadores,Funcionários,Colaboradores,Pessoal,Lista de trabalhadores,Efetivo,Lista de colaboradores",
        tr="Çalışanlar,Personel,Personel listesi,İşçiler,Çalışan listesi",
        pl="Pracownicy,Lista pracowników,Personel,Załoga,Wykaz pracowników",
        nl="Medewerkers,Personeel,Personeelslijst,Werknemers,Medewerkerslijst",
        it="Lavoratori,Dipendenti,Personale,Elenco lavoratori,Elenco dipendenti,Elenco personale",
        ar="العمال,الموظفون,الموظفين,قائمة العمال,قائمة الموظفين,كشف العمالة,بيانات الموظفين",
    ),
    columns=_columns_of_workers(),
    identified_by=("badge_id",),
    said_once=SAID_ONCE,
    place=70,
    checks=Permission.KEEP_WORKERS,
    does=Permission.KEEP_WORKERS,
)
