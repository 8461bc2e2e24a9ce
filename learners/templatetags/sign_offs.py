"""Which practical sign-offs on a worker's page offer a further attempt (V2)."""

from collections.abc import Collection

from django import template

from learners.models import CompetencyRecord
from learners.policies.sign_offs import repeatable

register = template.Library()


@register.simple_tag
def repeatable_sign_offs(records: Collection[CompetencyRecord]) -> set[int]:
    """Return the keys of the sign-offs after which a further attempt may be opened.

    Args:
        records: all sign-offs of one worker.
    """
    return repeatable(records)
