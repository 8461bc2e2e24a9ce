"""Companies: employers of workers, clients of classes, providers of external training."""

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.models import Company
from training.services.library_rows import create_row, edit_row


class CompanyFacts(TypedDict, total=False):
    """What is known of a company. A field that is left out stays as it is.

    An empty `class_code_prefix` is made from the name (K1). Codes of existing classes never change.
    """

    name: str
    code: str | None
    class_code_prefix: str
    is_active: bool


def create_company(*, facts: CompanyFacts, by: User) -> Company:
    """Add a company.

    Raises:
        NotPermitted, Invalid: as `create_row`.
    """
    return create_row(Company(), facts, by=by)


def edit_company(*, company_id: int, facts: CompanyFacts, by: User, loaded: datetime | None = None) -> Company:
    """Change a company. An inactive one is offered nowhere new and stays wherever it is named.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        NotPermitted, Invalid, NotFound, Stale: as `edit_row`.
    """
    missing = _("There is no such company.")
    return edit_row(Company.objects.all(), company_id, facts, missing=missing, by=by, loaded=loaded)
