"""Which tables tell the history of a role or an area."""

from collections.abc import Sequence

from learners.models import Area, AreaRequirement, Role, RoleRequirement
from training.core.trail import Source


def of_role(role: Role) -> Sequence[Source]:
    """Return what has happened to a role and to what it asks for."""
    return (
        Source(model=Role, ids=(role.pk,)),
        Source(model=RoleRequirement, ids=(role.pk,), by="role", subject="course"),
    )


def of_area(area: Area) -> Sequence[Source]:
    """Return what has happened to an area and to what it asks for."""
    return (
        Source(model=Area, ids=(area.pk,)),
        Source(model=AreaRequirement, ids=(area.pk,), by="area", subject="course"),
    )
