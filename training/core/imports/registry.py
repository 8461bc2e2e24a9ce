"""All declared kinds of imports. An app declares its own when it is loaded."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from training.core.imports.declaration import ImportKind
from training.core.refusals import NotFound

_KINDS: dict[str, ImportKind] = {}


def declare(*kinds: ImportKind) -> None:
    """Add kinds."""
    _KINDS.update({kind.name: kind for kind in kinds})


def kind_of(name: str) -> ImportKind:
    """Return a kind by its name.

    Raises:
        NotFound: there is none of that name.
    """
    try:
        return _KINDS[name]
    except KeyError:
        raise NotFound(_("There is no such kind of import.")) from None


def kinds() -> Sequence[ImportKind]:
    """Return all kinds, in the order in which a new site brings them in."""
    return sorted(_KINDS.values(), key=lambda kind: kind.place)
