"""Assessment methods: how a practical skill is assessed (V1)."""

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from learners.models import AssessmentMethod
from training.core.permissions import Permission, check_may
from training.core.refusals import NotFound
from training.core.transactions import acting
from training.services.library_rows import write_row


class MethodFacts(TypedDict, total=False):
    """What is known of a method. A field left out stays as it is."""

    name: str
    description: str
    is_active: bool


def create_method(*, facts: MethodFacts, by: User) -> AssessmentMethod:
    """Add a method.

    Raises:
        NotPermitted: not granted.
        Invalid: a field breaks its rule; `errors` names it.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        return write_row(AssessmentMethod(), facts, by=by)


def edit_method(*, method_id: int, facts: MethodFacts, by: User, loaded: datetime | None = None) -> AssessmentMethod:
    """Change a method. An inactive one is offered for no new sign-off; those that name it keep it.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        NotPermitted, Invalid: as `create_method`.
        NotFound: there is no such method.
        Stale: somebody else was faster.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        method = AssessmentMethod.objects.select_for_update(no_key=True).filter(pk=method_id).first()
        if method is None:
            raise NotFound(_("There is no such assessment method."))
        return write_row(method, facts, by=by, loaded=loaded)
