"""Assessment methods: in which ways a practical skill is assessed (V1)."""

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from learners.models import AssessmentMethod
from training.services.library_rows import create_row, edit_row


class MethodFacts(TypedDict, total=False):
    """What is known of a method. A field that is left out stays as it is."""

    name: str
    description: str
    is_active: bool


def create_method(*, facts: MethodFacts, by: User) -> AssessmentMethod:
    """Add a method.

    Raises:
        NotPermitted, Invalid: as `create_row`.
    """
    return create_row(AssessmentMethod(), facts, by=by)


def edit_method(*, method_id: int, facts: MethodFacts, by: User, loaded: datetime | None = None) -> AssessmentMethod:
    """Change a method. An inactive one is offered for no new sign-off; those that name it keep it.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        NotPermitted, Invalid, NotFound, Stale: as `edit_row`.
    """
    missing = _("There is no such assessment method.")
    return edit_row(AssessmentMethod.objects.all(), method_id, facts, missing=missing, by=by, loaded=loaded)
