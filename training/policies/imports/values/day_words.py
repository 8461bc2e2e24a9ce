"""Words that stand in cells of days, in ten languages: months, "for life", "booked", "expired" and the like.

All are compared as `fold_word` or `fold_heading` gives them.
"""

from training.policies.imports.folding import fold_heading, fold_word

_MONTHS = (
    "january jan januar jänner jaenner janvier janv enero ene janeiro ocak oca styczeń stycznia sty januari gennaio gen"
    " يناير كانون-الثاني جانفي",
    "february feb februar feber février fevr febrero fevereiro fev şubat şub luty lutego lut februari febbraio febb"
    " فبراير شباط فيفري",
    "march mar märz maerz mär mrz mars marzo março mart marzec marca maart mrt marz مارس آذار اذار",
    "april apr avril avr abril abr nisan nis kwiecień kwietnia kwi aprile أبريل ابريل إبريل نيسان أفريل",
    "may mai mayo maio mayıs maj maja mei maggio mag مايو أيار ايار ماي",
    "june jun juni juin junio junho haziran haz czerwiec czerwca cze giugno giu يونيو يونية حزيران جوان",
    "july jul juli juillet juil julio julho temmuz tem lipiec lipca lip luglio lug يوليو يولية تموز جويلية",
    "august aug août aout agosto ago ağustos ağu sierpień sierpnia sie augustus أغسطس اغسطس آب اب أوت",
    "september sep sept septembre septiembre setiembre set setembro eylül eyl wrzesień września wrz settembre sett"
    " سبتمبر أيلول ايلول",
    "october oct oktober okt octobre octubre outubro out ekim eki październik października paź ottobre ott"
    " أكتوبر اكتوبر تشرين-الأول",
    "november nov novembre noviembre novembro kasım kas listopad listopada lis نوفمبر تشرين-الثاني",
    "december dec dezember dez décembre déc diciembre dic dezembro aralık ara grudzień grudnia gru dicembre"
    " ديسمبر كانون-الأول",
)  # fmt: skip
MONTHS = {
    fold_word(name).replace("-", " "): number for number, names in enumerate(_MONTHS, start=1) for name in names.split()
}
ROMAN = {name: number for number, name in enumerate("i ii iii iv v vi vii viii ix x xi xii".split(), start=1)}

_WEEKDAYS = (
    "monday mon montag lundi lun lunes segunda segunda-feira pazartesi pzt poniedziałek pon maandag ma lunedì الاثنين الإثنين"
    " tuesday tue tues dienstag mardi martes terça terça-feira salı sal wtorek wt dinsdag martedì الثلاثاء"
    " wednesday wed mittwoch mercredi mer miércoles mié quarta quarta-feira çarşamba çar środa śr woensdag mercoledì الأربعاء"
    " thursday thu thur thurs donnerstag jeudi jeu jueves jue quinta quinta-feira perşembe per czwartek czw donderdag giovedì gio الخميس"
    " friday fri freitag vendredi ven viernes vie sexta sexta-feira cuma cum piątek pt vrijdag venerdì الجمعة"
    " saturday sat samstag sonnabend samedi sam sábado sáb cumartesi cmt sobota sob zaterdag sabato السبت"
    " sunday sun sonntag dimanche dim domingo dom pazar paz niedziela niedz nd zondag domenica الأحد"
    " mo di mi do fr sa so wo vr za zo يوم"
)  # fmt: skip
BESIDE_A_DAY = frozenset(fold_heading(word) for word in _WEEKDAYS.split()) | frozenset(
    fold_heading(word) for word in "de del of the den le el o d na van di du il yılı roku r года م ميلادي feira".split()
)

UNTIL = tuple(
    sorted(
        (
            fold_heading(word)
            for word in (
                "until,till,to,valid until,valid to,valid till,valid thru,expires,expires on,expiry,exp,exp date,bis,gültig bis,"
                "läuft ab,jusqu'au,valable jusqu'au,au,hasta,hasta el,válido hasta,vence,vence el,até,válido até,tot,geldig tot,t/m,fino al,"
                "valido fino al,scade,scade il,do,ważne do,ważny do,son geçerlilik,geçerlilik,حتى,صالح حتى,ينتهي,ينتهي في"
            ).split(",")
        ),
        key=len,
        reverse=True,
    )
)

UNTIL_BY_FIRST = {
    first: [word for word in UNTIL if word.split()[0] == first] for first in {word.split()[0] for word in UNTIL}
}


def _phrases(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(fold_heading, text.split(","))))  # signs have nothing to fold


FOR_GOOD = _phrases(
    "for life,lifetime,life time,life,life long,lifelong,unlimited,no expiry,no expiration,does not expire,never expires,never,non expiring,"
    "no expiry date,permanent,permanently,indefinite,indefinitely,without expiry,no limit,not limited,does not expire,open ended,perpetual,"
    "unbefristet,unbegrenzt,lebenslang,dauerhaft,permanent gültig,kein ablauf,ohne ablauf,ohne befristung,läuft nicht ab,unbegr,unbefr,ewig,"
    "unbeschränkt,zeitlich unbegrenzt,à vie,a vie,illimité,illimitée,permanente,sans limite,sans expiration,pas d'expiration,validité illimitée,"
    "durée illimitée,indéterminée,de por vida,por vida,vitalicio,vitalicia,indefinido,indefinida,sin vencimiento,sin caducidad,no caduca,no vence,"
    "ilimitado,ilimitada,vitalício,vitalícia,indeterminado,sem validade,sem vencimento,não expira,não caduca,sem prazo,para toda a vida,"
    "süresiz,ömür boyu,sınırsız,sürekli,kalıcı,daimi,geçerlilik süresi yok,bezterminowo,bezterminowe,bezterminowy,bezterminowa,bez terminu,"
    "na stałe,dożywotnio,bez ograniczeń,nieograniczony,stałe,na czas nieokreślony,bezterm,onbeperkt,onbepaald,levenslang,voor het leven,"
    "verloopt niet,geen vervaldatum,onbeperkt geldig,permanente,a vita,illimitata,illimitato,senza scadenza,nessuna scadenza,non scade,"
    "tempo indeterminato,indeterminato,دائم,دائمة,مدى الحياة,غير محدود,غير محدد المدة,لا ينتهي,بدون انتهاء,بلا انتهاء,مفتوح,∞,الى الابد"
)
BOOKED = _phrases(
    "booked,booking,planned,scheduled,to be scheduled,tbc,tbd,tba,to come,upcoming,enrolled,registered,nominated,invited,pending,due,in progress,"
    "to do,todo,arranged,awaiting,waiting,gebucht,geplant,angemeldet,vorgemerkt,eingeplant,terminiert,offen,ausstehend,in planung,eingeladen,"
    "réservé,réservée,prévu,prévue,inscrit,inscrite,planifié,planifiée,programmé,programmée,à faire,en cours,en attente,à planifier,convoqué,"
    "reservado,reservada,programado,programada,previsto,prevista,inscrito,inscrita,planificado,pendiente,por hacer,convocado,"
    "agendado,agendada,marcado,marcada,planeado,planejado,pendente,a realizar,em curso,inscrito,planlandı,planlanan,planlı,rezerve,rezervasyon,kayıtlı,"
    "bekliyor,beklemede,yapılacak,ayarlandı,zaplanowane,zaplanowany,zaplanowano,umówiony,umówione,zapisany,zapisana,planowane,planowany,w trakcie,oczekuje,"
    "do zrobienia,zarezerwowane,rezerwacja,gepland,ingepland,geboekt,aangemeld,ingeschreven,openstaand,in behandeling,nog te doen,"
    "prenotato,prenotata,programmato,programmata,pianificato,pianificata,previsto,prevista,iscritto,iscritta,in attesa,da fare,in corso,"
    "محجوز,حجز,مجدول,مخطط,مقرر,مسجل,قيد الانتظار,قيد التنفيذ,موعد,معلق"
)
EXPIRED = _phrases(
    "expired,lapsed,overdue,out of date,exp,outdated,not valid,invalid,abgelaufen,ungültig,verfallen,überfällig,expiré,expirée,périmé,périmée,échu,échue,"
    "dépassé,non valide,vencido,vencida,caducado,caducada,expirado,expirada,no válido,caducó,venció,vencida,não válido,fora de validade,caduco,"
    "süresi doldu,süresi dolmuş,süresi geçti,süresi geçmiş,geçersiz,doldu,wygasło,wygasł,wygasłe,wygasły,przeterminowane,przeterminowany,nieważne,nieważny,"
    "po terminie,verlopen,vervallen,ongeldig,scaduto,scaduta,non valido,decaduto,منتهي,منتهية,منتهي الصلاحية,انتهى,انتهت,غير صالح"
)
NOT_APPLICABLE = _phrases(
    "n/a,na,n.a.,n. a.,n a,not applicable,not required,not req,nr,n/r,not needed,none,no requirement,exempt,exempted,nicht erforderlich,nicht zutreffend,"
    "entfällt,nicht nötig,nicht notwendig,n.z.,k.a.,keine angabe,befreit,sans objet,s.o.,so,s/o,non applicable,non requis,non requise,non concerné,n.c.,nc,"
    "dispensé,exempté,no aplica,no requerido,no requerida,no procede,n/d,no corresponde,exento,não aplicável,não se aplica,não requerido,não necessário,isento,"
    "yok,gerekli değil,gerekmez,uygulanmaz,geçerli değil,muaf,nie dotyczy,n/d,nd,niewymagane,nie wymagane,zwolniony,brak,niet van toepassing,n.v.t.,nvt,"
    "niet nodig,niet vereist,vrijgesteld,geen,non applicabile,non richiesto,non necessario,n.p.,esente,لا ينطبق,غير مطلوب,لا يوجد,غير لازم,معفى"
)
YES = _phrases(
    "x,xx,✓,✔,☑,✅,√,yes,y,ok,okay,done,completed,complete,pass,passed,valid,attended,trained,true,ja,j,erledigt,gültig,bestanden,vorhanden,teilgenommen,wahr,absolviert,"
    "oui,o,fait,faite,valide,acquis,acquise,réussi,réussie,effectué,vrai,sí,si,s,hecho,hecha,válido,vigente,aprobado,apto,completado,realizado,verdadero,"
    "sim,feito,feita,válido,aprovado,concluído,verdadeiro,evet,e,var,yapıldı,tamam,tamamlandı,geçerli,geçti,aldı,doğru,tak,t,zrobione,jest,ważne,ważny,zaliczone,zaliczył,"
    "odbyte,prawda,gedaan,geldig,gehaald,behaald,aanwezig,afgerond,waar,sì,fatto,fatta,valido,superato,completato,idoneo,vero,نعم,تم,صالح,ناجح,مكتمل,اجتاز,صح,حاضر,☒,●,■,◼,1x,1×"
) | frozenset({"✓", "✔", "☑", "✅", "√", "☒", "●", "■", "◼", "∞"})  # fmt: skip
NO = _phrases(
    "no,not done,missing,failed,fail,false,absent,not trained,outstanding,open,nein,fehlt,nicht bestanden,falsch,abwesend,non,manquant,manque,échoué,faux,absent,"
    "falta,faltante,no apto,reprobado,suspenso,falso,não,em falta,reprovado,hayır,h,eksik,kaldı,alınmadı,yapılmadı,yanlış,nie,niezaliczone,fałsz,nieobecny,"
    "nee,niet gedaan,ontbreekt,gezakt,onwaar,afwezig,mancante,manca,non superato,falso,assente,لا,ناقص,غائب,راسب,مفقود,✗,✘,❌,☐"
) | frozenset({"✗", "✘", "❌", "☐", "○"})  # fmt: skip
# Letters for "yes" and "no" mean something else where they stand beside a day.
FEW_LETTERS = 2
