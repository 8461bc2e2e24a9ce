"""The one site that this installation serves, as far as the database has to know it."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited


@audited(exclude=["identity"])  # given once, by the database
class Site(models.Model):
    """One row, written after every migrate from the setting `SITE_TIME_ZONE`; no other site has its `identity`.

    The SQL function `site_today()` (migration `0005_squashed_guards`) reads the time zone, so that today is the same
    day for triggers and plain SQL as for pages.
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
