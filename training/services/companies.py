"""Companies: employers of workers, clients of classes, providers of external training."""

from datetime import datetime
from functools import partial
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.models import Company
from training.services.library_rows import create_row, edit_row
from training.services.names import check_name


class CompanyFacts(TypedDict, total=False):
    """What is known of a company. A field that is left out stays as it is.

    An empty `class_code_prefix` is made from the name (K1). Codes of existing classes never change.
    """

    name: str
    code: str | None
    class_code_prefix: str
    is_active: bool


def create_company(*, facts: CompanyFacts, by: User, confirmed: str | None = "") -> Company:
    """Add a company.

    Args:
        confirmed: the word of the question that the person confirmed (`training.core.questions`).

    Raises:
        NotPermitted, Invalid: as `create_row`.
        NameTaken: there is a company of this name, however it is spelled (L4).
        ConfirmationNeeded: there is one of nearly this name, or it has letters that only look Latin (409).
    """
    return create_row(Company(), facts, by=by, check=partial(check_name, confirmed=confirmed))


def edit_company(
    *,
    company_id: int,
    facts: CompanyFacts,
    by: User,
    loaded: datetime | None = None,
    confirmed: str | None = "",
) -> Company:
    """Change a company. An inactive one is offered nowhere new and stays wherever it is named.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.
        confirmed: as for `create_company`.

    Raises:
        NotPermitted, Invalid, NotFound, Stale: as `edit_row`.
        NameTaken, ConfirmationNeeded: as `create_company`, if the name changes.
    """
    check = partial(check_name, confirmed=confirmed)
    missing = _("There is no such company.")
    return edit_row(Company.objects.all(), company_id, facts, missing=missing, by=by, loaded=loaded, check=check)
