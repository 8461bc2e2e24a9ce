"""Django Admin for superusers, behind the site's own login and password pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from training.core.permissions import Permission, may

ALLAUTH = frozenset({"account", "mfa", "socialaccount"})


class SuperuserSite(admin.AdminSite):
    """The permission table decides who comes in; `PermissionMiddleware` has sent everybody else away before."""

    site_title = _("SiteProof administration")
    site_header = _("SiteProof administration")
    index_title = _("Everything that SiteProof stores")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Leave out the tables of allauth, which it registers past our rules: a provider there is a way in (N1)."""
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        shown = [model for model in models if model._meta.app_label not in ALLAUTH]
        super().register(shown, admin_class, **options)

    def get_urls(self) -> Any:
        """Leave out the jump from any row to its page on the site: no model says where that is."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Permission.ADMINISTER)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead on to the index: whoever reaches this page is logged in already."""
        return redirect("admin:index")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("password_change")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("password_change_done")
