"""Which tables hold the history of a role or an area."""

from collections.abc import Sequence

from learners.models import Area, AreaRequirement, Role, RoleRequirement
from training.core.trail import Source


def of_role(role: Role) -> Sequence[Source]:
    """Return the sources of the history of a role and its requirements."""
    return (
        Source(model=Role, ids=(role.pk,)),
        Source(model=RoleRequirement, ids=(role.pk,), by="role", subject="course"),
    )


def of_area(area: Area) -> Sequence[Source]:
    """Return the sources of the history of an area and its requirements."""
    return (
        Source(model=Area, ids=(area.pk,)),
        Source(model=AreaRequirement, ids=(area.pk,), by="area", subject="course"),
    )
