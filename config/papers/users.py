"""The audit log of a login as a file (X1)."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from config.pages.users import get_user, of_user
from training.core.permissions import Permission, check_may
from training.papers.lists import page_of
from training.papers.trails import declare_log

declare_log(
    "user-log",
    _("Audit log of a user"),
    lambda asking: of_user(get_user(asking.key("user"), now=asking.now)),
    page=page_of("user_trail", "user"),
    check=partial(check_may, permission=Permission.ADMINISTER),
)
