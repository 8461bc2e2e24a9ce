"""Bringing in companies and venues (I1)."""

from collections.abc import Mapping
from typing import Any

from training.models import Company, Venue
from training.models.company import default_class_code_prefix
from training.services.imports.checking import FieldRules
from training.services.imports.library import LibraryChecker, LibraryKindService


class CompanyChecker(LibraryChecker):
    rules = FieldRules(
        model=Company,
        columns={"name": "name", "code": "code", "class_code_prefix": "class_code_prefix"},
        optional=frozenset({"class_code_prefix"}),
    )
    unique = ("code",)

    def made_values(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """K1: a prefix that nobody gives is made of the name."""
        return {"class_code_prefix": default_class_code_prefix(values["name"])} if "name" in values else {}


class VenueChecker(LibraryChecker):
    rules = FieldRules(model=Venue, columns={"name": "name", "capacity": "capacity", "location": "location"})


COMPANY_ROWS = LibraryKindService(CompanyChecker, Company)
VENUE_ROWS = LibraryKindService(VenueChecker, Venue)
