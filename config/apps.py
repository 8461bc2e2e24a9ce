from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy

from config import database_limits, error_reports
from config.environment import program_version


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = gettext_lazy("Site and access")

    def ready(self) -> None:
        pre_migrate.connect(database_limits.before_migrations, sender=self)
        post_migrate.connect(database_limits.after_migrations, sender=self)
        if settings.SENTRY_DSN:
            error_reports.start(settings.SENTRY_DSN, release=program_version())
        import_module("config.sign_ins")  # its receivers need the models
        import_module("config.checks")  # its checks register themselves, and need the models
        import_module("config.ledger.on_demand")  # packs are sealed at once by processes that may


class AdminConfig(admin_apps.AdminConfig):
    """Django Admin with the site's own rules for who may enter."""

    default = False
    default_site = "config.admin_site.SuperuserSite"
