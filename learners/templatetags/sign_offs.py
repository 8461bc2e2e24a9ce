"""What the lines of practical sign-offs on a worker's page offer (V2)."""

from collections.abc import Collection

from django import template

from learners.models import CompetencyRecord
from learners.policies.sign_offs import repeatable

register = template.Library()


@register.simple_tag
def repeatable_sign_offs(records: Collection[CompetencyRecord]) -> set[int]:
    """Return the keys of those after which a further attempt may be opened, among all sign-offs of a worker."""
    return repeatable(records)
