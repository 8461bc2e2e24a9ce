"""Headings of workers, requirements and records, in ten languages (I1)."""

from training.policies.import_words import said

ROLE = said(
    en="Role,Position,Job Title,Job,Function,Trade,Occupation,Designation,Job Role,Craft,Title,Role Title,Job Function,Post,Profession,Job Position,Discipline,Job Category",
    de="Rolle,Position,Funktion,Tätigkeit,Beruf,Stelle,Berufsbezeichnung,Stellenbezeichnung,Gewerk,Aufgabe,Einsatz als,Tätigkeit/Funktion",
    fr="Qualification,Rôle,Poste,Fonction,Métier,Emploi,Intitulé du poste,Qualification professionnelle,Profession,Poste de travail,Poste occupé",
    es="Rol,Puesto,Cargo,Función,Oficio,Puesto de trabajo,Categoría profesional,Ocupación,Posición,Categoría,Profesión",
    pt="Função,Cargo,Posto de trabalho,Profissão,Categoria profissional,Ocupação,Papel,Posição,Categoria",
    tr="Görev,Görevi,Unvan,Ünvan,Pozisyon,Meslek,Görev Tanımı,Mesleği,Ünvanı,Rol,Görev Unvanı,Pozisyonu,Branş",
    pl="Stanowisko,Funkcja,Rola,Zawód,Stanowisko pracy,Pełniona funkcja,Specjalność",
    nl="Functie,Rol,Beroep,Functietitel,Functienaam,Functieomschrijving,Taak,Discipline",
    it="Ruolo,Mansione,Qualifica,Funzione,Posizione,Profilo,Mansioni,Professione",
    ar="الوظيفة,المسمى الوظيفي,المهنة,الدور,المنصب,الوظيفه,التخصص,المسمى",
)  # fmt: skip
AREA = said(
    en="Area,Areas,Unit,Zone,Work area,Section,Plant,Work location,Plant area,Work Area(s),Department,Site area",
    de="Bereich,Bereiche,Anlage,Zone,Arbeitsbereich,Einsatzbereich,Werksteil,Abteilung,Anlagenteil",
    fr="Zone,Zones,Secteur,Unité,Zone de travail,Atelier,Service,Département,Aire",
    es="Área,Áreas,Zona,Zonas,Sector,Unidad,Área de trabajo,Departamento,Planta",
    pt="Área,Áreas,Zona,Setor,Unidade,Área de trabalho,Departamento,Secção",
    tr="Alan,Bölge,Saha,Ünite,Çalışma Alanı,Bölüm,Tesis,Departman,Birim",
    pl="Obszar,Strefa,Rejon,Oddział,Instalacja,Obszar pracy,Wydział,Dział,Obszary",
    nl="Gebied,Zone,Afdeling,Installatie,Werkgebied,Sector,Gebieden,Unit",
    it="Area,Aree,Zona,Reparto,Impianto,Area di lavoro,Settore,Unità",
    ar="المنطقة,المناطق,الموقع,الوحدة,منطقة العمل,القسم,الإدارة",
)  # fmt: skip
START = said(
    en="Start date,Start,First day,Date of hire,Hire date,Joining date,Date joined,Mobilisation date,Mob date,On site since,Entry date,Joined,Date of joining,DOJ,Employment date,Mobilization date,On site from,Arrival date,Onboarding date,Hired,Date of entry,"
    "Employed since,Start of employment,Commencement date,Entry,Hire,Hired on,Began,Site start,Site start date",
    de="Eintritt,Eintrittsdatum,Beginn,Startdatum,Erster Tag,Einstellungsdatum,Auf der Baustelle seit,Einsatzbeginn,Eintritt am,Beschäftigt seit,Einsatz ab,Zugang,Auf Baustelle seit,Arbeitsbeginn",
    fr="Date d'entrée,Date d'embauche,Début,Date de début,Arrivée,Date d'arrivée,Entrée,Début de mission,Présent depuis,Début contrat,Embauché le",
    es="Fecha de ingreso,Fecha de alta,Fecha de inicio,Alta,Ingreso,Fecha de entrada,Fecha de contratación,Fecha ingreso,Fecha alta,Inicio,Fecha de incorporación,Antigüedad,Fecha antigüedad,Fecha de antigüedad",
    pt="Data de admissão,Admissão,Data de entrada,Data de início,Início,Entrada,Data de ingresso,Data admissão",
    tr="İşe Giriş Tarihi,İşe Başlama Tarihi,Başlangıç Tarihi,Giriş Tarihi,İşe Giriş,İşe Başlama,Saha Giriş Tarihi,Başlama Tarihi",
    pl="Data zatrudnienia,Data rozpoczęcia,Zatrudniony od,Od,Początek pracy,Na budowie od,Data rozpoczęcia pracy,Data przyjęcia,Data zatr.",
    nl="In dienst,Datum in dienst,Indiensttreding,Startdatum,Begindatum,Op locatie sinds,Datum indiensttreding,In dienst sinds,In dienst per",
    it="Data assunzione,Data di assunzione,Data inizio,Data ingresso,Inizio,Assunto il,Data di ingresso,Inizio rapporto,In cantiere dal",
    ar="تاريخ التعيين,تاريخ البدء,تاريخ المباشرة,تاريخ الالتحاق,تاريخ الدخول,تاريخ بداية العمل,تاريخ الانضمام",
)  # fmt: skip
END = said(
    en="End date,Until,On site until,Last day,Leaving date,Date left,Demobilisation date,Demob date,Termination date,Exit date,Contract end,Left on,Contract end date,Left,Demob,Date of leaving,Departure date,End of contract,Termination,Last working day,Offboarding date,Leaving,Exit,Left site,Separation date,Date of exit,Release date",
    de="Austritt,Austrittsdatum,Ende,Letzter Tag,Vertragsende,Einsatzende,Austritt am,Einsatz bis,Abgang,Ausgeschieden am,Befristet bis,Enddatum",
    fr="Date de sortie,Date de départ,Fin,Date de fin,Fin de contrat,Départ,Sortie,Fin de mission",
    es="Fecha de baja,Fecha de salida,Fecha de fin,Baja,Fin de contrato,Fecha baja,Salida,Fecha fin contrato,Cese,Fecha de cese",
    pt="Data de saída,Saída,Data de fim,Fim de contrato,Demissão,Data de demissão,Data de desligamento,Desligamento,Cessação",
    tr="İşten Çıkış Tarihi,Ayrılma Tarihi,Bitiş Tarihi,Çıkış Tarihi,İşten Çıkış,Sözleşme Bitiş Tarihi,İşten Ayrılma Tarihi,Ayrılış Tarihi",
    pl="Data zwolnienia,Data zakończenia,Zatrudniony do,Koniec umowy,Do,Umowa do,Data odejścia,Data zakończenia pracy,Koniec pracy",
    nl="Uit dienst,Datum uit dienst,Einddatum,Einde contract,Laatste dag,Contract tot,Uitdiensttreding",
    it="Data cessazione,Data fine,Fine contratto,Data uscita,Fine,Cessazione,Data di cessazione,Fine rapporto,Scadenza contratto",
    ar="تاريخ المغادرة,تاريخ الانتهاء,تاريخ نهاية الخدمة,نهاية العقد,تاريخ ترك العمل,تاريخ الخروج,تاريخ الاستقالة",
)  # fmt: skip
STATUS = said(
    en="Status,State,Employment status,Active,Worker status,Employee status,Active/Inactive,Current status",
    de="Status,Zustand,Beschäftigungsstatus,Aktiv,Mitarbeiterstatus",
    fr="Statut,État,Situation,Actif",
    es="Estado,Situación,Estatus,Activo,Situación laboral",
    pt="Estado,Situação,Status,Ativo",
    tr="Durum,Durumu,Statü,Aktif,Çalışma Durumu",
    pl="Status,Stan,Aktywny",
    nl="Status,Actief,Dienstverband status",
    it="Stato,Situazione,Attivo",
    ar="الحالة,حالة الموظف,الوضع,نشط",
)
ROLE_SINCE = said(
    en="Trade since,Role counts from,Role since,In role since,Position since,Role assigned on,Role start date,Date of promotion,Role date",
    de="Rolle seit,Funktion seit,In Funktion seit,Position seit",
    fr="Dans le poste depuis,Poste depuis,Fonction depuis,Date de prise de poste",
    es="En el puesto desde,Puesto desde,Fecha en el puesto",
    pt="Na função desde,Função desde",
    tr="Görev Başlangıcı,Görev Tarihi,Göreve Başlama Tarihi",
    pl="Na stanowisku od,Stanowisko od",
    nl="In functie sinds,Functie sinds,Functie vanaf",
    it="In mansione dal,Mansione dal,Ruolo dal",
    ar="في المنصب منذ,تاريخ المنصب",
)
SUPERVISOR = said(
    en="Supervisor,Foreman,Manager,Line manager,Reports to,Supervisor badge,Team leader,Supervisor ID,Manager ID,Superintendent,Supervisor No,Lead,Responsible",
    de="Vorgesetzter,Vorarbeiter,Meister,Führungskraft,Polier,Teamleiter,Vorgesetzte/r,Bauleiter,Aufsicht",
    fr="Responsable,Chef d'équipe,Supérieur,Contremaître,Manager,Supérieur hiérarchique,Chef de chantier,Encadrant",
    es="Supervisor,Jefe,Encargado,Capataz,Responsable,Jefe de equipo,Superior",
    pt="Supervisor,Encarregado,Chefe,Responsável,Chefia,Superior,Líder",
    tr="Amir,Amiri,Formen,Süpervizör,Yönetici,Ekip Lideri,Şefi,Sorumlu,Ustabaşı",
    pl="Przełożony,Brygadzista,Kierownik,Majster,Bezpośredni przełożony,Mistrz",
    nl="Leidinggevende,Voorman,Teamleider,Chef,Ploegbaas,Uitvoerder",
    it="Responsabile,Capo squadra,Supervisore,Preposto,Capocantiere,Superiore,Caposquadra",
    ar="المشرف,رئيس العمال,المدير,المدير المباشر,المسؤول,رئيس الفريق",
)
OTHER_NAME = said(
    en="name in another script,arabic name,name in arabic,native name,name in native script,name in passport script,cyrillic name",
    de="Name in anderer Schrift,Name in arabischer Schrift,Name in kyrillischer Schrift",
    fr="nom dans une autre écriture,nom en arabe,nom en cyrillique",
    es="nombre en otra escritura,nombre en árabe,nombre en cirílico",
    pt="nome em outra escrita,nome em árabe,nome em cirílico",
    tr="başka alfabede ad,arapça adı,kiril adı",
    pl="nazwisko w innym alfabecie,imię i nazwisko cyrylicą,imię i nazwisko po arabsku",
    nl="naam in ander schrift,naam in arabisch schrift,arabische naam",
    it="nome in un'altra scrittura,nome in arabo,nome in cirillico",
    ar="الاسم بلغة أخرى,الاسم بالأحرف الأخرى,الاسم بالحروف الأصلية",
)
STATUS_REASON = said(
    en="Reason for the status,Reason,Reason for leaving,Status reason,Block reason",
    de="Grund,Statusgrund,Austrittsgrund,Sperrgrund",
    fr="Motif,Raison,Motif de départ",
    es="Motivo,Razón,Motivo de baja",
    pt="Motivo,Razão,Motivo de saída",
    tr="Neden,Sebep,Ayrılma Nedeni,Çıkış Nedeni",
    pl="Powód,Przyczyna,Powód odejścia",
    nl="Reden,Reden vertrek",
    it="Motivo,Causale,Motivo cessazione",
    ar="السبب,سبب المغادرة",
)
COMPLETED = said(
    en="Completed on,Completed,Completion date,Date completed,Training date,Date of training,Course date,Done,Done on,Date passed,Passed on,Issue date,Date of issue,Issued,Issued on,Trained on,Attended on,Date attended,Date taken,Certification date,Completion,"
    "Date of completion,Last training,Last trained,Last done,Date done,Start of validity,Valid from,Certificate date,Date Issued,Taken,Taken on,Training completed,Conducted on,Date conducted,Date Trained,Last completed,Obtained,Obtained on,Training Date(s),Date of course,"
    "Actual date,Attended,Issue,Issuing date,Award date,Awarded,Graduation date",
    de="Abgeschlossen am,Abschluss,Abschlussdatum,Schulungsdatum,Datum der Schulung,Durchgeführt am,Absolviert am,Ausgestellt am,Ausstellungsdatum,Unterwiesen am,Teilgenommen am,Bestanden am,Erledigt am,Kursdatum,Prüfungsdatum,Durchführung,Datum Schulung,Gültig ab,"
    "Letzte Schulung,Letzte Unterweisung,Absolviert,Erledigt,Unterweisungsdatum,Datum der Unterweisung,Geschult am,Erteilt am,Schulung am,Datum Unterweisung,Ausgestellt,Durchgeführt,Datum Abschluss,Abgelegt am",
    fr="Date de formation,Date de la formation,Réalisé le,Effectué le,Date de réalisation,Obtenu le,Date d'obtention,Date de délivrance,Délivré le,Suivi le,Fait le,Date du stage,Terminé le,Date formation,Réalisée le,Date de passage,Validé le,Date de validation,Valable du,Fait,"
    "Réalisé,Date de stage,Délivrée le,Date d'émission,Dernière formation,Dernier recyclage",
    es="Fecha de realización,Fecha del curso,Fecha de formación,Realizado el,Fecha de finalización,Completado el,Fecha de emisión,Fecha de expedición,Fecha de capacitación,Fecha de entrenamiento,Fecha curso,Fecha de obtención,Realizado,Hecho,Aprobado el,Fecha realización,"
    "Fecha de término,Emitido el,Fecha expedición,Fecha formación,Válido desde,Última formación,Completado,Impartido el,Fecha de impartición,Fecha emisión,Fecha de aprobación",
    pt="Data de realização,Data da formação,Data do treinamento,Realizado em,Concluído em,Data de conclusão,Data de emissão,Data do curso,Emitido em,Data da realização,Realizado,Feito,Data de obtenção,Data formação,Data conclusão,Data emissão,Data treinamento,"
    "Última formação,Formado em,Concluído,Data de certificação,Realizada em",
    tr="Tamamlanma Tarihi,Eğitim Tarihi,Alındığı Tarih,Veriliş Tarihi,Belge Tarihi,Yapıldı,Katılım Tarihi,Kurs Tarihi,Bitirme Tarihi,Sertifika Tarihi,Düzenlenme Tarihi,Aldığı Tarih,Veriliş,Tamamlandı,Son Eğitim Tarihi,Eğitimin Tarihi,Alım Tarihi,Alış Tarihi,Yapılış Tarihi,"
    "Eğitim Alma Tarihi,Tamamlama Tarihi,Yapıldığı Tarih",
    pl="Data ukończenia,Data szkolenia,Ukończono,Data wydania,Odbyte dnia,Data odbycia,Data przeprowadzenia,Wydano,Data zaliczenia,Zaliczono,Data egzaminu,Ukończone,Data uzyskania,Data odbycia szkolenia,Wykonano,Zrobione,Wydane dnia,Ostatnie szkolenie,Data wystawienia,"
    "Przeszkolony dnia,Data kursu,Ważne od,Data realizacji",
    nl="Behaald op,Datum behaald,Cursusdatum,Datum training,Datum cursus,Voltooid op,Afgerond op,Gevolgd op,Afgiftedatum,Datum afgifte,Trainingsdatum,Datum opleiding,Behaald,Datum instructie,Afgegeven op,Uitgevoerd op,Gedaan,Afgerond,Gevolgd,Laatste training,Datum van afgifte,"
    "Datum gevolgd,Datum afgerond,Opleidingsdatum,Geldig vanaf",
    it="Data di completamento,Data corso,Data del corso,Effettuato il,Svolto il,Conseguito il,Data conseguimento,Data rilascio,Rilasciato il,Data formazione,Completato il,Data attestato,Data esecuzione,Effettuato,Fatto,Data effettuazione,Data di rilascio,Data svolgimento,"
    "Superato il,Ultimo corso,Ultima formazione,Data di emissione,Data di conseguimento,Frequentato il,Data ultimo corso",
    ar="تاريخ الإكمال,تاريخ التدريب,تاريخ الدورة,تاريخ الإصدار,تاريخ الاصدار,تاريخ الحصول,تم في,أنجز في,تاريخ الانجاز,تاريخ الإنجاز,تاريخ الحضور,تاريخ الإتمام,تاريخ الشهادة,منجز,تم,صادر في,تاريخ اجتياز الدورة,تاريخ التنفيذ,صالح من",
)  # fmt: skip
EXPIRES = said(
    en="Valid until,Valid to,Valid till,Expiry date,Expires,Expires on,Expiry,Expiration date,Expiration,Valid thru,Valid through,Due date,Renewal date,Next due,Refresher due,Exp. date,Exp date,Expire date,Date of expiry,Valid up to,Renewal due,Retraining due,Due,"
    "Next training,Next refresher,Expired on,Validity date,Expires at,Exp,Refresher date,Retest date,Valid,Validity,Recert date,Date expires,Next due date,End of validity,Validity until,Expiry Dt,Validity end date,Refresher due date,Cert expiry",
    de="Gültig bis,Ablaufdatum,Läuft ab am,Ablauf,Verfallsdatum,Fällig am,Nächste Schulung,Nächste Unterweisung,Wiederholung bis,Wiederholung fällig,Befristet bis,Gültigkeit bis,Fälligkeit,Gültig,Läuft ab,Gültigkeit,Nächster Termin,Wiederholung am,Nächste Wiederholung,"
    "Auffrischung bis,gilt bis,Gültigkeitsende,Nächste Fälligkeit,Fällig,Auffrischung fällig,Ablauf am",
    fr="Valable jusqu'au,Valide jusqu'au,Date d'expiration,Date de validité,Expire le,Échéance,Date d'échéance,Fin de validité,Expiration,À renouveler le,Date de fin de validité,Recyclage avant le,Validité,Valide,À renouveler avant le,Date de recyclage,Prochain recyclage,"
    "Date limite,Prochaine échéance,Date limite de validité,Recyclage le",
    es="Fecha de caducidad,Válido hasta,Fecha de vencimiento,Vence,Vencimiento,Vigente hasta,Caduca,Caducidad,Vigencia hasta,Fecha de vigencia,Próxima renovación,Fecha caducidad,Fecha vencimiento,Vigencia,Validez,Válido,Vence el,Expira,Fecha de expiración,Caduca el,"
    "Próximo vencimiento,Renovar antes de,Validez hasta,Fin de vigencia,Fecha de renovación",
    pt="Válido até,Data de validade,Validade,Data de vencimento,Vencimento,Expira em,Data de caducidade,Data de expiração,Próxima reciclagem,Vence em,Válido,Data validade,Validade até,Caducidade,Data de renovação,Expira,Próxima renovação,Reciclagem até,Fim de validade",
    tr="Geçerlilik Tarihi,Son Geçerlilik Tarihi,Geçerlilik Bitiş Tarihi,Bitiş Tarihi,Yenileme Tarihi,Geçerli,Son Geçerlilik,Geçerlilik,Son Tarih,Geçerlilik Sonu,Vade,Sonraki Eğitim,Geçerlilik Süresi Sonu,Geçerlilik Bitişi,Sona Erme Tarihi,Sonraki Eğitim Tarihi,"
    "Belge Geçerlilik Tarihi,Bitiş",
    pl="Ważne do,Data ważności,Termin ważności,Ważność,Ważne,Wygasa,Data wygaśnięcia,Następne szkolenie,Ważność do,Termin następnego szkolenia,Ważny do,Ważna do,Data następnego szkolenia,Koniec ważności,Obowiązuje do,Termin odnowienia,Wygasa dnia,Ważn. do",
    nl="Geldig tot,Geldig t/m,Vervaldatum,Verloopt op,Verloopdatum,Einddatum geldigheid,Geldigheid,Geldig,Vervalt op,Herhaling voor,Herhaling uiterlijk,Volgende training,Verloopt,Vervalt,Herhalen voor,Geldig tot en met,Herhalingsdatum,Geldigheidsdatum,Hercertificering voor",
    it="Scadenza,Data scadenza,Data di scadenza,Valido fino al,Valido fino a,Scade il,Validità,Valido,Prossimo aggiornamento,Rinnovo entro,Valido sino al,Scade,Scadenza attestato,Aggiornamento entro,Data validità,Fine validità,Scadenza validità",
    ar="تاريخ الانتهاء,صالح حتى,تاريخ انتهاء الصلاحية,تاريخ الصلاحية,ساري حتى,ينتهي في,انتهاء الصلاحية,الصلاحية,صالحة حتى,تاريخ التجديد,ينتهي,صلاحية الشهادة,تاريخ الإنتهاء,نهاية الصلاحية,تنتهي في,سارية حتى",
)  # fmt: skip
RESULT = said(
    en="Result,Outcome,Pass/Fail,Passed,Grade,Test result,Exam result,Result (pass/fail),Assessment result",
    de="Ergebnis,Bestanden,Resultat,Bestanden/Nicht bestanden,Prüfungsergebnis,Prüfung",
    fr="Résultat,Réussi,Réussite,Résultat du test,Évaluation",
    es="Resultado,Aprobado,Calificación,Apto/No apto,Evaluación",
    pt="Resultado,Aprovado,Aproveitamento,Avaliação,Apto/Inapto",
    tr="Sonuç,Sınav Sonucu,Başarı Durumu,Değerlendirme,Başarı",
    pl="Wynik,Ocena,Zaliczenie,Wynik egzaminu,Zaliczony",
    nl="Resultaat,Uitslag,Geslaagd,Behaald/niet behaald,Beoordeling",
    it="Esito,Risultato,Superato,Esito prova,Idoneità,Esito esame",
    ar="النتيجة,ناجح/راسب,نتيجة الاختبار,التقييم",
)
PASSED = said(
    en="pass,passed,p,ok,yes,successful,competent,y,satisfactory",
    de="bestanden,ja,erfolgreich,be,b,mit Erfolg",
    fr="réussi,reçu,oui,admis,acquis,validé,apte",
    es="aprobado,apto,sí,superado,aprobada,a",
    pt="aprovado,apto,sim,aprovada,com aproveitamento",
    tr="geçti,başarılı,evet,g",
    pl="zaliczony,zaliczone,pozytywny,tak,zdał,zdane,zdany,zaliczona,pozytywna",
    nl="geslaagd,behaald,ja,voldoende",
    it="superato,idoneo,sì,positivo,promosso,superata",
    ar="ناجح,نعم,اجتاز,نجح,مجتاز",
)
FAILED = said(
    en="fail,failed,f,no,unsuccessful,not competent,n,unsatisfactory,not passed",
    de="nicht bestanden,nein,durchgefallen,nb,n. b.",
    fr="échoué,échec,non,non acquis,ajourné,refusé,inapte",
    es="suspenso,no apto,no,reprobado,no aprobado",
    pt="reprovado,não apto,não,inapto,sem aproveitamento",
    tr="kaldı,başarısız,hayır",
    pl="niezaliczony,niezaliczone,negatywny,nie,nie zdał,niezdany",
    nl="gezakt,niet behaald,nee,niet geslaagd,onvoldoende",
    it="non superato,non idoneo,no,negativo,bocciato,respinto",
    ar="راسب,لا,لم يجتز,رسب",
)
PROVIDER = said(
    en="Provider,Training provider,Training company,Provided by,Training body,Issued by,Training centre,Training center,Issuing body,Institute,Training organisation,Issuer,Certifying body,Training institute,Issuing authority,Delivered by",
    de="Anbieter,Schulungsanbieter,Träger,Ausbildungsstätte,Durchgeführt von,Ausgestellt von,Bildungsträger,Aussteller,Schulungsträger,Schulungsunternehmen,Ausbildungsbetrieb",
    fr="Organisme,Organisme de formation,Centre de formation,Délivré par,Dispensé par,Prestataire formation,Organisme formateur",
    es="Proveedor,Entidad,Centro de formación,Entidad formadora,Impartido por,Emitido por,Empresa formadora,Centro,Organismo,Entidad emisora",
    pt="Fornecedor,Entidade formadora,Entidade,Centro de formação,Emitido por,Ministrado por,Empresa formadora",
    tr="Eğitim Kurumu,Sağlayıcı,Veren Kuruluş,Eğitimi Veren Kurum,Kurum,Eğitim Veren Firma,Veren Kurum,Belgeyi Veren,Eğitim Sağlayıcı",
    pl="Organizator,Jednostka szkoleniowa,Firma szkoleniowa,Dostawca,Ośrodek szkoleniowy,Wydane przez,Organizator szkolenia,Podmiot szkolący",
    nl="Aanbieder,Opleider,Opleidingsinstituut,Uitgegeven door,Opleidingscentrum,Verstrekt door,Instituut,Opleidingsbedrijf",
    it="Ente,Ente di formazione,Ente formatore,Fornitore,Rilasciato da,Centro di formazione,Soggetto formatore,Ente erogatore",
    ar="الجهة المقدمة,جهة التدريب,مركز التدريب,الجهة المانحة,الجهة المصدرة,مقدم التدريب,المعهد,جهة الإصدار",
)  # fmt: skip
CERTIFICATE = said(
    en="Certificate,Certificate file,File,File name,Filename,Scan,Attachment,Document,PDF,Evidence,Certificate scan,Cert file,Proof,Certificate filename",
    de="Zertifikat,Datei,Dateiname,Scan,Anlage,Dokument,Zertifikatsdatei,Nachweisdatei",
    fr="Certificat,Fichier,Nom du fichier,Attestation,Document,Pièce jointe,Justificatif,Scan",
    es="Certificado,Archivo,Nombre del archivo,Documento,Fichero,Adjunto,Escaneo",
    pt="Certificado,Ficheiro,Arquivo,Nome do ficheiro,Documento,Anexo",
    tr="Sertifika,Dosya,Dosya Adı,Belge,Belge Dosyası,Ek",
    pl="Certyfikat,Plik,Nazwa pliku,Zaświadczenie,Dokument,Skan,Załącznik",
    nl="Certificaat,Bestand,Bestandsnaam,Document,Bijlage,Scan",
    it="Certificato,Attestato,File,Nome file,Documento,Allegato,Scansione",
    ar="الشهادة,الملف,اسم الملف,المستند,المرفق",
)
REQUIREMENT_TYPE = said(
    en="When required,Requirement,Requirement type,Type,Mandatory,Required,Pre/Post mob,When,M/O,Status",
    de="Wann erforderlich,Art,Pflicht,Erforderlich,Anforderung,Anforderungsart",
    fr="Quand,Type,Obligatoire,Requis,Exigence",
    es="Cuándo,Tipo,Obligatorio,Requerido,Requisito,Exigencia",
    pt="Quando,Tipo,Obrigatório,Requerido,Requisito,Exigência",
    tr="Ne zaman,Tür,Zorunlu,Gerekli,Gereklilik,Zorunluluk",
    pl="Kiedy,Rodzaj,Obowiązkowe,Wymagane,Wymaganie,Wymagalność",
    nl="Wanneer,Soort,Verplicht,Vereist,Vereiste",
    it="Quando,Tipo,Obbligatorio,Richiesto,Requisito,Obbligatorietà",
    ar="متى,النوع,إلزامي,مطلوب,المتطلب",
)
PRE_MOB = said(
    en="before access,pre mob,pre-mob,premob,before site access,pre mobilisation,pre mobilization,before start,prior to access,before mobilisation",
    de="vor Zutritt,vor Einsatz,vor Beginn,vor Arbeitsaufnahme",
    fr="avant accès,avant l'accès,avant entrée,avant prise de poste",
    es="antes del acceso,antes de acceder,antes del ingreso,previo al acceso",
    pt="antes do acesso,antes da entrada,antes da mobilização",
    tr="saha girişinden önce,girişten önce,işe başlamadan önce",
    pl="przed wejściem,przed dopuszczeniem,przed rozpoczęciem pracy",
    nl="voor toegang,voor aanvang,voor start",
    it="prima dell'accesso,prima dell'ingresso,prima dell'inizio",
    ar="قبل الدخول,قبل الوصول,قبل المباشرة",
)
POST_MOB = said(
    en="post mob,post-mob,postmob,after access,within grace,within a grace period,post mobilisation,post mobilization",
    de="nach Zutritt,innerhalb Frist,nach Beginn,mit Frist",
    fr="après accès,dans un délai,après entrée",
    es="después del acceso,dentro del plazo,con plazo",
    pt="após o acesso,dentro do prazo,com prazo",
    tr="girişten sonra,süre içinde",
    pl="po wejściu,w terminie,po dopuszczeniu",
    nl="na toegang,binnen termijn",
    it="dopo l'accesso,entro un termine",
    ar="بعد الدخول,خلال مهلة",
)
GRACE = said(
    en="Grace period (days),Grace,Grace days,Within days,Days,Grace period,Deadline (days),Within (days)",
    de="Frist (Tage),Frist,Tage,Nachfrist,Karenz (Tage)",
    fr="Délai (jours),Délai,Jours,Délai de grâce",
    es="Plazo (días),Plazo,Días,Días de gracia",
    pt="Prazo (dias),Prazo,Dias,Dias de carência",
    tr="Süre (gün),Gün,Ek süre,Mühlet (gün)",
    pl="Termin (dni),Dni,Okres karencji,Termin dni",
    nl="Termijn (dagen),Dagen,Termijn",
    it="Termine (giorni),Giorni,Periodo di tolleranza",
    ar="المهلة (أيام),المهلة,الأيام,فترة السماح",
)
REQUIRED_FROM = said(
    en="Required from,From,Starts on,Effective from,Valid from,Effective date,Applies from",
    de="Erforderlich ab,Ab,Gilt ab,Gültig ab",
    fr="Requis à partir du,À partir du,En vigueur le",
    es="Requerido desde,Desde,Vigente desde",
    pt="Requerido desde,Desde,A partir de",
    tr="Geçerlilik Başlangıcı,Başlangıç,İtibaren",
    pl="Wymagane od,Od,Obowiązuje od",
    nl="Vereist vanaf,Vanaf,Geldt vanaf",
    it="Richiesto dal,Dal,In vigore dal",
    ar="مطلوب من,من,ابتداء من",
)

RECORD_NUMBER = said(
    en="Record,Record number,Record no.,Record ID",
    de="Nachweis-Nr.,Nachweisnummer,Nummer des Nachweises",
    fr="Enregistrement n°,Numéro d'enregistrement",
    es="Nº de registro,Número de registro",
    pt="Nº do registo,Número do registo",
    tr="Kayıt No,Kayıt numarası",
    pl="Nr wpisu,Numer wpisu",
    nl="Registratienummer,Recordnummer",
    it="N. registrazione,Numero di registrazione",
    ar="رقم السجل",
)
