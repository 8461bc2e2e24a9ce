"""Which training record has a certificate (R2, C2), without a database."""

from django.utils.translation import gettext as _

from learners.models import TrainingRecord
from training.core.refusals import Conflict
from training.core.words import day


class NoCertificate(Conflict):
    """The record was revoked, or tells of training that was not passed (409)."""


def check_has_certificate(record: TrainingRecord) -> None:
    """A certificate is for a pass that stands; one that has expired says so itself (R2, C2).

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
