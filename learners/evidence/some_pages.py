"""Some pages of a PDF as a PDF of their own (I7): a scan of a whole crew holds many people, each sees only their own.

Nothing of the other pages may come along. Scanners share one list of pictures among all pages, links and fields of
forms point to other pages, and so does the outline. So only pages are copied, each with what it draws itself.
"""

import io
from typing import BinaryIO

import pikepdf

from learners.evidence.kinds import UnacceptableError, UnfitReason

# What leads from a page, or from something on it, elsewhere in the document; or holds more than the page shows.
KEPT_OF_A_PAGE = frozenset({"/Type", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit"})
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


def extract(file: BinaryIO, *, first: int, last: int) -> bytes:
    """Return the pages from `first` through `last`, counted from 1, as a PDF of their own.

    Raises:
        UnacceptableError: the document has fewer pages.
    """
    file.seek(0)
    with pikepdf.open(file) as whole, pikepdf.new() as part:
        if not 1 <= first <= last <= len(whole.pages):
            raise UnacceptableError(UnfitReason.PAGES, str(len(whole.pages)))
        whole.flatten_annotations("all")  # stamps and filled fields stay to be seen
        for page in whole.pages[first - 1 : last]:
            _reduce(page)
            part.pages.append(page)
        part.remove_unreferenced_resources()
        result = io.BytesIO()
        part.save(result, static_id=True, linearize=False)
        return result.getvalue()


def _reduce(page: pikepdf.Page) -> None:
    """Leave of a page what it shows, and nothing that leads to others."""
    held = page.obj
    for name in INHERITED:
        if name not in held and (value := _inherited(held, name)) is not None:
            held[name] = value
    for name in list(held.keys()):
        if name not in KEPT_OF_A_PAGE and name != "/Parent":
            del held[name]
    resources = held.get("/Resources")
    if resources is None:
        return
    held["/Resources"] = own = pikepdf.Dictionary(
        {name: value for name, value in resources.items() if name != "/XObject"}
    )
    drawn = _drawn_by(page)
    shared = resources.get("/XObject", pikepdf.Dictionary())
    own["/XObject"] = pikepdf.Dictionary({name: value for name, value in shared.items() if str(name)[1:] in drawn})


def _inherited(held: pikepdf.Object, name: str) -> pikepdf.Object | None:
    above = held.get("/Parent")
    for _level in range(50):
        if above is None:
            return None
        if name in above:
            return above[name]
        above = above.get("/Parent")
    return None


def _drawn_by(page: pikepdf.Page) -> set[str]:
    """Return the names of the pictures and forms that the page draws."""
    instructions = pikepdf.parse_content_stream(page)
    return {str(each.operands[0])[1:] for each in instructions if str(each.operator) == "Do" and each.operands}
