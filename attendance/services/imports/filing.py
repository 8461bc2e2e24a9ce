"""The files of an import become evidence when it is done: kept under their hash, for superusers only (I8)."""

from typing import BinaryIO, cast

from django.core.files.storage import storages

from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind
from learners.evidence.store import store
from training.models import Import
from training.selectors.site import site_identity


def file_evidence(one: Import) -> dict[int, str]:
    """Store the files of an import, and return the evidence key of each by its own key.

    Nothing may be open in the database meanwhile, since a store can be slow.

    Raises:
        StoreUnavailable: one of them could not be stored.
    """
    site, keys = site_identity(), {}
    for each in one.files.filter(is_table=True):
        with storages["waiting"].open(each.key) as file:
            document = Document(cast(BinaryIO, file), Kind.TABLE, 1, each.size, each.sha256, each.name)
            keys[each.pk] = store(document=document, site=site).key
    return keys
