"""What is brought in about sessions and meetings (I1): sessions, the marks of one list, hours of class meetings."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from attendance.policies.import_once import HOURS_ONCE, MARKS_ONCE, SESSIONS_ONCE
from attendance.policies.import_states import MEETING_STATUS, SESSION_DURATION, SESSION_STATUS, STARTED_ON
from learners.policies.import_columns import BADGE, COMPANY, COURSE
from training.core.imports.declaration import ImportChoice, ImportColumn, ImportKind, Reads, Thing
from training.core.permissions import Permission
from training.policies import import_words as shared
from training.policies.import_classes import CLASSES
from training.policies.import_columns import NAME_COLUMNS, yes_or_no
from training.policies.import_words import said

_REFERENCE_WORDS = said(
    en="Reference,Session,Session ref,Session reference,Session ID,Session No,Ref,Session number,Event ID",
    de="Referenz,Sitzung,Termin-Nr.,Veranstaltungs-Nr.,Schulungsnummer",
    fr="Référence,Session,N° de session,Réf.,Réf. session",
    es="Referencia,Sesión,Nº de sesión,Ref.,Convocatoria",
    pt="Referência,Sessão,Nº da sessão,Ref.,Ação nº",
    tr="Referans,Oturum,Oturum No,Eğitim No",
    pl="Numer,Sesja,Nr sesji,Nr terminu",
    nl="Referentie,Sessie,Sessienummer,Sessie nr",
    it="Riferimento,Sessione,N. sessione,Edizione",
    ar="المرجع,الجلسة,رقم الجلسة",
)

SESSIONS = ImportKind(
    name="sessions",
    label=_("Sessions"),
    words=said(
        en="Sessions,Schedule,Training schedule,Session list,Training plan,Calendar,Training calendar,Course schedule,Planner,Timetable,Course dates",
        de="Termine,Schulungsplan,Terminplan,Schulungstermine,Jahresplan,Kalender,Kursplan,Schulungskalender",
        fr="Sessions,Planning,Planning des formations,Calendrier,Calendrier des formations,Plan de formation",
        es="Sesiones,Programación,Calendario,Plan de formación,Cronograma,Calendario de cursos",
        pt="Sessões,Calendário,Plano de formação,Cronograma,Programação",
        tr="Oturumlar,Eğitim takvimi,Eğitim planı,Program,Takvim,Eğitim programı",
        pl="Sesje,Harmonogram,Plan szkoleń,Terminarz,Harmonogram szkoleń,Terminy",
        nl="Sessies,Planning,Trainingskalender,Opleidingsplan,Trainingsplanning,Agenda",
        it="Sessioni,Calendario,Piano formativo,Programma,Calendario corsi,Programmazione corsi",
        ar="الجلسات,الجدول,خطة التدريب,جدول التدريب,جدول الدورات",
    ),
    columns=(
        ImportColumn(
            name="reference",
            label=_("Reference"),
            reads=Reads.BADGE,
            words=_REFERENCE_WORDS,
            examples=("", "S-2026-104"),
            help_text=_("Of a session that is there already; empty for a new one."),
        ),
        replace(COURSE, is_needed=True),
        ImportColumn(
            name="day",
            label=_("Day"),
            reads=Reads.DAY,
            words={
                language: (*shared.DATE[language], *more)
                for language, more in said(
                    en="Session date,Start date,Training date,Course date,Planned date,Scheduled date,Date of training",
                    de="Schulungsdatum,Beginn am,Startdatum,Kursdatum,Geplant am,Schulungstermin",
                    fr="Date de session,Date de début,Date prévue,Date de formation,Date de la session",
                    es="Fecha de la sesión,Fecha de inicio,Fecha prevista,Fecha del curso,Fecha programada",
                    pt="Data da sessão,Data de início,Data prevista,Data da formação",
                    tr="Oturum Tarihi,Eğitim Tarihi,Planlanan Tarih,Başlangıç Tarihi",
                    pl="Data szkolenia,Data sesji,Planowana data,Data rozpoczęcia",
                    nl="Sessiedatum,Trainingsdatum,Startdatum,Geplande datum,Cursusdatum",
                    it="Data sessione,Data corso,Data inizio,Data prevista,Data del corso",
                    ar="تاريخ الجلسة,تاريخ الدورة,تاريخ التدريب,تاريخ البدء",
                ).items()
            },
            examples=("2026-04-14", "2026-04-15"),
            help_text=_("The day of the session."),
        ),
        ImportColumn(
            name="starts_at",
            label=_("Start"),
            reads=Reads.CLOCK,
            words=said(
                en="Start,Start time,From,Begins,Time,Time from,Begin,Starts at,Hours,Timing,Start (time)",
                de="Beginn,Uhrzeit,Von,Startzeit,Zeit,Beginn (Uhrzeit),Anfang",
                fr="Début,Heure de début,De,Heure,Horaire,Horaires",
                es="Inicio,Hora de inicio,Desde,Hora,Horario,Hora inicio",
                pt="Início,Hora de início,De,Hora,Horário,Hora início",
                tr="Başlangıç,Başlangıç Saati,Saat,Başlama Saati",
                pl="Początek,Godzina,Od,Godzina rozpoczęcia,Godz.,Godz. od,Godziny",
                nl="Begin,Starttijd,Van,Tijd,Aanvang,Begintijd,Aanvangstijd",
                it="Inizio,Ora inizio,Dalle,Orario,Ora,Ora di inizio",
                ar="البداية,وقت البدء,من الساعة,الوقت,من,وقت البداية",
            ),
            examples=("08:00", "13:00"),
            help_text=_("A time such as 08:00; or both times, such as 08:00–12:00."),
        ),
        ImportColumn(
            name="ends_at",
            label=_("End"),
            reads=Reads.CLOCK,
            words=said(
                en="End,End time,To,Until,Time to,Finish,Ends at,Finish time,End (time)",
                de="Ende,Bis,Endzeit,Ende (Uhrzeit)",
                fr="Fin,Heure de fin,À",
                es="Fin,Hora de fin,Hasta,Hora fin",
                pt="Fim,Hora de fim,Até,Hora fim,Término",
                tr="Bitiş,Bitiş Saati",
                pl="Koniec,Do,Godzina zakończenia,Godz. do,Zakończenie",
                nl="Einde,Eindtijd,Tot",
                it="Fine,Ora fine,Alle,Ora di fine",
                ar="النهاية,وقت الانتهاء,إلى الساعة,إلى,وقت النهاية",
            ),
            examples=("12:00", "17:00"),
            help_text=_("A time such as 12:00."),
        ),
        ImportColumn(
            name="trainer",
            label=_("Trainer"),
            reads=Reads.THING,
            thing=Thing.TRAINER,
            words=shared.TRAINER,
            examples=("Marta Lindqvist", "Tarek Haddad"),
            help_text=_("By name or e-mail."),
        ),
        ImportColumn(
            name="venue",
            label=_("Venue"),
            reads=Reads.THING,
            thing=Thing.VENUE,
            words=shared.VENUE,
            examples=("Training room 1", "Fire ground"),
            help_text=_("By name."),
        ),
        SESSION_DURATION,
        SESSION_STATUS,
    ),
    identified_by=("reference", "course", "day", "starts_at", "trainer", "venue"),
    said_once=SESSIONS_ONCE,
    place=100,
    checks=Permission.PLAN,
    does=Permission.PLAN,
)

_PRESENT_WORDS = said(
    en="Present,Attended,Attendance,Presence,Present (Y/N),Attended (Y/N),Show,Was present,Status",
    de="Anwesend,Teilgenommen,Anwesenheit,Anwesend (J/N)",
    fr="Présent,Présence,A participé,Émargé,Présent(e)",
    es="Presente,Asistió,Asistencia,Asiste",
    pt="Presente,Presença,Assistiu,Compareceu",
    tr="Katıldı,Mevcut,Katılım,Devam,Yoklama",
    pl="Obecny,Obecność,Uczestniczył,Obecny/a",
    nl="Aanwezig,Aanwezigheid,Bijgewoond",
    it="Presente,Presenza,Ha partecipato,Presenze",
    ar="حاضر,الحضور,حضر",
)
_PASSED_WORDS = said(
    en="Passed,Result,Pass/Fail,Outcome,Pass,Test result",
    de="Bestanden,Ergebnis,Resultat",
    fr="Réussi,Résultat,Reçu,Évaluation",
    es="Aprobado,Resultado,Apto,Calificación",
    pt="Aprovado,Resultado,Apto,Avaliação",
    tr="Geçti,Sonuç,Başarılı,Sınav Sonucu",
    pl="Zaliczył,Wynik,Zaliczenie,Zaliczone",
    nl="Geslaagd,Resultaat,Behaald,Uitslag",
    it="Superato,Esito,Idoneo,Risultato",
    ar="ناجح,النتيجة,اجتاز",
)
_PRESENT_CHOICES = (
    ImportChoice(
        value="yes",
        label=_("present"),
        words={
            language: (*shared.YES_WORDS[language], *more)
            for language, more in said(
                en="present,attended,p", de="anwesend,teilgenommen", fr="présent,présente,p", es="presente,asistió,asiste", pt="presente,p", tr="katıldı,mevcut,geldi",
                pl="obecny,obecna,ob", nl="aanwezig", it="presente,p", ar="حاضر,حضر",
            ).items()
        },
    ),
    ImportChoice(
        value="no",
        label=_("absent"),
        words={
            language: (*shared.NO_WORDS[language], *more)
            for language, more in said(
                en="absent,no show,no-show,a,did not attend", de="abwesend,gefehlt,fehlt,nicht erschienen", fr="absent,absente,abs", es="ausente,no asistió,falta",
                pt="ausente,faltou,falta", tr="katılmadı,gelmedi,yok", pl="nieobecny,nieobecna,nb", nl="afwezig", it="assente,a", ar="غائب,لم يحضر",
            ).items()
        },
    ),
)  # fmt: skip
_PASSED_CHOICES = tuple(
    replace(choice, words={language: (*choice.words[language], *more) for language, more in extra.items()})
    for choice, extra in zip(
        yes_or_no(_("passed"), _("failed")),
        (
            said(
                en="pass,passed,competent", de="bestanden,be", fr="réussi,reçu,acquis,apte", es="aprobado,apto", pt="aprovado,apto", tr="geçti,başarılı", pl="zaliczony,zaliczone,zaliczył",
                nl="geslaagd,behaald", it="superato,idoneo", ar="ناجح,اجتاز",
            ),
            said(
                en="fail,failed,not competent", de="nicht bestanden,nb,durchgefallen", fr="échoué,échec,non acquis,inapte", es="suspenso,no apto,reprobado", pt="reprovado,não apto", tr="kaldı,başarısız",
                pl="niezaliczony,niezaliczone,nie zaliczył", nl="gezakt,niet behaald", it="non superato,non idoneo", ar="راسب,لم يجتز",
            ),
        ),
        strict=True,
    )
)  # fmt: skip

MARKS = ImportKind(
    name="marks",
    label=_("Marks of a session's list"),
    words=said(
        en="Attendance,Attendance list,Attendance sheet,Sign-in sheet,Attendance register,Participants,Participant list,Attendees,Attendance record",
        de="Anwesenheit,Anwesenheitsliste,Teilnehmerliste,Teilnehmer,Unterschriftenliste",
        fr="Présence,Feuille de présence,Liste de présence,Émargement,Participants,Feuille d'émargement,Liste d'émargement",
        es="Asistencia,Lista de asistencia,Hoja de asistencia,Participantes,Control de asistencia",
        pt="Presenças,Lista de presenças,Folha de presenças,Participantes,Lista de presença",
        tr="Katılım,Katılım listesi,Yoklama,Katılımcı listesi,Yoklama listesi,Katılımcılar",
        pl="Obecność,Lista obecności,Uczestnicy,Lista uczestników",
        nl="Aanwezigheid,Presentielijst,Deelnemerslijst,Deelnemers,Aanwezigheidslijst",
        it="Presenze,Foglio presenze,Registro presenze,Partecipanti,Foglio firme",
        ar="الحضور,كشف الحضور,قائمة الحضور,ورقة الحضور",
    ),
    columns=(
        ImportColumn(
            name="session",
            label=_("Session"),
            reads=Reads.THING,
            thing=Thing.SESSION,
            words=_REFERENCE_WORDS,
            examples=("S-2026-104", "S-2026-104"),
            help_text=_("The reference of the session; the same in all rows."),
            is_needed=True,
        ),
        BADGE,
        *NAME_COLUMNS,
        COMPANY,
        ImportColumn(
            name="is_present",
            label=_("Present"),
            reads=Reads.CHOICE,
            words=_PRESENT_WORDS,
            choices=_PRESENT_CHOICES,
            examples=("yes", "no"),
            help_text=_("Yes or no; empty only of somebody on the list who is not marked yet."),
        ),
        ImportColumn(
            name="has_passed",
            label=_("Passed"),
            reads=Reads.CHOICE,
            words=_PASSED_WORDS,
            choices=_PASSED_CHOICES,
            examples=("yes", ""),
            help_text=_("Yes or no; yes if empty."),
        ),
        ImportColumn(
            name="remarks",
            label=_("Remarks"),
            reads=Reads.TEXT,
            words=shared.NOTES,
            examples=("", "Sick"),
            help_text=_("At most 500 characters."),
        ),
    ),
    identified_by=("session", "badge_id", "first_name", "last_name"),
    said_once=MARKS_ONCE,
    place=110,
    checks=Permission.MARK,
    does=Permission.MARK,
)

HOURS = ImportKind(
    name="hours",
    label=_("Hours of class meetings"),
    words=said(
        en="Hours,Class hours,Meetings,Hours log,Timesheet,Class attendance,Past meetings,Class meetings",
        de="Stunden,Klassenstunden,Stundenliste,Stundennachweis",
        fr="Heures,Heures de classe,Relevé d'heures",
        es="Horas,Horas de clase,Registro de horas",
        pt="Horas,Horas da turma,Registo de horas",
        tr="Saatler,Sınıf saatleri,Saat çizelgesi",
        pl="Godziny,Godziny zajęć,Ewidencja godzin",
        nl="Uren,Lesuren,Urenregistratie",
        it="Ore,Ore di lezione,Registro ore",
        ar="الساعات,ساعات الفصل,سجل الساعات",
    ),
    columns=(
        replace(
            CLASSES.column("class_code"),
            reads=Reads.THING,
            thing=Thing.CLASS,
            examples=("HAL1001", "HAL1001"),
            help_text=_("The code of the class."),
            is_needed=True,
        ),
        ImportColumn(
            name="session_date",
            label=_("Day of the meeting"),
            reads=Reads.DAY,
            words={
                language: (*shared.DATE[language], *more)
                for language, more in said(
                    en="Meeting date,Class date,Session date,Lesson date,Log date",
                    de="Datum der Stunde,Unterrichtstag,Kurstag",
                    fr="Date du cours,Date de la séance",
                    es="Fecha de la clase,Fecha de clase",
                    pt="Data da aula,Data da sessão",
                    tr="Ders Tarihi,Toplantı Tarihi",
                    pl="Data zajęć,Data spotkania",
                    nl="Lesdatum,Datum les",
                    it="Data lezione,Data della lezione",
                    ar="تاريخ الحصة,تاريخ اللقاء",
                ).items()
            },
            examples=("2026-02-03", "2026-02-03"),
            help_text=_("Not after today."),
            is_needed=True,
            may_lie_ahead=False,
        ),
        BADGE,
        *NAME_COLUMNS,
        COMPANY,
        ImportColumn(
            name="hours_trained",
            label=_("Hours trained"),
            reads=Reads.NUMBER,
            words=said(
                en="Hours trained,Trained,Hours,Scheduled hours,Hours scheduled,Planned hours,Total hours,Hours given",
                de="Stunden,Unterrichtsstunden,Gesamtstunden,Geplante Stunden,Sollstunden",
                fr="Heures,Heures de formation,Heures prévues,Heures dispensées",
                es="Horas,Horas impartidas,Horas programadas,Horas lectivas",
                pt="Horas,Horas ministradas,Horas previstas",
                tr="Saat,Eğitim Saati,Toplam Saat,Planlanan Saat",
                pl="Godziny,Godziny szkolenia,Liczba godzin,Godziny planowane",
                nl="Uren,Lesuren,Geplande uren",
                it="Ore,Ore di formazione,Ore previste,Ore erogate",
                ar="الساعات,ساعات التدريب,عدد الساعات",
            ),
            examples=("4", "4"),
            help_text=_("Hours that the meeting lasted."),
        ),
        ImportColumn(
            name="hours_present",
            label=_("Hours present"),
            reads=Reads.NUMBER,
            words=said(
                en="Hours present,Present,Attended hours,Hours attended,Present hours,Actual hours",
                de="Anwesend,Anwesende Stunden,Anwesenheitsstunden,Stunden anwesend,Iststunden",
                fr="Heures de présence,Présent,Heures présentes,Heures réalisées",
                es="Horas presentes,Horas asistidas,Horas de asistencia",
                pt="Horas presentes,Horas assistidas,Horas de presença",
                tr="Katıldığı Saat,Devam Saati,Katılım Saati",
                pl="Godziny obecności,Obecny,Liczba godzin obecności",
                nl="Aanwezige uren,Uren aanwezig",
                it="Ore di presenza,Ore presenti,Ore frequentate",
                ar="ساعات الحضور,الحضور",
            ),
            examples=("4", "2.5"),
            help_text=_(
                "Hours of them that the worker was there; at most those of the meeting. Empty if it was not held."
            ),
        ),
        MEETING_STATUS,
        STARTED_ON,
        ImportColumn(
            name="notes",
            label=_("Notes"),
            reads=Reads.TEXT,
            words=shared.NOTES,
            examples=("", "Left early"),
            help_text=_("Any text."),
        ),
    ),
    identified_by=("class_code", "session_date", "badge_id", "first_name", "last_name"),
    said_once=HOURS_ONCE,
    may_name_nobody=True,
    place=130,
    checks=Permission.CAPTURE,
    does=Permission.CAPTURE,
)

ATTENDANCE_KINDS = (SESSIONS, MARKS, HOURS)
