from typing import Any

from django.apps import AppConfig
from django.apps import apps as present_apps
from django.apps.registry import Apps
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy

from training.core.groups import GROUPS
from training.core.trigger_plans import plan_for_many_rows


def write_site_and_groups(*, apps: Apps = present_apps, using: str, **kwargs: Any) -> None:
    """Make the groups of the permission table and the site's row; idempotent, after every migrate and test flush.

    Works on the models as migrated so far (`flush` names none), and does nothing where they are not there yet, or
    no more.
    """
    try:
        site, group = apps.get_model("training", "Site"), apps.get_model("auth", "Group")
    except LookupError:
        return
    for name in GROUPS:
        group.objects.using(using).get_or_create(name=name)
    site.objects.using(using).update_or_create(pk=1, defaults={"time_zone": settings.TIME_ZONE})


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = gettext_lazy("Training")

    def ready(self) -> None:
        post_migrate.connect(write_site_and_groups, sender=self)
        post_migrate.connect(plan_for_many_rows, sender=self)
