"""Which training records have a certificate (R2, C2). Pure: every fact is an argument."""

from django.utils.translation import gettext as _

from learners.models import TrainingRecord
from training.core.refusals import Conflict
from training.core.words import day


class NoCertificate(Conflict):
    """The record was revoked, or the training was not passed (409)."""


def check_has_certificate(record: TrainingRecord) -> None:
    """R2, C2: a record has a certificate if it was passed and is not revoked. An expired one says so itself.

    Args:
        record: with its revocation loaded, where it has one.

    Raises:
        NoCertificate: the sentence says why.
    """
    if hasattr(record, "revocation"):
        raise NoCertificate(
            _("Record %(number)s was revoked on %(day)s, so it has no certificate.")
            % {"number": record.pk, "day": day(record.revocation.revoked_on)}
        )
    if record.result != TrainingRecord.Result.PASSED:
        raise NoCertificate(
            _("The training of record %(number)s was not passed, so it has no certificate.") % {"number": record.pk}
        )
