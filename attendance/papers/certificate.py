"""Certificates of passed training records as PDF, for a record or a whole session. `certificate.typ` is the layout."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attendance.papers.qr_code import qr_code
from attendance.selectors.certificate import Certificate
from learners.models import TrainingRecord
from training.core.printing import UNPRINTABLE, printable, typeset, typeset_apart
from training.core.words import day, moment
from training.papers.log_line import newest_log_line

TEMPLATE = Path(__file__).with_name("certificate.typ")


def print_certificate(
    certificate: Certificate, *, address: str, printed_at: datetime, names_role: bool = True
) -> bytes:
    """Return the PDF of one certificate.

    Args:
        certificate: the record, its holder and its evidence.
        address: the full address of the record on this site, for the QR code.
        printed_at: the moment that the certificate names.
        names_role: whether it names the role of the holder; trainers are not told it.
    """
    data = certificate_data(certificate, address=address, printed_at=printed_at, names_role=names_role)
    return typeset(TEMPLATE, _document(data["title"], [data]), made_at=printed_at)


def print_certificates(
    certificates: Sequence[tuple[Certificate, str]], *, title: str, printed_at: datetime, names_role: bool = True
) -> bytes:
    """Return one PDF with a certificate on each page, made in a process of its own.

    Args:
        certificates: each with the address of its record, as in `print_certificate`.
        title: the title of the document.
        printed_at, names_role: as in `print_certificate`.
    """
    pages = [
        certificate_data(certificate, address=address, printed_at=printed_at, names_role=names_role)
        for certificate, address in certificates
    ]
    return typeset_apart(TEMPLATE, _document(title, pages), made_at=printed_at)


def _document(title: str, pages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": title,
        "language": get_language() or "en",
        "log": newest_log_line(),
        "certificates": list(pages),
    }


def file_name(record: TrainingRecord) -> str:
    """Return the file name of a certificate, such as `certificate-4711.pdf`."""
    return f"certificate-{record.pk}.pdf"


def certificate_data(
    certificate: Certificate, *, address: str, printed_at: datetime, names_role: bool
) -> dict[str, Any]:
    """Return everything that `certificate.typ` prints on one page, as JSON values."""
    record, holder = certificate.record, certificate.holder
    number = _("Record %(number)s") % {"number": record.pk}
    texts = {
        "name": printable(holder.name),
        "holder": printable(
            (_("Badge %(badge)s, %(role)s, %(company)s") if names_role else _("Badge %(badge)s, %(company)s"))
            % {"badge": holder.badge_id, "role": record.role_title, "company": record.company_name}
        ),
        "course": printable(record.course_title),
    }
    facts = _facts(record, is_from_register=certificate.is_from_register, today=localdate(printed_at))
    marked = any(UNPRINTABLE in text for text in (*texts.values(), *(fact["value"] for fact in facts)))
    return {
        **texts,
        "title": _("Certificate, %(record)s") % {"record": number},
        "site": printable(settings.SITE_NAME),
        "record": number,
        "code": record.course.code,
        "facts": facts,
        "evidence": _evidence(certificate),
        "qr": qr_code(address, error="m"),
        "printed": _("Printed %(when)s") % {"when": moment(printed_at)},
        "note": _("%(mark)s stands for letters that this server has no font for.") % {"mark": UNPRINTABLE}
        if marked
        else "",
        "words": {
            "certificate": _("Certificate of training"),
            "passed": _("has completed and passed"),
            "check": _(
                "This certificate was printed from a record of the old register “%(register)s”, for which nobody has "
                "shown a certificate of the provider. Scan the code and sign in to see whether that has changed. The "
                "number printed above is the SHA-256 of the extract of that register."
            )
            % {"register": printable(str(record.register_import))}
            if certificate.is_from_register
            else _(
                "This certificate was printed from the training record named above. To see whether the record is "
                "still valid, scan the code and sign in. A copy of the signed sheet is genuine if its SHA-256 is "
                "the number printed above."
            ),
        },
    }


def _facts(record: TrainingRecord, *, is_from_register: bool, today: date) -> list[dict[str, str]]:
    has_expired = record.expiry_date is not None and record.expiry_date < today
    facts = [
        (_("Completed on, calculated") if record.is_calculated else _("Completed on"), day(record.completion_date)),
        (
            _("Was valid until") if has_expired else _("Valid until"),
            day(record.expiry_date) if record.expiry_date else _("no expiry"),
        ),
    ]
    if record.session is not None:
        facts += [(_("Trainer"), record.trainer_name), (_("Session"), record.session.reference)]
    else:
        facts += [(_("Provider"), record.provider.name if record.provider else "")]
    if is_from_register:
        facts += [(_("From the old register"), _("no certificate seen"))]
    return [{"label": label, "value": printable(value)} for label, value in facts]


def _evidence(certificate: Certificate) -> list[dict[str, str]]:
    """Return the newest correcting sheet, if there is one, and the file that the record was made from (E6)."""
    record = certificate.record
    newest = certificate.sheets[0] if certificate.sheets else None
    if record.extract_id is not None:
        proofs = [{"label": _("Extract of the old register, SHA-256"), "sha256": record.evidence_hash}]
        if newest is not None:
            proofs.insert(0, {"label": _("Proof of the provider, SHA-256"), "sha256": newest.sha256})
        return proofs
    original = _("Signed sheet, SHA-256") if record.session_id else _("Proof of the provider, SHA-256")
    proofs = [{"label": original, "sha256": record.evidence_hash}]
    if newest is not None and newest.corrects_id is not None:
        correction = _("Correcting sheet of %(day)s, SHA-256") % {"day": day(localdate(newest.uploaded_at))}
        proofs.insert(0, {"label": correction, "sha256": newest.sha256})
    return proofs
