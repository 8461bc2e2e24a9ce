"""The refinery of `catalogue.toml`: companies, areas, roles, courses, venues, trainers."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("catalogue.toml")
ASKED_FOR_DAYS = 6 * 365
AWAY = "away"


@dataclass(frozen=True)
class Asked:
    """A requirement, asked for since `days_ago`; `grace` is in days, None if it must be met before site access."""

    course: str
    grace: int | None
    days_ago: int


@dataclass(frozen=True)
class CatalogueCompany:
    name: str
    code: str
    roles: dict[str, int]
    trains: bool


@dataclass(frozen=True)
class CatalogueArea:
    name: str
    within: str
    asks: tuple[Asked, ...]
    people: int


@dataclass(frozen=True)
class CatalogueRole:
    code: str
    title: str
    asks: tuple[Asked, ...]
    place: str


@dataclass(frozen=True)
class CatalogueCourse:
    """A course; `before` has the validity of its archived versions in months, `at` the kind of place for it."""

    code: str
    title: str
    category: str
    minutes: int
    months: int
    method: str
    at: str
    checked: bool
    after: tuple[str, ...]
    before: tuple[int, ...]


@dataclass(frozen=True)
class CatalogueVenue:
    name: str
    location: str
    capacity: int
    kind: str


@dataclass(frozen=True)
class CatalogueTrainer:
    first_name: str
    last_name: str
    teaches: tuple[str, ...]
    company: str
    login: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def may_teach(self, course: str) -> bool:
        return course.startswith(self.teaches)


@dataclass(frozen=True)
class Catalogue:
    companies: tuple[CatalogueCompany, ...]
    areas: tuple[CatalogueArea, ...]
    roles: tuple[CatalogueRole, ...]
    courses: tuple[CatalogueCourse, ...]
    venues: tuple[CatalogueVenue, ...]
    trainers: tuple[CatalogueTrainer, ...]

    @property
    def operator(self) -> str:
        """The company that runs the site."""
        return self.companies[0].name

    @property
    def schools(self) -> list[str]:
        """Companies that train and certify elsewhere."""
        return [company.name for company in self.companies if company.trains]

    def course(self, code: str) -> CatalogueCourse:
        return next(course for course in self.courses if course.code == code)

    def areas_around(self, name: str) -> Iterable[CatalogueArea]:
        """Yield an area and those that it lies in."""
        by_name = {area.name: area for area in self.areas}
        while name:
            yield by_name[name]
            name = by_name[name].within


@cache
def catalogue() -> Catalogue:
    """Return what `catalogue.toml` says."""
    with FILE.open("rb") as file:
        tables = tomllib.load(file)
    return Catalogue(
        companies=tuple(
            CatalogueCompany(each["name"], each["code"], each.get("roles", {}), each.get("trains", False))
            for each in tables["company"]
        ),
        areas=tuple(
            CatalogueArea(each["name"], each.get("within", ""), _asks(each), each.get("people", 0))
            for each in tables["area"]
        ),
        roles=tuple(
            CatalogueRole(each["code"], each["title"], _asks(each), each.get("place", "")) for each in tables["role"]
        ),
        courses=tuple(
            CatalogueCourse(
                code=each["code"],
                title=each["title"],
                category=each["category"],
                minutes=each["minutes"],
                months=each["months"],
                method=each.get("method", "INSTRUCTOR_LED"),
                at=each.get("at", "room"),
                checked=each.get("checked", False),
                after=tuple(each.get("after", ())),
                before=tuple(each.get("before", ())),
            )
            for each in tables["course"]
        ),
        venues=tuple(CatalogueVenue(**each) for each in tables["venue"]),
        trainers=tuple(
            CatalogueTrainer(
                first_name=each["first_name"],
                last_name=each["last_name"],
                teaches=tuple(each["teaches"]),
                company=each.get("company", ""),
                login=each.get("login", ""),
            )
            for each in tables["trainer"]
        ),
    )


def _asks(table: dict[str, Any]) -> tuple[Asked, ...]:
    return tuple(_asked(text) for text in table.get("asks", ()))


def _asked(text: str) -> Asked:
    """Read "ELE-001 30 @300"; see the comments of `catalogue.toml`."""
    course, *rest = text.split()
    days_ago = next((int(word[1:]) for word in rest if word.startswith("@")), ASKED_FOR_DAYS)
    grace = next((int(word) for word in rest if not word.startswith("@")), None)
    return Asked(course, grace, days_ago)
