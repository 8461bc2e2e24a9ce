"""Roles, areas, and what they require, as an import brings them in (I1)."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from learners.models import RequirementType
from learners.policies import import_words as words
from learners.policies.import_columns import AREA, COURSE, ROLE
from training.core.imports.declaration import ImportChoice, ImportColumn, ImportGrid, ImportKind, Reads, Thing
from training.core.permissions import Permission
from training.policies import import_words as shared
from training.policies.import_words import said

ROLES = ImportKind(
    name="roles",
    label=_("Roles"),
    words=said(
        en="Roles,Positions,Job titles,Job roles,Trades,Functions",
        de="Rollen,Funktionen,Positionen,Tätigkeiten",
        fr="Rôles,Postes,Fonctions,Métiers",
        es="Roles,Puestos,Cargos,Oficios",
        pt="Funções,Cargos,Profissões",
        tr="Görevler,Roller,Unvanlar,Pozisyonlar",
        pl="Role,Stanowiska,Funkcje",
        nl="Rollen,Functies",
        it="Ruoli,Mansioni",
        ar="الأدوار,الوظائف,المهن",
    ),
    columns=(
        ImportColumn(
            name="code",
            label=_("Code"),
            reads=Reads.TEXT,
            words=said(
                en="Code,Role code,Short,Abbreviation,Position code,Job code,Short name",
                de="Code,Rollencode,Kürzel,Funktionscode",
                fr="Code,Code poste,Code fonction,Code métier",
                es="Código,Código de puesto,Código del puesto",
                pt="Código,Código da função",
                tr="Kod,Görev Kodu,Pozisyon Kodu",
                pl="Kod,Kod stanowiska,Symbol",
                nl="Code,Functiecode",
                it="Codice,Codice ruolo,Codice mansione",
                ar="الرمز,رمز الوظيفة,كود الوظيفة",
            ),
            examples=("WELDER", "SCAFFOLDER"),
            help_text=_("3 to 20 capital letters, digits and dashes."),
        ),
        ImportColumn(
            name="title",
            label=_("Title"),
            reads=Reads.TEXT,
            words={language: (*said_, *shared.FULL_NAME[language][:1]) for language, said_ in words.ROLE.items()}
            | {
                "de": (*words.ROLE["de"], "Bezeichnung", "Name"),
                "pl": (*words.ROLE["pl"], "Nazwa", "Nazwa stanowiska"),
            },
            examples=("Welder", "Scaffolder"),
            help_text=_("What people call it."),
            is_needed=True,
        ),
        ImportColumn(
            name="description",
            label=_("Description"),
            reads=Reads.TEXT,
            words=said(
                en="Description,Duties,Tasks,Job description,Responsibilities",
                de="Beschreibung,Aufgaben,Tätigkeitsbeschreibung",
                fr="Description,Missions,Tâches",
                es="Descripción,Tareas,Funciones",
                pt="Descrição,Tarefas",
                tr="Açıklama,Görev Tanımı,Tanım",
                pl="Opis,Zadania,Opis stanowiska",
                nl="Omschrijving,Beschrijving,Taken",
                it="Descrizione,Compiti",
                ar="الوصف,المهام",
            ),
            examples=("Welds pipes and structures", ""),
            help_text=_("Any text."),
        ),
    ),
    identified_by=("code", "title"),
    place=20,
    checks=Permission.KEEP_LIBRARY,
    does=Permission.KEEP_LIBRARY,
)

AREAS = ImportKind(
    name="areas",
    label=_("Areas"),
    words=said(
        en="Areas,Zones,Units,Plant areas,Site areas",
        de="Bereiche,Anlagen,Zonen,Anlagenteile",
        fr="Zones,Secteurs,Unités",
        es="Áreas,Zonas,Sectores",
        pt="Áreas,Zonas,Setores",
        tr="Alanlar,Bölgeler,Sahalar",
        pl="Obszary,Strefy,Rejony",
        nl="Gebieden,Zones,Afdelingen",
        it="Aree,Zone,Reparti",
        ar="المناطق,الوحدات",
    ),
    columns=(
        ImportColumn(
            name="name",
            label=_("Name"),
            reads=Reads.TEXT,
            words={
                language: (*said_, *more)
                for (language, said_), more in zip(
                    words.AREA.items(),
                    said(
                        en="Name,Area name,Zone name",
                        de="Name,Bezeichnung",
                        fr="Nom,Désignation",
                        es="Nombre",
                        pt="Nome",
                        tr="Adı,Ad,Alan Adı",
                        pl="Nazwa,Nazwa obszaru",
                        nl="Naam",
                        it="Nome,Denominazione",
                        ar="الاسم,اسم المنطقة",
                    ).values(),
                    strict=True,
                )
            },
            examples=("Site", "Tank farm"),
            help_text=_("Areas in one place have different names."),
            is_needed=True,
        ),
        ImportColumn(
            name="parent",
            label=_("Part of"),
            reads=Reads.THING,
            thing=Thing.AREA,
            words=said(
                en="Part of,Parent,Parent area,Belongs to,Within,Main area",
                de="Teil von,Übergeordnet,Gehört zu,Liegt in,Oberbereich,Hauptbereich",
                fr="Fait partie de,Zone parente,Dans,Zone principale",
                es="Parte de,Área superior,Pertenece a,Área principal",
                pt="Parte de,Área superior,Pertence a",
                tr="Üst Alan,Bağlı Olduğu Alan,Ana Alan",
                pl="Część,Obszar nadrzędny,Należy do",
                nl="Deel van,Bovenliggend gebied,Hoort bij",
                it="Parte di,Area superiore,Appartiene a",
                ar="جزء من,المنطقة الرئيسية,تابع ل",
            ),
            examples=("", "Site"),
            help_text=_("The area around it; empty where there is none."),
        ),
    ),
    identified_by=("name", "parent"),
    makes=Thing.AREA,
    named_by=("name",),
    place=30,
    checks=Permission.KEEP_LIBRARY,
    does=Permission.KEEP_LIBRARY,
)

REQUIREMENTS = ImportKind(
    name="requirements",
    label=_("Requirements"),
    words=said(
        en="Requirements,Training requirements,Requirement matrix,Training needs,Role matrix,Required training,Mandatory training,Training needs analysis,TNA,Position matrix,Requirements matrix",
        de="Anforderungen,Schulungsbedarf,Anforderungsmatrix,Pflichtschulungen,Bedarfsmatrix,Erforderliche Schulungen,Unterweisungsbedarf",
        fr="Exigences,Besoins en formation,Matrice des exigences,Formations obligatoires,Formations requises",
        es="Requisitos,Necesidades de formación,Matriz de requisitos,Formación obligatoria,Formación requerida por puesto",
        pt="Requisitos,Necessidades de formação,Matriz de requisitos,Formação obrigatória",
        tr="Gereklilikler,Eğitim ihtiyaçları,Gereklilik matrisi,Zorunlu eğitimler,Eğitim ihtiyaç matrisi",
        pl="Wymagania,Potrzeby szkoleniowe,Matryca wymagań,Wymagane szkolenia,Szkolenia obowiązkowe",
        nl="Vereisten,Opleidingsbehoefte,Eisenmatrix,Verplichte opleidingen,Vereiste trainingen",
        it="Requisiti,Fabbisogno formativo,Matrice requisiti,Formazione obbligatoria",
        ar="المتطلبات,الاحتياجات التدريبية,مصفوفة المتطلبات,التدريب الإلزامي,التدريبات المطلوبة",
    ),
    columns=(
        replace(ROLE, examples=("WELDER", "")),
        AREA,
        replace(COURSE, is_needed=True),
        ImportColumn(
            name="requirement_type",
            label=_("When required"),
            reads=Reads.CHOICE,
            words=words.REQUIREMENT_TYPE,
            choices=(
                ImportChoice(value=RequirementType.PRE_MOB, label=RequirementType.PRE_MOB.label, words=words.PRE_MOB),
                ImportChoice(
                    value=RequirementType.POST_MOB, label=RequirementType.POST_MOB.label, words=words.POST_MOB
                ),
            ),
            examples=("before access", "post mob"),
            help_text=_("Before site access, or within a number of days."),
            is_needed=True,
        ),
        ImportColumn(
            name="grace_period_days",
            label=_("Grace period (days)"),
            reads=Reads.WHOLE,
            words=words.GRACE,
            examples=("", "30"),
            help_text=_("1 to 365, where it is required within a number of days."),
        ),
        ImportColumn(
            name="starts_on",
            label=_("Required from"),
            reads=Reads.DAY,
            words=words.REQUIRED_FROM,
            examples=("2026-01-01", ""),
            help_text=_("The first day on which it is required; the day of the import if empty."),
        ),
    ),
    identified_by=("role", "area", "course"),
    grid=ImportGrid(sides=("role", "area"), heads="course", cells=("requirement_type",)),
    said_once=(
        ImportColumn(
            name="grace_period_days",
            label=_("Grace period (days)"),
            reads=Reads.WHOLE,
            help_text=_("For all that is required within a number of days and does not say how many."),
        ),
        ImportColumn(
            name="starts_on",
            label=_("Required from"),
            reads=Reads.DAY,
            help_text=_("Since when it is required on your site; today if empty."),
        ),
    ),
    place=60,
    checks=Permission.KEEP_LIBRARY,
    does=Permission.KEEP_LIBRARY,
)
