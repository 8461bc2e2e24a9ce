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
    """Write the groups of the permission table and the site's row, after every migrate and every flush by tests.

    It can be repeated. It does nothing if the models do not exist yet, or no more.

    Args:
        apps: the models as far as they are migrated; `flush` passes none, so that the present ones are used.
        using: the name of the database.
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
        # They need models and permissions, which are there only now.
        from training.core.imports.registry import declare  # noqa: PLC0415
        from training.policies.import_kinds import TRAINING_KINDS  # noqa: PLC0415

        declare(*TRAINING_KINDS)
        post_migrate.connect(write_site_and_groups, sender=self)
        post_migrate.connect(plan_for_many_rows, sender=self)

        # They need the models, which are there now.
        from training.services.imports import classes, contract, courses, places, trainers  # noqa: PLC0415

        contract.serve("companies", places.COMPANY_ROWS)
        contract.serve("venues", places.VENUE_ROWS)
        contract.serve("courses", courses.COURSE_ROWS)
        contract.serve("trainers", trainers.TRAINER_ROWS)
        contract.serve("classes", classes.CLASS_ROWS)
