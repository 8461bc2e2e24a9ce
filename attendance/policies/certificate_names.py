"""Which file of a ZIP or folder a cell of the certificate column means (I7), without opening anything.

People type names as they remember them: other case, without accents, without the folder, without the ending. What could
be two files is refused, never guessed.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

TWINS_NAMED = 3
# "crew.pdf, pages 12-13", "crew.pdf (S. 12)", in the languages of the headings; before the number or after it.
PAGE_WORDS = (
    "pages?|pp?|seiten?|s|páginas?|paginas?|págs?|pags?|sayfa(?:lar)?|sf|strony|strona|str|blz|bladzijden?|"
    "pagina['’]?s|pagine|صفحات|صفحة|ص"
)
PAGES = re.compile(
    rf"^(?P<name>.*?\S)[\s,;:]*[\s,;:(\[](?:{PAGE_WORDS})\.?\s*(?P<first>\d{{1,4}})"
    r"(?:\s*(?:[-–—]|to|bis|à|a|do|t/m)\s*(?P<last>\d{1,4}))?\s*[)\]]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NamedFile:
    """What a cell means: a file, or some of its pages, counted from 1; `wrong` says why it means none."""

    path: str = ""
    first: int | None = None
    last: int | None = None
    wrong: str = ""


class FileNames:
    """The files of a ZIP or folder, found by what people call them.

    Args:
        paths: of the files, with `/` between folders.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = list(paths)
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for path in self.paths:
            parts = _parts(path)
            for start in range(len(parts)):
                tail = [*parts[start:-1], parts[-1]]
                self._by_name["/".join(tail)].add(path)
                stem = PurePosixPath(tail[-1]).stem
                if stem != tail[-1]:
                    self._by_name["/".join([*tail[:-1], stem])].add(path)

    def find(self, text: str) -> NamedFile:
        """Return what a cell means."""
        whole = self._find(text)
        if whole or (pages := PAGES.match(text.strip())) is None:
            return _one(whole)
        first = int(pages["first"])
        last = int(pages["last"] or first)
        found = _one(self._find(pages["name"]))
        if found.wrong or last < first:
            return found if found.wrong else NamedFile(wrong=_("The last page stands before the first."))
        return NamedFile(found.path, first, last)

    def _find(self, text: str) -> Sequence[str]:
        """Return the files of a name; where one of them has exactly these letters, that one."""
        found = sorted(self._by_name.get("/".join(_parts(text)), ()))
        exact = [path for path in found if path == text or path.endswith(f"/{text}")]
        return exact if len(exact) == 1 else found


def _one(found: Sequence[str]) -> NamedFile:
    if not found:
        return NamedFile(wrong=_("No such file came with the register."))
    if len(found) > 1:
        names = ", ".join(found[:TWINS_NAMED])
        return NamedFile(wrong=_("Several files have this name: %(names)s. Write the folder too.") % {"names": names})
    return NamedFile(found[0])


def _parts(path: str) -> list[str]:
    """Return the parts of a path as they are compared: without case, accents, blanks around and drive letters."""
    plain = unicodedata.normalize("NFKD", path.replace("\\", "/")).casefold()
    plain = "".join(each for each in plain if not unicodedata.combining(each) and each.isprintable())
    parts = [" ".join(part.split()) for part in plain.split("/")]
    return [part for part in parts if part not in {"", "."} and not re.fullmatch(r"[a-z]:", part)] or [""]
