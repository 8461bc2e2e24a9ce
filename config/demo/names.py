"""Names of many languages, as on the badges of a large site; the lists are in `names.toml`."""

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LISTS = Path(__file__).with_name("names.toml")
SHARE_OF_WOMEN = 0.14
# Names of people who have one name only: the first name stays empty, and the badge tells them apart.
SINGLE_NAMES = ("Budiman", "Suharto", "Wiranto", "Slamet", "Tenzin", "Dorji")
SHARE_OF_SINGLE_NAMES = 0.003


@dataclass(frozen=True)
class Language:
    """The names of one language; `feminine` are endings of family names that change for women."""

    weight: int
    men: list[str]
    women: list[str]
    families: list[str]
    feminine: dict[str, str]

    def family_of_woman(self, family: str) -> str:
        for masculine, feminine in self.feminine.items():
            if family.endswith(masculine):
                return family.removesuffix(masculine) + feminine
        return family


def draw_name(rng: random.Random) -> tuple[str, str]:
    """Return a first name and a family name of one language."""
    if rng.random() < SHARE_OF_SINGLE_NAMES:
        return "", rng.choice(SINGLE_NAMES)
    (language,) = rng.choices(languages(), weights=[language.weight for language in languages()])
    family = rng.choice(language.families)
    if rng.random() < SHARE_OF_WOMEN:
        return rng.choice(language.women), language.family_of_woman(family)
    return rng.choice(language.men), family


@cache
def languages() -> list[Language]:
    """Return the languages of `names.toml`."""
    with LISTS.open("rb") as file:
        tables = tomllib.load(file)["language"]
    return [
        Language(
            weight=table["weight"],
            men=_names(table["men"]),
            women=_names(table["women"]),
            families=_names(table["families"]),
            feminine=table.get("feminine", {}),
        )
        for table in tables
    ]


def _names(text: str) -> list[str]:
    return [name.replace("_", " ") for name in text.split()]
