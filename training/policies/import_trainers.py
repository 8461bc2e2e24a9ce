"""Trainers with what they may teach, as an import brings them in (I1)."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from training.core.imports.declaration import ImportChoice, ImportColumn, ImportKind, MonthMeans, Reads, Thing
from training.core.permissions import Permission
from training.models import Trainer
from training.policies import import_words as words
from training.policies.import_columns import EMAIL_COLUMN, FIRST_NAME, FULL_NAME, LAST_NAME, PHONE_COLUMN, is_active
from training.policies.import_words import said

TRAINERS = ImportKind(
    name="trainers",
    label=_("Trainers"),
    words=said(
        en="Trainers,Instructors,Trainer list,Instructor list,Trainer register,Qualified trainers,Approved trainers",
        de="Trainer,Ausbilder,Trainerliste,Dozenten,Referenten,Ausbilderliste",
        fr="Formateurs,Liste des formateurs,Instructeurs",
        es="Instructores,Formadores,Lista de instructores,Docentes",
        pt="Formadores,Instrutores,Lista de formadores,Bolsa de formadores",
        tr="Eğitmenler,Eğitmen listesi,Eğiticiler",
        pl="Trenerzy,Lista trenerów,Instruktorzy,Prowadzący,Wykładowcy",
        nl="Trainers,Instructeurs,Trainerslijst,Docenten",
        it="Docenti,Formatori,Elenco docenti,Istruttori",
        ar="المدربون,المدربين,قائمة المدربين",
    ),
    columns=(
        replace(
            FULL_NAME,
            words={language: (*words.FULL_NAME[language], *words.TRAINER[language]) for language in words.TRAINER},
        ),
        FIRST_NAME,
        LAST_NAME,
        ImportColumn(
            name="kind",
            label=_("Kind"),
            reads=Reads.CHOICE,
            words=said(
                en="Kind,Type,Internal/External,Trainer type,Int/Ext",
                de="Art,Intern/Extern,Typ",
                fr="Type,Interne/Externe",
                es="Tipo,Interno/Externo",
                pt="Tipo,Interno/Externo",
                tr="Tür,İç/Dış,Tip",
                pl="Rodzaj,Wewnętrzny/zewnętrzny,Typ",
                nl="Soort,Intern/extern,Type",
                it="Tipo,Interno/Esterno",
                ar="النوع,داخلي/خارجي",
            ),
            choices=(
                ImportChoice(
                    value=Trainer.Kind.INTERNAL,
                    label=Trainer.Kind.INTERNAL.label,
                    words=said(
                        en="int,in-house,own",
                        de="intern,int.,eigen",
                        fr="interne",
                        es="interno,interna",
                        pt="interno,interna",
                        tr="iç,dahili,kurum içi",
                        pl="wewnętrzny,wewn.",
                        nl="intern",
                        it="interno,interna",
                        ar="داخلي",
                    ),
                ),
                ImportChoice(
                    value=Trainer.Kind.EXTERNAL,
                    label=Trainer.Kind.EXTERNAL.label,
                    words=said(
                        en="ext,third party,contracted",
                        de="extern,ext.,fremd",
                        fr="externe",
                        es="externo,externa",
                        pt="externo,externa",
                        tr="dış,harici,kurum dışı",
                        pl="zewnętrzny,zewn.",
                        nl="extern",
                        it="esterno,esterna",
                        ar="خارجي",
                    ),
                ),
            ),
            examples=("internal", "external"),
            help_text=_("Internal or external; an external trainer needs a company."),
        ),
        ImportColumn(
            name="company",
            label=_("Company"),
            reads=Reads.THING,
            thing=Thing.COMPANY,
            words=words.EMPLOYER,
            examples=("", "Nordwind Scaffolding"),
            help_text=_("Of an external trainer: its name or code."),
        ),
        EMAIL_COLUMN,
        PHONE_COLUMN,
        ImportColumn(
            name="may_teach",
            label=_("May teach"),
            reads=Reads.THINGS,
            thing=Thing.COURSE,
            words={
                language: (*more, *words.COURSE[language])
                for language, more in said(
                    en="May teach,Courses,Qualified for,Authorised courses,Approved for,Can teach,Teaches,Subjects,Approved courses,Qualified to deliver,Qualifications",
                    de="Darf schulen,Kurse,Qualifiziert für,Berechtigt für,Schulungen,Themen,Zugelassen für,Unterrichtet",
                    fr="Habilité pour,Formations,Peut enseigner,Cours,Qualifié pour,Formations dispensées,Domaines",
                    es="Puede impartir,Cursos,Habilitado para,Cualificado para,Formaciones,Cursos que imparte,Autorizado para",
                    pt="Pode ministrar,Cursos,Habilitado para,Formações,Qualificado para,Cursos que ministra",
                    tr="Verebileceği Eğitimler,Eğitimler,Yetkili Olduğu Eğitimler,Kurslar,Verdiği Eğitimler",
                    pl="Może prowadzić,Szkolenia,Uprawniony do,Kursy,Prowadzi,Prowadzone szkolenia",
                    nl="Mag geven,Cursussen,Bevoegd voor,Trainingen,Opleidingen,Gekwalificeerd voor",
                    it="Può insegnare,Corsi,Abilitato per,Qualificato per,Corsi abilitati,Materie",
                    ar="الدورات,يدرّس,مؤهل لتدريس,الدورات المعتمدة,المواد,الدورات التي يقدمها",
                ).items()
            },
            examples=("HSE-001; HSE-004", "HSE-010"),
            help_text=_("Courses by code or title, with semicolons between them; or one row for each course."),
        ),
        ImportColumn(
            name="certificate_number",
            label=_("Certificate number"),
            reads=Reads.BADGE,
            words=said(
                en="Certificate number,Certificate No,Cert. No.,Licence No,License No,Certificate #,Accreditation No",
                de="Zertifikatsnummer,Zertifikat-Nr.,Nachweis-Nr.,Zertifikats-Nr.",
                fr="N° de certificat,Numéro de certificat,N° d'agrément,N° certificat",
                es="Nº de certificado,Número de certificado,Nº certificado,N.º certificado",
                pt="Nº do certificado,Número do certificado,N.º CAP,N.º certificado,Nº CCP",
                tr="Sertifika No,Belge No,Sertifika Numarası",
                pl="Nr certyfikatu,Numer certyfikatu,Nr uprawnień,Nr zaświadczenia",
                nl="Certificaatnummer,Certificaatnr.,Certificaat nr",
                it="Numero attestato,N. attestato,N. certificato,Numero certificato",
                ar="رقم الشهادة,رقم الاعتماد,رقم الرخصة",
            ),
            examples=("T-2231", ""),
            help_text=_("Of the permission to teach."),
        ),
        ImportColumn(
            name="valid_from",
            label=_("Valid from"),
            reads=Reads.DAY,
            words=said(
                en="Valid from,Qualified since,Approved on,Qualified on,From",
                de="Gültig ab,Gültig von,Qualifiziert seit,Ab",
                fr="Valable du,Valide à partir du,Habilité depuis,Du",
                es="Válido desde,Vigente desde,Desde",
                pt="Válido de,Válido desde,Desde",
                tr="Geçerlilik Başlangıcı,Başlangıç",
                pl="Ważne od,Od",
                nl="Geldig vanaf,Vanaf",
                it="Valido dal,Dal",
                ar="صالح من,ساري من,من",
            ),
            examples=("2025-01-01", ""),
            help_text=_("The first day, if there is one."),
        ),
        ImportColumn(
            name="valid_until",
            label=_("Valid through"),
            reads=Reads.DAY,
            month=MonthMeans.LAST_DAY,
            words=said(
                en="Valid until,Valid to,Valid through,Expires,Expiry,Expiry date,Expires on,Until,Approved until",
                de="Gültig bis,Ablaufdatum,Läuft ab,Bis",
                fr="Valable jusqu'au,Valide jusqu'au,Date d'expiration,Échéance,Au",
                es="Válido hasta,Vigente hasta,Fecha de caducidad,Vencimiento,Hasta",
                pt="Válido até,Validade,Data de validade,Até",
                tr="Geçerlilik Tarihi,Geçerlilik Bitişi,Bitiş,Son Geçerlilik Tarihi",
                pl="Ważne do,Ważność,Data ważności,Do",
                nl="Geldig tot,Vervaldatum,Verloopt,Tot",
                it="Valido fino al,Scadenza,Data scadenza,Al",
                ar="صالح حتى,تاريخ الانتهاء,ينتهي في,حتى",
            ),
            examples=("2027-12-31", ""),
            help_text=_("The last day, if there is one."),
        ),
        is_active(),
    ),
    identified_by=("first_name", "last_name", "company", "may_teach"),
    place=80,
    checks=Permission.KEEP_LIBRARY,
    does=Permission.KEEP_LIBRARY,
)
