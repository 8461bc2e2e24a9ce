"""Companies and venues as an import brings them in (I1)."""

from django.utils.translation import gettext_lazy as _

from training.core.imports.declaration import ImportColumn, ImportKind, Reads
from training.core.permissions import Permission
from training.policies import import_words as words
from training.policies.import_columns import is_active
from training.policies.import_words import said

COMPANIES = ImportKind(
    name="companies",
    label=_("Companies"),
    words=said(
        en="Companies,Company list,Contractors,Subcontractors,Contractor list,Subcontractor list,Employers,Vendors",
        de="Firmen,Firmenliste,Unternehmen,Subunternehmer,Nachunternehmer,Fremdfirmen,Nachunternehmerliste",
        fr="Entreprises,Sociétés,Liste des entreprises,Sous-traitants,Entreprises extérieures",
        es="Empresas,Lista de empresas,Contratistas,Subcontratistas,Contratas",
        pt="Empresas,Lista de empresas,Subempreiteiros,Contratadas",
        tr="Firmalar,Şirketler,Firma listesi,Taşeronlar,Alt yükleniciler",
        pl="Firmy,Lista firm,Podwykonawcy,Wykaz firm,Pracodawcy",
        nl="Bedrijven,Bedrijvenlijst,Onderaannemers,Aannemers",
        it="Aziende,Imprese,Elenco imprese,Elenco ditte,Ditte,Subappaltatori",
        ar="الشركات,قائمة الشركات,المقاولون,المقاولين,قائمة المقاولين",
    ),
    columns=(
        ImportColumn(
            name="name",
            label=_("Name"),
            reads=Reads.TEXT,
            words={
                language: (*words.EMPLOYER[language], *more)
                for language, more in said(
                    en="Name,Legal name",
                    de="Name,Bezeichnung",
                    fr="Nom,Dénomination",
                    es="Nombre,Denominación",
                    pt="Nome,Designação",
                    tr="Adı,Unvan,Ünvanı,Ticari Unvan",
                    pl="Nazwa",
                    nl="Naam",
                    it="Nome,Denominazione",
                    ar="الاسم",
                ).items()
            },
            examples=("Halloran Mechanical", "Nordwind Scaffolding"),
            help_text=_("The name by which people know the company. Every company has another one."),
            is_needed=True,
        ),
        ImportColumn(
            name="code",
            label=_("Code"),
            reads=Reads.TEXT,
            words=said(
                en="Code,Short name,Abbreviation,Company code,Short code,Vendor code,Contractor code,Abbr.",
                de="Kürzel,Code,Kurzname,Firmenkürzel,Abkürzung,Kurzzeichen",
                fr="Code,Sigle,Abréviation,Code entreprise,Code société",
                es="Código,Siglas,Abreviatura,Código de empresa,Código empresa",
                pt="Código,Sigla,Abreviatura,Código da empresa",
                tr="Kod,Kısaltma,Firma Kodu,Kısa Ad",
                pl="Kod,Skrót,Kod firmy,Symbol,Nazwa skrócona",
                nl="Code,Afkorting,Bedrijfscode,Verkorte naam",
                it="Codice,Sigla,Abbreviazione,Codice ditta,Codice azienda",
                ar="الرمز,الكود,كود الشركة,الاختصار,رمز الشركة",
            ),
            examples=("HAL", "NWS"),
            help_text=_("2 to 10 characters, or nothing."),
        ),
        ImportColumn(
            name="class_code_prefix",
            label=_("Class code prefix"),
            reads=Reads.TEXT,
            words=said(
                en="Class code prefix,Prefix",
                de="Präfix,Klassenpräfix",
                fr="Préfixe",
                es="Prefijo",
                pt="Prefixo",
                tr="Ön ek",
                pl="Prefiks",
                nl="Voorvoegsel",
                it="Prefisso",
                ar="البادئة",
            ),
            examples=("HAL", "NWS"),
            help_text=_("Three letters A–Z with which the codes of its classes begin; made of the name if empty."),
        ),
        is_active(),
    ),
    identified_by=("name",),
    place=10,
    checks=Permission.KEEP_LIBRARY,
    does=Permission.KEEP_LIBRARY,
)

VENUES = ImportKind(
    name="venues",
    label=_("Venues"),
    words=said(
        en="Venues,Rooms,Training rooms,Venue list,Classrooms,Locations",
        de="Räume,Raumliste,Schulungsräume,Orte,Raumverzeichnis",
        fr="Salles,Lieux,Liste des salles,Salles de formation",
        es="Salas,Aulas,Lista de salas,Lugares,Aulas de formación",
        pt="Salas,Locais,Lista de salas",
        tr="Salonlar,Derslikler,Eğitim salonları,Yerler",
        pl="Sale,Sale szkoleniowe,Miejsca,Wykaz sal",
        nl="Locaties,Lokalen,Zalen,Leslokalen",
        it="Aule,Sale,Elenco aule,Sedi",
        ar="القاعات,قاعات التدريب,الأماكن,قائمة القاعات",
    ),
    columns=(
        ImportColumn(
            name="name",
            label=_("Name"),
            reads=Reads.TEXT,
            words={
                language: (*words.VENUE[language], *more)
                for language, more in said(
                    en="Name,Venue name",
                    de="Name,Bezeichnung",
                    fr="Nom,Désignation",
                    es="Nombre,Denominación",
                    pt="Nome,Designação",
                    tr="Adı,Ad",
                    pl="Nazwa",
                    nl="Naam",
                    it="Nome,Denominazione",
                    ar="الاسم",
                ).items()
            },
            examples=("Training room 1", "Fire ground"),
            help_text=_("At least three characters."),
            is_needed=True,
        ),
        ImportColumn(
            name="capacity",
            label=_("Seats"),
            reads=Reads.WHOLE,
            words=said(
                en="Capacity,Seats,Max. participants,Max,Places,Max capacity,No. of seats,Pax,Max pax,Seating capacity",
                de="Plätze,Kapazität,Sitzplätze,Max. Teilnehmer,Anzahl Plätze,Personen,Max. Personen",
                fr="Capacité,Places,Nombre de places,Capacité max,Nb places,Nbre de places",
                es="Capacidad,Aforo,Plazas,Asientos,Nº de plazas,Capacidad máxima",
                pt="Capacidade,Lugares,Lotação,Nº de lugares,Capacidade máxima,Vagas",
                tr="Kapasite,Kişi Sayısı,Koltuk Sayısı,Kontenjan,Kişi Kapasitesi",
                pl="Pojemność,Liczba miejsc,Miejsca,Ilość miejsc,Maks. osób,Max osób",
                nl="Capaciteit,Plaatsen,Aantal plaatsen,Zitplaatsen,Max. deelnemers",
                it="Capienza,Posti,Numero posti,N. posti,Capacità,Max partecipanti",
                ar="السعة,عدد المقاعد,المقاعد,الطاقة الاستيعابية,القدرة الاستيعابية",
            ),
            examples=("20", "12"),
            help_text=_("1 to 500; 20 if empty."),
        ),
        ImportColumn(
            name="location",
            label=_("Location"),
            reads=Reads.TEXT,
            words=said(
                en="Location,Address,Building,Site,Floor,Where,Area",
                de="Lage,Adresse,Gebäude,Anschrift,Standort,Etage",
                fr="Emplacement,Adresse,Bâtiment,Site,Localisation,Étage",
                es="Ubicación,Dirección,Edificio,Emplazamiento,Planta",
                pt="Localização,Morada,Endereço,Edifício,Piso,Prédio",
                tr="Konum,Adres,Bina,Kat,Lokasyon",
                pl="Lokalizacja,Adres,Budynek,Położenie,Piętro",
                nl="Ligging,Adres,Gebouw,Vestiging,Verdieping",
                it="Ubicazione,Indirizzo,Edificio,Posizione,Piano",
                ar="العنوان,المبنى,الموقع,الطابق",
            ),
            examples=("Gate 2, first floor", "Behind the tank farm"),
            help_text=_("How people find it."),
        ),
        is_active(),
    ),
    identified_by=("name",),
    place=50,
    checks=Permission.KEEP_LIBRARY,
    does=Permission.KEEP_LIBRARY,
)
