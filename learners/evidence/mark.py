"""Marking the evidence store as this site's: after a migrate if that is certain, otherwise when an operator says so."""

import sys
from dataclasses import dataclass
from typing import Any

from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from learners.evidence.store import StoreUnavailable, mark_of_store, read_stored, write_mark
from learners.models import EvidenceUpload
from training.core.refusals import Conflict
from training.selectors.site import site_identity

LOOKED_AT = 20  # of the newest files
NOT_MARKED = (
    "The evidence store bears no mark of this site, or another's, and none of the newest files was found in it: "
    "nothing can be uploaded. See that its disk is mounted and migrate again, or run `adopt_evidence_store`.\n"
)


class OfAnotherSite(Conflict):
    """The store has the mark of another site (409)."""


@dataclass(frozen=True)
class FilesFound:
    """How many of the newest uploaded files were looked for in the store, and how many of them it holds."""

    named: int
    found: int


def mark_after_migrate(*, apps: Apps | None = None, **kwargs: Any) -> None:
    """Mark the store after a migrate if it certainly is this site's; otherwise print that it is not marked.

    After `flush`, whose signal names no apps, nothing is done, nor after a migrate back to before there was a mark.
    """
    if apps is None or not _knows_uploads_and_identity(apps):
        return
    try:
        if not mark_if_certain():
            sys.stderr.write(NOT_MARKED)
    except StoreUnavailable as refusal:
        sys.stderr.write(f"The evidence store could not be marked. {refusal}\n")


def mark_if_certain() -> bool:
    """Mark a store that has no mark, if it holds a file of an upload of this site, or the site has no uploads.

    Returns:
        whether the store has this site's mark now.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    site, mark = site_identity(), mark_of_store()
    if mark is not None:
        return mark == str(site)
    holds = _look()
    if holds.named and not holds.found:
        return False
    write_mark(site=site)
    return True


def adopt_store(*, from_another_site: bool) -> FilesFound:
    """Mark the store as this site's because an operator says so, whatever it holds.

    Args:
        from_another_site: mark it even if it has the mark of another site.

    Returns:
        how many of the newest uploaded files it holds.

    Raises:
        OfAnotherSite: it has the mark of another site, and `from_another_site` is False.
        StoreUnavailable: the store does not answer.
    """
    site, mark = site_identity(), mark_of_store()
    if mark not in (None, str(site)) and not from_another_site:
        raise OfAnotherSite(
            _("The store bears the mark of another site, %(mark)s. If that site is gone, add --from-another-site.")
            % {"mark": mark}
        )
    holds = _look()
    write_mark(site=site)
    return holds


def _look() -> FilesFound:
    keys = list(EvidenceUpload.objects.order_by("-pk").values_list("key", flat=True)[:LOOKED_AT])
    return FilesFound(named=len(keys), found=sum(read_stored(key=key) is not None for key in keys))


def _knows_uploads_and_identity(apps: Apps) -> bool:
    try:
        apps.get_model("learners", "EvidenceUpload")
        apps.get_model("training", "Site")._meta.get_field("identity")
    except (LookupError, FieldDoesNotExist):
        return False
    return True
