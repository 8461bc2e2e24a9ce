from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy


class LearnersConfig(AppConfig):
    name = "learners"
    verbose_name = gettext_lazy("Workers and records")

    def ready(self) -> None:
        # They need the models, which are there only now.
        from learners.evidence.mark import mark_after_migrate  # noqa: PLC0415
        from learners.policies.import_kinds import LEARNERS_KINDS  # noqa: PLC0415
        from learners.services.imports import areas, records, requirements, roles, workers  # noqa: PLC0415
        from training.core.imports.registry import declare  # noqa: PLC0415
        from training.services.imports.contract import serve  # noqa: PLC0415

        declare(*LEARNERS_KINDS)
        serve("roles", roles.ROLE_ROWS)
        serve("areas", areas.AREA_ROWS)
        serve("requirements", requirements.REQUIREMENT_ROWS)
        serve("workers", workers.WORKER_ROWS)
        serve("records", records.RECORD_ROWS)
        *_others, last = apps.get_app_configs()
        post_migrate.connect(mark_after_migrate, sender=last)  # comes after `training` has written the site's row
