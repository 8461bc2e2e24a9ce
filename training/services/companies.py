"""Companies: employers of workers, clients of classes, providers of external training."""

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.permissions import Permission, check_may
from training.core.refusals import NotFound
from training.core.transactions import acting
from training.models import Company
from training.services.library_rows import write_row


class CompanyFacts(TypedDict, total=False):
    """What is known of a company. A field left out stays as it is.

    An empty `class_code_prefix` is made from the name (K1); class codes given out already never change.
    """

    name: str
    code: str | None
    class_code_prefix: str
    is_active: bool


def create_company(*, facts: CompanyFacts, by: User) -> Company:
    """Add a company.

    Raises:
        NotPermitted: not granted.
        Invalid: a field breaks its rule, or name or code is taken; `errors` names it.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        return write_row(Company(), facts, by=by)


def edit_company(*, company_id: int, facts: CompanyFacts, by: User, loaded: datetime | None = None) -> Company:
    """Change a company. An inactive one is offered nowhere new and stays wherever it is named.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        NotPermitted, Invalid: as `create_company`.
        NotFound: there is no such company.
        Stale: somebody else was faster.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        company = Company.objects.select_for_update(no_key=True).filter(pk=company_id).first()
        if company is None:
            raise NotFound(_("There is no such company."))
        return write_row(company, facts, by=by, loaded=loaded)
