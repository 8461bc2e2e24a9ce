from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ConfigConfig(AppConfig):
    name = "config"


class AdminConfig(admin_apps.AdminConfig):
    """Django Admin with the site's own rules for who may enter."""

    default = False
    default_site = "config.admin_site.SuperuserSite"
