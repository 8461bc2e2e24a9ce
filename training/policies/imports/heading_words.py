"""Words of headings that belong to no kind, or change what another word means."""

from training.policies.imports.folding import fold_heading

# Headings that sheets have and no kind takes: day of birth, nationality, running number, signature.
NOT_USED = frozenset(
    fold_heading(word)
    for word in (
        "date of birth,dob,birth date,birthday,age,nationality,gender,sex,blood group,signature,sign,no,nr,n,sn,s n,sr no,sr,sl no,item,line,row,index,overall,compliance,compliant,% compliance,completion %,total,count,score,shift,crew,team,medical,"
        "passport no,passport,visa,visa expiry,passport expiry,iqama expiry,contract,cleared,access,geburtsdatum,geb datum,geboren,geb,alter,geschlecht,lfd nr,lfd,unterschrift,nationalität,staatsangehörigkeit,schicht,gesamt,freigabe,"
        "date de naissance,né le,née le,âge,nationalité,sexe,n°,signature,équipe,n° ordre,fecha de nacimiento,f nacimiento,edad,nacionalidad,sexo,firma,item,turno,dni,nif,nie,data de nascimento,idade,nacionalidade,assinatura,cpf,nif,cc,turno,"
        "doğum tarihi,yaş,uyruk,cinsiyet,imza,sıra no,sıra,tc kimlik no,tc no,vardiya,data urodzenia,wiek,narodowość,obywatelstwo,płeć,podpis,lp,l p,pesel,zmiana,geboortedatum,leeftijd,nationaliteit,geslacht,handtekening,volgnr,volgnummer,bsn,ploeg,"
        "data di nascita,nato il,età,nazionalità,sesso,firma,n ord,codice fiscale,turno,squadra,تاريخ الميلاد,العمر,الجنسية,الجنس,التوقيع,م,ت,مسلسل,رقم مسلسل,التسلسل,التوقيع"
    ).split(",")
)  # fmt: skip
# Words beside others that say nothing about what a column is.
BESIDE = frozenset(
    fold_heading(word)
    for word in (
        "the,of,der,des,die,das,de,la,le,el,los,las,du,do,da,dos,a,in,no,nr,n,num,number,worker,employee,employees,training,course,current,actual,site,please,required,mandatory,dd,mm,yyyy,yy,tt,jj,jjjj,aaaa,format,date,datum,data,fecha,tarih,iso,optional,if,any,and,und,et,y,e,i,ve,en,or,oder,ou,o,lub,new,old,latest,last"
    ).split(",")
)
# Whose phone, e-mail or name it is: not that of the row's own worker.
OF_OTHERS = frozenset(
    fold_heading(word)
    for word in (
        "emergency,kin,supervisor,manager,foreman,agency,father,mother,spouse,notfall,vorgesetzter,vorgesetzten,urgence,responsable,emergencia,jefe,padre,madre,emergência,acil,amir,yönetici,anne,baba,awaryjny,przełożonego,nood,noodgeval,leidinggevende,emergenza,responsabile,طوارئ,الطوارئ,passport,visa,birth,geburt,naissance,nacimiento,nascimento,doğum,urodzenia,geboorte,nascita,الميلاد"
    ).split(",")
)
