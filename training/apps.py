from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


def write_site_and_groups(**kwargs: Any) -> None:
    """Make the groups of the permission table and the site's row; idempotent, after every migrate and test flush."""
    from django.contrib.auth.models import Group  # noqa: PLC0415  # models load after the app registry

    from training.models import Site  # noqa: PLC0415
    from training.permissions import GROUPS  # noqa: PLC0415

    for name in GROUPS:
        Group.objects.using(kwargs["using"]).get_or_create(name=name)
    Site.objects.using(kwargs["using"]).update_or_create(pk=1, defaults={"time_zone": settings.TIME_ZONE})


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        post_migrate.connect(write_site_and_groups, sender=self)
