"""Columns of imports: what became of a session or meeting, how long it takes, since when somebody is in a class."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from training.core.imports.declaration import ImportChoice, ImportColumn, Reads
from training.models import ClassAttendanceSession
from training.policies.import_words import said

STATUS_WORDS = said(
    en="Status,State,Session status,Meeting status,Held",
    de="Status,Stand,Zustand",
    fr="Statut,État,Situation",
    es="Estado,Situación",
    pt="Estado,Situação,Status",
    tr="Durum,Durumu",
    pl="Status,Stan",
    nl="Status,Stand",
    it="Stato,Situazione",
    ar="الحالة,الوضع",
)
CANCELLED_WORDS = said(
    en="cancelled,canceled,called off",
    de="abgesagt,storniert,entfallen,entfällt",
    fr="annulé,annulée",
    es="cancelado,cancelada,anulado",
    pt="cancelado,cancelada,anulado",
    tr="iptal,iptal edildi",
    pl="odwołany,odwołana,odwołane,anulowany",
    nl="geannuleerd,afgelast",
    it="annullato,annullata",
    ar="ملغى,ملغاة,ألغيت",
)
HELD_WORDS = said(
    en="completed,done,held,finished,finalized,delivered,closed",
    de="abgeschlossen,durchgeführt,erledigt,gehalten,beendet",
    fr="terminé,terminée,réalisé,réalisée,effectué,clôturé",
    es="completado,completada,realizado,realizada,impartido,finalizado",
    pt="concluído,concluída,realizado,realizada",
    tr="tamamlandı,yapıldı,bitti,gerçekleşti",
    pl="zakończony,zakończone,zrealizowany,odbyło się",
    nl="afgerond,voltooid,gehouden,uitgevoerd",
    it="completato,completata,svolto,svolta,concluso",
    ar="مكتمل,مكتملة,تم,منفذة,أقيمت",
)


class SaidStatus(StrEnum):
    """What a row says of the status of a session; a past one that was held is completed."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


SESSION_STATUS = ImportColumn(
    name="status",
    label=_("Status"),
    reads=Reads.CHOICE,
    words=STATUS_WORDS,
    choices=(
        ImportChoice(
            value=SaidStatus.DRAFT.value,
            label=_("draft"),
            words=said(
                en="draft,tentative,proposed,unconfirmed",
                de="Entwurf,vorläufig,unbestätigt",
                fr="brouillon,provisoire,à confirmer",
                es="borrador,provisional,por confirmar",
                pt="rascunho,provisório,por confirmar",
                tr="taslak,öneri",
                pl="szkic,wstępny,niepotwierdzony",
                nl="concept,voorlopig",
                it="bozza,provvisorio,da confermare",
                ar="مسودة,مبدئي",
            ),
        ),
        ImportChoice(
            value=SaidStatus.SCHEDULED.value,
            label=_("scheduled"),
            words=said(
                en="scheduled,planned,confirmed,booked",
                de="geplant,bestätigt,terminiert",
                fr="planifié,planifiée,prévu,confirmé",
                es="programado,programada,planificado,confirmado",
                pt="agendado,agendada,planeado,programado,confirmado",
                tr="planlandı,onaylandı,planlı",
                pl="zaplanowany,zaplanowane,potwierdzony",
                nl="gepland,bevestigd",
                it="programmato,programmata,pianificato,confermato",
                ar="مجدول,مجدولة,مخطط,مؤكد",
            ),
        ),
        ImportChoice(value=SaidStatus.COMPLETED.value, label=_("completed"), words=HELD_WORDS),
        ImportChoice(value=SaidStatus.CANCELLED.value, label=_("cancelled"), words=CANCELLED_WORDS),
    ),
    examples=("scheduled", "draft"),
    help_text=_(
        "Draft or scheduled; if empty, scheduled where nothing is missing. A completed one is scheduled, and becomes "
        "completed with its signed sheet."
    ),
)

SESSION_DURATION = ImportColumn(
    name="duration",
    label=_("Duration"),
    reads=Reads.MINUTES,
    words=said(
        en="Duration,Length,Duration (h),Duration (hours),Duration (min),Duration (minutes),No. of hours",
        de="Dauer,Dauer (h),Dauer (Std.),Dauer in Minuten,Dauer in Stunden",
        fr="Durée,Durée (h),Durée (min),Nombre d'heures,Durée en heures",
        es="Duración,Duración (h),Duración (min),Duración (horas)",
        pt="Duração,Duração (h),Duração (min),Carga horária",
        tr="Süre,Süresi,Süre (saat),Süre (dk)",
        pl="Czas trwania,Czas trwania (h),Liczba godzin",
        nl="Duur,Duur (uur),Duur (min),Aantal uren",
        it="Durata,Durata (h),Durata (min),Durata in ore",
        ar="المدة,المدة بالساعات,عدد الساعات",
    ),
    examples=("", ""),
    help_text=_("In place of the end: hours or minutes, with the unit."),
)

MEETING_STATUS = ImportColumn(
    name="status",
    label=_("Status"),
    reads=Reads.CHOICE,
    words=STATUS_WORDS,
    choices=(
        ImportChoice(
            value=ClassAttendanceSession.Status.CAPTURED.value,
            label=_("held"),
            words={**HELD_WORDS, "en": (*HELD_WORDS["en"], "recorded", "captured")},
        ),
        ImportChoice(
            value=ClassAttendanceSession.Status.CLIENT_CANCELLED.value,
            label=_("Client cancelled"),
            words={
                language: (*CANCELLED_WORDS[language], *more)
                for language, more in said(
                    en="client cancelled,cancelled by client",
                    de="vom Kunden abgesagt,Kunde hat abgesagt",
                    fr="annulé par le client",
                    es="cancelado por el cliente",
                    pt="cancelado pelo cliente",
                    tr="müşteri iptal etti",
                    pl="odwołane przez klienta",
                    nl="geannuleerd door klant",
                    it="annullato dal cliente",
                    ar="ألغاها العميل",
                ).items()
            },
        ),
        ImportChoice(
            value=ClassAttendanceSession.Status.AGENT_ABSENT.value,
            label=_("Trainer absent"),
            words=said(
                en="trainer absent,agent absent,no trainer,instructor absent",
                de="Trainer abwesend,Trainer fehlte,kein Trainer",
                fr="formateur absent,sans formateur",
                es="instructor ausente,formador ausente",
                pt="formador ausente,instrutor ausente",
                tr="eğitmen yok,eğitmen gelmedi",
                pl="trener nieobecny,brak trenera,prowadzący nieobecny",
                nl="trainer afwezig,geen trainer",
                it="docente assente,formatore assente",
                ar="المدرب غائب",
            ),
        ),
    ),
    examples=("", ""),
    help_text=_("Held, or why it was not: cancelled by the client, trainer absent. Held if empty."),
)

STARTED_ON = ImportColumn(
    name="started_on",
    label=_("In the class since"),
    reads=Reads.DAY,
    words=said(
        en="In the class since,Joined,Joined on,Enrolled,Enrolled on,Enrolment date,Programme start",
        de="In der Klasse seit,Eingetreten,Beginn der Teilnahme,Angemeldet am",
        fr="Inscrit le,Date d'inscription,Entré le",
        es="Inscrito el,Fecha de inscripción,Alta en la clase",
        pt="Inscrito em,Data de inscrição",
        tr="Kayıt Tarihi,Katılım Tarihi,Sınıfa Giriş",
        pl="W klasie od,Data zapisu,Zapisany od",
        nl="In de klas sinds,Ingeschreven op,Inschrijfdatum",
        it="Iscritto dal,Data di iscrizione",
        ar="تاريخ التسجيل,تاريخ الانضمام",
    ),
    examples=("2026-02-02", ""),
    help_text=_("Starts the programme of a worker who is not in the class yet."),
)
