"""The one site this installation serves, as far as the database must know it."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited


@audited(exclude=["identity"])  # given once, by the database
class Site(models.Model):
    """One row, written after every migrate from `SITE_TIME_ZONE`. Its `identity` tells it from every other site.

    The SQL function `site_today()` (migration `0002_site_today`) reads it, so that triggers and plain SQL mean the
    same day as the pages do.
    """

    time_zone = models.CharField(_("time zone"), max_length=64)
    identity = models.UUIDField(_("identity"), db_default=RandomUUID(), editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="site_is_one_row",
                violation_error_message=_("There is one site only."),
            ),
        )

    def __str__(self) -> str:
        return self.time_zone
