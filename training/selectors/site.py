"""The identity of the site."""

from uuid import UUID

from training.models.site import Site


def site_identity() -> UUID:
    """Return the identity of this site, which no other site has. The evidence store is marked with it."""
    return Site.objects.values_list("identity", flat=True).get()
