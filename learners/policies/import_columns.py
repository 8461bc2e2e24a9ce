"""Columns that several kinds of imports about people share (I1)."""

from django.utils.translation import gettext_lazy as _

from learners.policies import import_words as words
from training.core.imports.declaration import ImportColumn, Reads, Thing
from training.policies import import_words as shared

BADGE = ImportColumn(
    name="badge_id",
    label=_("Badge"),
    reads=Reads.BADGE,
    thing=Thing.WORKER,
    words=shared.BADGE,
    examples=("00417", "PB-1041"),
    help_text=_("3 to 50 characters. It is text: zeros at its beginning count."),
)
COMPANY = ImportColumn(
    name="company",
    label=_("Employer"),
    reads=Reads.THING,
    thing=Thing.COMPANY,
    words=shared.EMPLOYER,
    examples=("Halloran Mechanical", "Nordwind Scaffolding"),
    help_text=_("By name or code."),
)
ROLE = ImportColumn(
    name="role",
    label=_("Role"),
    reads=Reads.THING,
    thing=Thing.ROLE,
    words=words.ROLE,
    examples=("WELDER", "SCAFFOLDER"),
    help_text=_("By code or title."),
)
AREA = ImportColumn(
    name="area",
    label=_("Area"),
    reads=Reads.THING,
    thing=Thing.AREA,
    words=words.AREA,
    examples=("", "Tank farm"),
    help_text=_("By name."),
)
COURSE = ImportColumn(
    name="course",
    label=_("Course"),
    reads=Reads.THING,
    thing=Thing.COURSE,
    words=shared.COURSE,
    examples=("HSE-001", "HSE-004"),
    help_text=_("By code or title."),
)
