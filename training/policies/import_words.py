"""Headings that several kinds of imports know (I1), in ten languages, as the sheets of sites and HR systems have them."""

from training.core.imports.declaration import Words


def said(**languages: str) -> Words:
    """Return words by language, from texts in which commas stand between them."""
    return {language: tuple(word.strip() for word in words.split(",")) for language, words in languages.items()}


BADGE = said(
    en="Badge,Badge No,Badge Number,Badge ID,Badge #,Employee ID,Employee No,Employee Number,Employee Code,Emp ID,Emp No,Emp. No.,Emp Code,Staff No,Staff ID,"
    "Staff Number,Personnel No,Personnel Number,Pers No,Payroll No,Payroll Number,Worker ID,Worker No,Clock No,Clock Number,ID No,ID Number,ID,Card No,Card Number,"
    "Pass No,Site Pass,Site ID,Company ID,Works No,Works Number,Iqama No,Iqama,Reg No,Access Card,Access Card No,Gate Pass,Gate Pass No,EmpNo,PersNo,EE ID,Person ID,User ID,Username,User Name,Learner ID,Participant ID,Trainee ID,Ref,Ref No,Ref.",
    de="Ausweis,Ausweisnummer,Ausweis-Nr.,Ausweisnr,Personalnummer,Personal-Nr.,Personalnr,Pers.-Nr.,Pers.Nr.,PersNr,Pers Nr,PNr,P-Nr.,Pers.-Nummer,Mitarbeiternummer,Mitarbeiter-Nr.,"
    "Mitarbeiternr,MA-Nr.,MA Nr,Werksausweis,Werksausweisnummer,Stammnummer,Stamm-Nr.,Kartennummer,Karten-Nr.,Badge-Nr.,Badge-Nummer,Ausweis Nr,Mitarbeiter-ID,Chip-Nr.,Zutrittskarte,Kontroll-Nr.",
    fr="Badge,N° de badge,N° badge,Numéro de badge,Matricule,Mat.,N° matricule,N° de matricule,Numéro matricule,Identifiant,N° salarié,Numéro salarié,N° employé,Code employé,"
    "Numéro employé,N° d'employé,ID salarié,N° agent,Code agent,N° personnel,Matricule RH,Code salarié",
    es="Tarjeta,N.º de tarjeta,Número de tarjeta,Nº tarjeta,Credencial,Nº credencial,Legajo,Nº legajo,Nº de legajo,Código,Código empleado,Código de empleado,Nº empleado,Nº de empleado,N° empleado,N.º empleado,"
    "Número de empleado,No. de empleado,No. empleado,Núm. empleado,ID empleado,Matrícula,Nº trabajador,Número de trabajador,Ficha,Nº ficha,Nómina,No. de nómina,Gafete,No. de gafete,Código trabajador,Nº acreditación",
    pt="Crachá,Nº do crachá,N.º crachá,Número do crachá,Matrícula,Nº matrícula,N.º mecanográfico,Nº mecanográfico,Número mecanográfico,N.º mec.,Nº funcionário,N.º de funcionário,Número de funcionário,"
    "Nº empregado,Nº colaborador,N.º colaborador,Código do colaborador,Registo,Registro,RE,Chapa,ID funcionário,Nº de registro,Cartão,N.º cartão,Matr.,Nº trabalhador",
    tr="Sicil No,Sicil Numarası,Sicil,Personel No,Personel Numarası,Personel Kodu,Kart No,Kart Numarası,Yaka Kartı,Yaka Kartı No,Çalışan No,Çalışan ID,Kimlik No,İşçi No,Giriş Kartı No,Giriş Kartı,Kayıt No,Personel Sicil No,Rozet No",
    pl="Nr ewidencyjny,Numer ewidencyjny,Nr ewid.,Nr ew.,Nr identyfikatora,Numer identyfikatora,Identyfikator,Nr pracownika,Numer pracownika,Nr osobowy,Numer osobowy,Nr przepustki,Przepustka,"
    "Nr karty,Numer karty,ID pracownika,Nr kadrowy,Numer kadrowy,Nr akt,Nr legitymacji,Kod pracownika,Nr prac.,Nr RCP",
    nl="Badge,Badgenummer,Badgenr,Badge nr,Personeelsnummer,Personeelsnr,Pers.nr.,Pers nr,Persnr,Medewerkernummer,Medewerkernr,Medewerker nr,Werknemersnummer,Pasnummer,Pasnr,Toegangspas,"
    "Registratienummer,Stamnummer,Stamnr,Personeelsnr.,Medewerker-ID,Kaartnummer,Werknemer nr,Mdw nr",
    it="Badge,N. badge,N° badge,Numero badge,Matricola,N. matricola,Nr. matricola,N° matricola,Numero matricola,Matr.,Codice dipendente,ID dipendente,N. dipendente,Numero dipendente,Cod. dip.,Tesserino,N. tesserino,"
    "Codice lavoratore,Cartellino,N. cartellino,Tessera,Num. matricola",
    ar="الرقم الوظيفي,رقم الموظف,رقم العامل,رقم البطاقة,رقم الشارة,رقم الهوية,رقم الإقامة,كود الموظف,الكود,رقم التعريف,رقم الباج,الرقم,رقم بطاقة العمل,رقم التصريح,رقم الموظفين,بطاقة الدخول",
)  # fmt: skip
FULL_NAME = said(
    en="Name,Full Name,Employee Name,Worker Name,Name of Employee,Name of Worker,Worker,Employee,Employee Full Name,Staff Name,Person,Participant,Participant Name,Attendee,Attendee Name,Personnel,Name of Participant,"
    "Surname and Name,Name and Surname,Name (Last First),Last Name First Name,First and Last Name,Candidate,Candidate Name,Delegate,Delegate Name,Trainee,Trainee Name,Display Name,Name of Personnel,Crew Member,Names",
    de="Name,Mitarbeiter,Name Mitarbeiter,Mitarbeitername,Mitarbeiter Name,Name Vorname,Name und Vorname,Vorname Name,Vor- und Nachname,Vor- und Zuname,Vorname und Name,Vorname Nachname,Nachname Vorname,Teilnehmer,Teilnehmername,Name des Teilnehmers,"
    "Name des Mitarbeiters,Beschäftigter,Person,Arbeitnehmer,Zu- und Vorname,Teilnehmer/in,Mitarbeiter/in,Vollständiger Name,Personal,Kollege",
    fr="Nom et prénom,Nom Prénom,Nom & prénom,Prénom Nom,Nom complet,Noms et prénoms,Nom du salarié,Salarié,Employé,Collaborateur,Stagiaire,Participant,Nom du participant,Travailleur,Nom et prénoms,"
    "Prénom et nom,Intervenant,Personnel,Nom du stagiaire,Agent,Opérateur",
    es="Nombre completo,Nombre y apellidos,Nombre y apellido,Apellidos y nombre,Apellido y nombre,Apellidos y nombres,Nombres y apellidos,Trabajador,Empleado,Nombre del trabajador,Nombre del empleado,Participante,Asistente,Alumno,"
    "Nombre del participante,Apellidos nombre,Personal,Operario,Colaborador,Nombre trabajador",
    pt="Nome,Nome completo,Nome do trabalhador,Nome do funcionário,Nome do colaborador,Trabalhador,Funcionário,Colaborador,Formando,Participante,Nome do formando,Empregado,Nome e apelido,Nome e sobrenome,Aluno,Nome do participante",
    tr="Adı Soyadı,Ad Soyad,Ad-Soyad,İsim Soyisim,İsim,Adı ve Soyadı,Ad ve Soyad,Personel,Personel Adı,Personel Adı Soyadı,Çalışan,Çalışan Adı,Çalışanın Adı Soyadı,Katılımcı,Katılımcı Adı,Katılımcı Adı Soyadı,İşçi,Soyadı Adı,Soyad Ad,Kursiyer,"
    "İsim-Soyisim,Çalışan Adı Soyadı,İsim Soyad",
    pl="Imię i nazwisko,Nazwisko i imię,Imie i nazwisko,Nazwisko i Imię,Pracownik,Uczestnik,Imię Nazwisko,Nazwisko Imię,Nazwisko imię,Nazwa pracownika,Imię i nazwisko pracownika,Imię i nazwisko uczestnika,Osoba,Kursant,Imiona i nazwisko,Dane pracownika",
    nl="Naam,Volledige naam,Naam medewerker,Medewerker,Werknemer,Naam werknemer,Deelnemer,Naam deelnemer,Voor- en achternaam,Achternaam en voornaam,Naam en voornaam,Naam voornaam,Voornaam en naam,Persoon,Cursist,Naam cursist,Naam Voornaam,Voornaam Achternaam",
    it="Nome e cognome,Cognome e nome,Cognome Nome,Nome Cognome,Nominativo,Nome completo,Lavoratore,Dipendente,Partecipante,Nome dipendente,Nominativo lavoratore,Nome del lavoratore,Nominativo dipendente,Corsista,Addetto,Discente,Nominativo del lavoratore",
    ar="الاسم,الاسم الكامل,اسم الموظف,اسم العامل,الإسم,الاسم الرباعي,الاسم الثلاثي,اسم المتدرب,اسم المشارك,الموظف,العامل,المتدرب,الاسم بالكامل,إسم الموظف,المشارك,اسم العضو",
)  # fmt: skip
FIRST_NAME = said(
    en="First Name,Firstname,Forename,Given Name,Given Names,Christian Name,First Name(s),Forename(s),Fname,First,Given name(s),Other names",
    de="Vorname,Vornamen,Rufname,Vorname(n)",
    fr="Prénom,Prénoms,Prénom(s)",
    es="Nombre,Nombres,Nombre(s),Primer nombre,Nombre de pila",
    pt="Nome próprio,Primeiro nome,Nomes próprios,Nome(s) próprio(s),Prenome",
    tr="Adı,Ad,İsim,İlk Ad,İlk Adı,Ön Ad",
    pl="Imię,Imiona,Imię/imiona,Pierwsze imię",
    nl="Voornaam,Voornamen,Roepnaam,Voorletters,Initialen,Voornaam/-namen",
    it="Nome,Nome di battesimo,Nome proprio",
    ar="الاسم الأول,الاسم الاول,اسم الشخص,الإسم الأول,الاسم الشخصي",
)
LAST_NAME = said(
    en="Last Name,Lastname,Surname,Family Name,Second Name,Lname,Last,Surnames,Family name(s)",
    de="Nachname,Familienname,Zuname,Nachnamen,Name (Nachname),Familien-Name",
    fr="Nom,Nom de famille,Nom d'usage,Noms,Nom patronymique,Nom de naissance",
    es="Apellido,Apellidos,Primer apellido,Apellido(s),Apellido paterno",
    pt="Apelido,Apelidos,Sobrenome,Último nome,Nome de família,Apelido(s)",
    tr="Soyadı,Soyad,Soyisim,Soy Adı,Soyismi",
    pl="Nazwisko,Nazwiska,Nazwisko rodowe",
    nl="Achternaam,Familienaam,Achternamen,Geslachtsnaam",
    it="Cognome,Cognomi",
    ar="اسم العائلة,اللقب,الاسم الأخير,الكنية,العائلة,الاسم الاخير,النسب",
)
EMPLOYER = said(
    en="Company,Company Name,Employer,Subcontractor,Sub-contractor,Contractor,Contractor Name,Contracting Company,Firm,Vendor,Agency,Name of Company,Organisation,Organization,Employing Company,Subcontractor Name,Contractor Company,Supplier",
    de="Firma,Unternehmen,Arbeitgeber,Subunternehmer,Nachunternehmer,Fremdfirma,Subunternehmen,Betrieb,Nachunternehmen,Firmenname,Partnerfirma,Auftragnehmer,NU,Kontraktor,AN,Firma/Arbeitgeber,Gesellschaft",
    fr="Entreprise,Société,Employeur,Sous-traitant,Nom de l'entreprise,Raison sociale,Entreprise extérieure,EE,Sous traitant,Nom entreprise,Prestataire,Sté,Entreprise employeur",
    es="Empresa,Compañía,Contratista,Subcontratista,Empleador,Razón social,Empresa contratista,Subcontrata,Nombre de la empresa,Contrata,Firma,Nombre empresa,Proveedor",
    pt="Empresa,Companhia,Empregador,Subempreiteiro,Empreiteiro,Subcontratado,Entidade patronal,Contratada,Nome da empresa,Razão social,Entidade empregadora,Terceirizada,Prestadora,Fornecedor",
    tr="Firma,Şirket,Firma Adı,Şirket Adı,Taşeron,Alt Yüklenici,Taşeron Firma,İşveren,Yüklenici,Alt İşveren,Firması,Bağlı Olduğu Firma,Çalıştığı Firma,Altyüklenici,Kuruluş",
    pl="Firma,Pracodawca,Podwykonawca,Nazwa firmy,Przedsiębiorstwo,Spółka,Firma podwykonawcza,Wykonawca,Zakład pracy,Nazwa podwykonawcy,Nazwa pracodawcy",
    nl="Bedrijf,Werkgever,Onderaannemer,Firma,Bedrijfsnaam,Contractor,Aannemer,Naam bedrijf,Organisatie,Onderneming,Naam firma,Uitzendbureau",
    it="Azienda,Ditta,Impresa,Società,Datore di lavoro,Subappaltatore,Appaltatore,Ragione sociale,Impresa esecutrice,Nome azienda,Ditta appaltatrice,Subappalto,Impresa appaltatrice,Impresa di appartenenza",
    ar="الشركة,اسم الشركة,المقاول,مقاول الباطن,جهة العمل,المؤسسة,صاحب العمل,المقاول من الباطن,شركة المقاول,الجهة,المنشأة,اسم المقاول",
)  # fmt: skip
EMAIL = said(
    en="E-mail,Email,E-mail Address,Email Address,Mail,Work Email,Business E-mail,Email ID,Contact Email",
    de="E-Mail,E-Mail-Adresse,Mailadresse,Mail-Adresse,E-Mail dienstlich",
    fr="E-mail,Courriel,Adresse e-mail,Mél,Mail,Adresse mail,Adresse électronique,Adresse courriel",
    es="Correo,Correo electrónico,E-mail,Email,Dirección de correo,Mail,Correo-e",
    pt="E-mail,Email,Correio eletrónico,Correio eletrônico,Endereço de e-mail",
    tr="E-posta,E-posta Adresi,Mail,Eposta,Mail Adresi,E-mail,Elektronik Posta",
    pl="E-mail,Email,Adres e-mail,Poczta,Mail,Adres email,Poczta elektroniczna",
    nl="E-mail,E-mailadres,Mail,Emailadres,Mailadres",
    it="E-mail,Email,Posta elettronica,Indirizzo e-mail,Mail,Indirizzo email,PEC",
    ar="البريد الإلكتروني,البريد الالكتروني,الإيميل,ايميل,البريد,بريد إلكتروني",
)
PHONE = said(
    en="Phone,Phone No,Phone Number,Mobile,Mobile No,Mobile Number,Tel,Telephone,Cell,Cell Phone,Contact No,Contact Number,Telephone No,Mobile Phone,Tel. No.,Contact Phone,Phone #",
    de="Telefon,Tel.,Tel.-Nr.,Handy,Mobil,Telefonnummer,Handynummer,Mobilnummer,Rufnummer,Mobiltelefon,Telefon-Nr.",
    fr="Téléphone,Tél.,Tél,Portable,Mobile,N° de téléphone,Numéro de téléphone,GSM,Tél. portable",
    es="Teléfono,Tel.,Móvil,Celular,Teléfono móvil,Nº teléfono,Número de teléfono,Tfno,Telf.,Tlf",
    pt="Telefone,Tel.,Telemóvel,Celular,Contacto,Contato,Nº de telefone,Telefone celular,Contacto telefónico",
    tr="Telefon,Tel,Cep,Cep Telefonu,GSM,Telefon No,Cep Tel,Telefon Numarası,Tel No,İletişim",
    pl="Telefon,Tel.,Nr telefonu,Numer telefonu,Komórka,Tel. komórkowy,Telefon kontaktowy",
    nl="Telefoon,Telefoonnummer,Tel.,Mobiel,GSM,Mobiel nummer,Tel.nr.,Telefoonnr",
    it="Telefono,Tel.,Cellulare,Numero di telefono,N. telefono,Cell.,Recapito telefonico,Recapito",
    ar="الهاتف,رقم الهاتف,الجوال,رقم الجوال,الموبايل,رقم الموبايل,هاتف,رقم التلفون,المحمول",
)
COURSE = said(
    en="Course,Course Code,Course Name,Training,Training Course,Training Name,Module,Course Title,Training Title,Training Module,Qualification,Competency,Competence,Topic,Certification,Subject,Training Type,Course ID,Certificate Type,Training/Course,Type of Training,"
    "Training Description,Skill,Certificate,Certificate Name,Course/Certificate",
    de="Kurs,Kursname,Kursbezeichnung,Kurscode,Kurs-Nr.,Schulung,Schulungsthema,Unterweisung,Lehrgang,Ausbildung,Thema,Seminar,Schulungsbezeichnung,Qualifikation,Befähigung,Unterweisungsthema,Veranstaltung,Schulungsart,Training,Bezeichnung der Schulung,"
    "Lehrgangsbezeichnung,Nachweis,Zertifikat",
    fr="Formation,Cours,Intitulé de la formation,Stage,Module,Intitulé du stage,Code formation,Nom de la formation,Habilitation,Qualification,Libellé formation,Intitulé formation,Type de formation,Thème,Formation suivie,Certificat,Attestation",
    es="Curso,Formación,Capacitación,Nombre del curso,Código del curso,Código de curso,Módulo,Tema,Nombre curso,Entrenamiento,Acción formativa,Cualificación,Habilitación,Título del curso,Tipo de formación,Tipo de curso,Denominación del curso,Certificado",
    pt="Curso,Formação,Treinamento,Nome do curso,Código do curso,Ação de formação,Módulo,Treino,Nome da formação,Qualificação,Tema,Designação da formação,Nome do treinamento,Capacitação,Tipo de formação,Certificado",
    tr="Eğitim,Eğitim Adı,Kurs,Kurs Adı,Eğitim Kodu,Eğitim Konusu,Konu,Kurs Kodu,Sertifika Türü,Eğitimin Adı,Alınan Eğitim,Eğitim Türü,Eğitim Başlığı,Belge Türü,Sertifika,Belge",
    pl="Szkolenie,Nazwa szkolenia,Kurs,Nazwa kursu,Kod szkolenia,Temat szkolenia,Kod kursu,Rodzaj szkolenia,Temat,Uprawnienie,Kwalifikacja,Rodzaj uprawnień,Tematyka,Typ szkolenia,Uprawnienia,Certyfikat,Zaświadczenie",
    nl="Cursus,Training,Opleiding,Cursusnaam,Cursuscode,Naam cursus,Opleidingsnaam,Instructie,Onderwerp,Kwalificatie,Naam training,Soort opleiding,Naam opleiding,Module,Scholing,Certificaat",
    it="Corso,Nome corso,Formazione,Titolo corso,Codice corso,Titolo del corso,Addestramento,Modulo,Denominazione corso,Tipo corso,Qualifica,Argomento,Tipologia corso,Nome del corso,Corso di formazione,Attestato,Certificato",
    ar="الدورة,اسم الدورة,التدريب,اسم التدريب,الدورة التدريبية,رمز الدورة,المقرر,البرنامج التدريبي,نوع التدريب,اسم البرنامج,كود الدورة,البرنامج,عنوان الدورة,الموضوع,الشهادة",
)  # fmt: skip
TRAINER = said(
    en="Trainer,Instructor,Trainer Name,Instructor Name,Name of Trainer,Tutor,Facilitator,Teacher,Assessor,Delivered by,Conducted by,Lecturer,Trained by,Trainer/Instructor",
    de="Trainer,Ausbilder,Dozent,Referent,Unterweisender,Schulungsleiter,Kursleiter,Lehrer,Schulender,Seminarleiter,Ausbilder/in,Trainer/in,Unterwiesen durch",
    fr="Formateur,Formatrice,Nom du formateur,Animateur,Instructeur,Intervenant formateur,Formateur/trice,Moniteur,Animé par",
    es="Instructor,Formador,Docente,Monitor,Profesor,Capacitador,Nombre del instructor,Impartido por,Nombre del formador,Facilitador,Relator",
    pt="Formador,Instrutor,Monitor,Nome do formador,Nome do instrutor,Ministrado por,Professor,Facilitador,Instrutor(a)",
    tr="Eğitmen,Eğitici,Eğitmen Adı,Eğitimci,Eğitmenin Adı,Eğitimi Veren,Öğretmen,Eğitmen Adı Soyadı",
    pl="Prowadzący,Trener,Instruktor,Wykładowca,Szkoleniowiec,Prowadzący szkolenie,Imię i nazwisko trenera,Szkolący,Osoba prowadząca",
    nl="Trainer,Instructeur,Docent,Opleider,Naam trainer,Naam instructeur,Cursusleider,Lesgever,Gegeven door",
    it="Docente,Formatore,Istruttore,Nome docente,Relatore,Nome formatore,Insegnante,Docente/Formatore",
    ar="المدرب,اسم المدرب,المحاضر,المعلم,المدرس,مقدم الدورة,المدرّب",
)
VENUE = said(
    en="Venue,Room,Location,Place,Training Room,Classroom,Venue Name,Site,Where,Training Venue,Facility,Room Name,Hall,Training Location",
    de="Ort,Raum,Schulungsraum,Veranstaltungsort,Kursort,Saal,Raumname,Schulungsort,Unterrichtsraum,Lehrsaal,Zimmer,Räumlichkeit",
    fr="Lieu,Salle,Lieu de formation,Nom de la salle,Salle de formation,Site de formation,Local,Endroit",
    es="Lugar,Sala,Aula,Ubicación,Sede,Local,Lugar de impartición,Nombre de la sala,Nombre del aula,Salón",
    pt="Local,Sala,Local da formação,Nome da sala,Local do treinamento,Local de realização,Sala de formação,Auditório",
    tr="Yer,Salon,Derslik,Eğitim Yeri,Eğitim Salonu,Salon Adı,Sınıf,Mekan,Lokasyon,Oda,Yeri",
    pl="Miejsce,Sala,Miejsce szkolenia,Lokalizacja,Nazwa sali,Sala szkoleniowa,Miejsce realizacji,Pomieszczenie",
    nl="Locatie,Lokaal,Zaal,Plaats,Ruimte,Leslokaal,Naam lokaal,Cursuslocatie,Trainingslocatie",
    it="Sede,Aula,Luogo,Sala,Sede del corso,Luogo di svolgimento,Nome aula,Sede corso",
    ar="المكان,القاعة,الموقع,قاعة التدريب,مكان التدريب,اسم القاعة,مكان الدورة,مكان الانعقاد,الصالة",
)
DATE = said(
    en="Date,Day,Dates,Date(s)",
    de="Datum,Tag,Termin",
    fr="Date,Jour,Dates",
    es="Fecha,Día,Fechas",
    pt="Data,Dia,Datas",
    tr="Tarih,Gün,Tarihi",
    pl="Data,Dzień,Termin",
    nl="Datum,Dag",
    it="Data,Giorno",
    ar="التاريخ,تاريخ,اليوم",
)
NOTES = said(
    en="Remarks,Remark,Comments,Comment,Notes,Note,Observations,Additional info",
    de="Bemerkung,Bemerkungen,Anmerkung,Anmerkungen,Kommentar,Hinweis,Notiz,Bem.,Notizen",
    fr="Remarques,Remarque,Commentaires,Commentaire,Observations,Observation,Note,Obs.",
    es="Observaciones,Observación,Comentarios,Comentario,Notas,Obs.",
    pt="Observações,Observação,Comentários,Comentário,Notas,Obs.",
    tr="Açıklama,Açıklamalar,Not,Notlar,Düşünceler,Yorum",
    pl="Uwagi,Uwaga,Komentarz,Komentarze,Notatki",
    nl="Opmerking,Opmerkingen,Commentaar,Notities,Bijzonderheden,Opm.",
    it="Note,Nota,Osservazioni,Commenti,Annotazioni",
    ar="ملاحظات,الملاحظات,ملاحظة,تعليقات,ملحوظات",
)
YES_WORDS = said(
    en="yes,y,true,x,active,1,✓,✔",
    de="ja,j,wahr,aktiv",
    fr="oui,o,vrai,actif,active",
    es="sí,si,s,verdadero,activo,activa",
    pt="sim,s,verdadeiro,ativo,ativa",
    tr="evet,e,doğru,aktif,var",
    pl="tak,t,prawda,aktywny,aktywna",
    nl="ja,j,waar,actief",
    it="sì,si,s,vero,attivo,attiva",
    ar="نعم,صحيح,نشط,فعال",
)
NO_WORDS = said(
    en="no,n,false,inactive,0",
    de="nein,n,falsch,inaktiv",
    fr="non,n,faux,inactif,inactive",
    es="no,n,falso,inactivo,inactiva",
    pt="não,n,falso,inativo,inativa",
    tr="hayır,h,yanlış,pasif,yok",
    pl="nie,n,fałsz,nieaktywny,nieaktywna",
    nl="nee,n,onwaar,inactief",
    it="no,n,falso,inattivo,inattiva",
    ar="لا,خطأ,غير نشط",
)
